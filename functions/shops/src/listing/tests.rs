//! Every move and edit of a listing from every state.

use kernel::Money;

use super::*;
use crate::{product_type::Fulfilment, search, sku::MAX_SKUS};

const STATES: [ListingState; 7] = [
    ListingState::Draft,
    ListingState::Submitted,
    ListingState::Approved,
    ListingState::Published,
    ListingState::Paused,
    ListingState::Suspended,
    ListingState::Removed,
];

fn reason() -> Prose {
    "Because.".parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn listing(state: ListingState) -> Listing {
    let (shop, organization) = (Id::derive(&["shop"]), Id::derive(&["organization"]));
    let suspension = (state == ListingState::Suspended).then_some(Suspension {
        cause: SuspensionCause::Policy,
        reason: None,
        from: ListingState::Published,
    });
    Listing {
        id: Id::derive(&["listing"]),
        shop,
        organization,
        region: "CN".parse().unwrap(),
        currency: Currency::CNY,
        product_type: "merchandise".parse().unwrap(),
        title: "Night Market Shirt".parse().unwrap(),
        description: None,
        attributes: Attributes::default(),
        media: Vec::new(),
        skus: vec![sku("one")],
        owners: Owners::sole(shop, organization),
        released_at: None,
        terms_accepted_at: Some(now()),
        state,
        suspension,
        rejection: None,
        published_at: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn sku(name: &str) -> Sku {
    Sku {
        id: Id::derive(&[name]),
        title: name.parse().unwrap(),
        options: Default::default(),
        price: Money::new(100, Currency::CNY).unwrap(),
        supply: Supply::Uncounted,
        downloads: Vec::new(),
    }
}

#[test]
fn every_move_from_every_state_is_allowed_or_refused() {
    use ListingState::{Approved, Draft, Paused, Published, Removed, Submitted, Suspended};
    let all_but_ended = [Draft, Submitted, Approved, Published, Paused].map(|it| (it, Suspended));
    let moves: [(ListingMove, &[(ListingState, ListingState)]); 9] = [
        (ListingMove::Submit(Review::Required), &[(Draft, Submitted)]),
        (ListingMove::Submit(Review::None), &[(Draft, Approved)]),
        (ListingMove::Approve, &[(Submitted, Approved)]),
        (ListingMove::Reject(reason()), &[(Submitted, Draft)]),
        (
            ListingMove::Publish,
            &[(Approved, Published), (Paused, Published)],
        ),
        (ListingMove::Pause, &[(Published, Paused)]),
        (
            ListingMove::Suspend(SuspensionCause::Policy, None),
            &all_but_ended,
        ),
        (ListingMove::Reinstate, &[(Suspended, Published)]),
        (ListingMove::TakeDown, &[(Suspended, Removed)]),
    ];
    for (step, allowed) in moves {
        for from in STATES {
            let to = allowed.iter().find(|(state, _)| *state == from);
            let moved = listing(from).moved(step.clone(), now());
            let moved = moved.map(|moved| (moved.state, moved.version)).ok();
            assert_eq!(moved, to.map(|(_, to)| (*to, 2)), "{step:?} from {from:?}");
        }
    }
}

#[test]
fn a_suspended_listing_comes_back_to_where_it_was() {
    use ListingState::{Approved, Draft, Paused, Published, Submitted};
    for from in [Draft, Submitted, Approved, Published, Paused] {
        for cause in [SuspensionCause::Rights, SuspensionCause::Policy] {
            let suspended = listing(from).moved(ListingMove::Suspend(cause, None), now());
            let suspended = suspended.unwrap();
            let back = suspended
                .clone()
                .moved(ListingMove::Reinstate, now())
                .unwrap();
            assert_eq!((back.state, back.suspension), (from, None));
            // For its rights alone its seller publishes it again, once it has been sold before.
            let resumed = suspended.moved(ListingMove::Publish, now());
            let may_resume =
                cause == SuspensionCause::Rights && [Published, Paused].contains(&from);
            assert_eq!(resumed.is_ok(), may_resume, "{cause:?} from {from:?}");
        }
    }
}

#[test]
fn pausing_and_publishing_again_keeps_its_place_in_the_list() {
    let later = "2026-06-01T12:00:00Z".parse().unwrap();
    let published = listing(ListingState::Approved).moved(ListingMove::Publish, now());
    let paused = published.unwrap().moved(ListingMove::Pause, later).unwrap();
    let again = paused.moved(ListingMove::Publish, later).unwrap();
    assert_eq!(again.published_at, Some(now()));
}

#[test]
fn what_says_something_else_is_reviewed_anew_where_there_is_a_review() {
    use ListingState::{Approved, Draft, Paused, Published};
    let edit = ListingEdit {
        title: Some("Another Shirt".parse().unwrap()),
        ..ListingEdit::default()
    };
    for (from, review, expected) in [
        (Draft, Review::Required, Ok(Draft)),
        (Approved, Review::Required, Ok(Draft)),
        (Paused, Review::Required, Ok(Draft)),
        (
            Published,
            Review::Required,
            Err(ListingEditError::PauseFirst),
        ),
        (Approved, Review::None, Ok(Approved)),
        (Paused, Review::None, Ok(Paused)),
        (Published, Review::None, Ok(Published)),
    ] {
        let edited = listing(from).edited(edit.clone(), review, now());
        assert_eq!(
            edited.map(|edited| edited.state),
            expected,
            "{from:?} {review:?}"
        );
    }
    let terms = ListingEdit {
        accepts_terms: true,
        ..ListingEdit::default()
    };
    let edited = listing(Published).edited(terms, Review::Required, now());
    assert_eq!(edited.unwrap().state, Published);
}

#[test]
fn what_waits_or_has_ended_stays_as_it_is() {
    use ListingState::{Removed, Submitted, Suspended};
    for state in [Submitted, Suspended, Removed] {
        let locked = Err(ListingEditError::Locked(state));
        let edit = ListingEdit::default();
        assert_eq!(listing(state).edited(edit, Review::None, now()), locked);
        assert_eq!(listing(state).with_sku(sku("two"), now()), locked);
        let one = listing(state).skus[0].id;
        assert_eq!(listing(state).without_sku(one, now()), locked);
        let owners = listing(state).owners;
        assert_eq!(listing(state).with_owners(owners, now()), locked);
    }
}

#[test]
fn what_is_sold_keeps_something_to_sell_and_its_owners() {
    let published = listing(ListingState::Published);
    let one = published.skus[0].id;
    let pause_first = Err(ListingEditError::PauseFirst);
    assert_eq!(published.clone().without_sku(one, now()), pause_first);
    let owners = published.owners.clone();
    assert_eq!(published.with_owners(owners, now()), pause_first);
}

#[test]
fn a_listing_has_so_many_variants_and_no_more() {
    let full = (1..MAX_SKUS).fold(listing(ListingState::Draft), |listing, number| {
        listing.with_sku(sku(&number.to_string()), now()).unwrap()
    });
    assert_eq!(full.skus.len(), MAX_SKUS);
    let again = full.skus[3].clone();
    assert!(full.clone().with_sku(again, now()).is_ok());
    let one_more = full.with_sku(sku("one more"), now());
    assert_eq!(one_more, Err(ListingEditError::TooManySkus));
}

#[test]
fn only_a_published_listing_is_found() {
    for state in STATES {
        let mut listing = listing(state);
        listing.published_at = Some(now());
        let rows = search::rows(&listing).len();
        // Five lists and three words.
        let expected = if state == ListingState::Published {
            8
        } else {
            0
        };
        assert_eq!(rows, expected, "{state:?}");
    }
}

#[test]
fn a_fulfilment_is_written_as_orders_read_it() {
    let written = serde_json::to_value(Fulfilment::Ticket).unwrap();
    assert_eq!(written, "ticket");
}
