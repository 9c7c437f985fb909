//! Every move of a shop from every state.

use proptest::prelude::*;

use super::*;

const STATES: [ShopState; 6] = [
    ShopState::Draft,
    ShopState::PendingApproval,
    ShopState::Open,
    ShopState::OnLeave,
    ShopState::Suspended,
    ShopState::Terminated,
];

fn reason() -> Prose {
    "Because.".parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn shop(state: ShopState) -> Shop {
    Shop {
        id: Id::derive(&["shop"]),
        organization: Id::derive(&["organization"]),
        name: "Night Market".parse().unwrap(),
        slug: None,
        region: "CN".parse().unwrap(),
        currency: Currency::CNY,
        about: None,
        state,
        reason: None,
        commission: CommissionRate::MIN,
        house_owned: false,
        resumes_as: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn copy(state: &str, house_owned: bool) -> OrganizationCopy {
    OrganizationCopy {
        id: Id::derive(&["organization"]),
        name: "Stall Keepers".to_owned(),
        state: state.to_owned(),
        house_owned,
        version: 1,
    }
}

#[test]
fn every_move_from_every_state_is_allowed_or_refused() {
    use ShopState::{Draft, OnLeave, Open, PendingApproval, Suspended, Terminated};
    let moves: [(ShopMove, &[(ShopState, ShopState)]); 8] = [
        (ShopMove::Submit, &[(Draft, PendingApproval)]),
        (ShopMove::Approve, &[(PendingApproval, Open)]),
        (ShopMove::Reject(reason()), &[(PendingApproval, Draft)]),
        (ShopMove::Leave, &[(Open, OnLeave)]),
        (ShopMove::Return, &[(OnLeave, Open)]),
        (
            ShopMove::Suspend(reason()),
            &[(Open, Suspended), (OnLeave, Suspended)],
        ),
        (ShopMove::Reinstate, &[(Suspended, Open)]),
        (ShopMove::Terminate(reason()), &[(Suspended, Terminated)]),
    ];
    for (step, allowed) in moves {
        for from in STATES {
            let to = allowed.iter().find(|(state, _)| *state == from);
            let moved = shop(from).moved(step.clone(), now());
            let moved = moved.map(|moved| (moved.state, moved.version)).ok();
            assert_eq!(moved, to.map(|(_, to)| (*to, 2)), "{step:?} from {from:?}");
        }
    }
}

#[test]
fn a_suspended_organization_takes_its_shops_along_and_brings_them_back_as_they_were() {
    let (gone, back) = (copy("suspended", false), copy("approved", false));
    for state in [ShopState::Open, ShopState::OnLeave] {
        let suspended = shop(state).following(&gone, now()).unwrap();
        assert_eq!(suspended.state, ShopState::Suspended);
        assert_eq!(suspended.following(&gone, now()), None);
        let reinstated = suspended.clone().moved(ShopMove::Reinstate, now());
        assert!(reinstated.is_err(), "an operator does not get around it");
        assert_eq!(suspended.following(&back, now()).unwrap().state, state);
        let by_operator = suspended.moved(ShopMove::Suspend(reason()), now()).unwrap();
        assert_eq!(by_operator.following(&back, now()), None);
    }
    for state in [
        ShopState::Draft,
        ShopState::PendingApproval,
        ShopState::Terminated,
    ] {
        assert_eq!(shop(state).following(&gone, now()), None);
    }
}

#[test]
fn a_shop_knows_whether_it_is_the_houses() {
    let house = copy("approved", true);
    let followed = shop(ShopState::Open).following(&house, now()).unwrap();
    assert!(followed.house_owned);
    assert_eq!(followed.following(&house, now()), None);
}

#[test]
fn region_and_currency_are_fixed_once_it_is_submitted() {
    for state in STATES {
        let edit = ShopEdit {
            currency: Some(Currency::USD),
            ..ShopEdit::default()
        };
        let edited = shop(state).edited(edit, now());
        match state {
            ShopState::Draft => assert_eq!(edited.unwrap().currency, Currency::USD),
            ShopState::Terminated => assert_eq!(edited, Err(ShopEditError::Terminated)),
            _ => assert_eq!(edited, Err(ShopEditError::NotDraft)),
        }
    }
}

proptest! {
    #[test]
    fn following_twice_is_following_once(
        state in prop::sample::select(STATES.to_vec()), approved: bool, house: bool,
    ) {
        let copy = copy(if approved { "approved" } else { "suspended" }, house);
        let before = shop(state);
        let once = before.following(&copy, now()).unwrap_or(before);
        prop_assert_eq!(once.following(&copy, now()), None);
        prop_assert_eq!(once.house_owned, house);
    }
}
