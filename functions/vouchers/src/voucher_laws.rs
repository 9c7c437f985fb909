//! What may be done with a voucher: every state with every move.

use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Points, Timestamp};
use platform::Secret;
use wallet::Spent;

use crate::{
    member::TransactionId,
    reward::PartnerName,
    sealing::CodeKeys,
    voucher::{
        Failure, Holding, Issue, Order, Reservation, Reversal, ReversalReason, Stage, State, Usage,
        UseError, Voucher,
    },
};

const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);
const WITHIN_HOURS: u16 = 72;

fn hours(hours: i64) -> Timestamp {
    NOW + SignedDuration::from_hours(hours)
}

fn order() -> Order {
    Order {
        holder: Id::derive(&["holder"]),
        reward: Id::derive(&["reward"]),
        reward_name: "Breakfast".parse().unwrap(),
        partner: PartnerName {
            id: Id::derive(&["partner"]),
            name: "A chain".parse().unwrap(),
        },
        price: Points::new(50).unwrap(),
        unit_price: Money::new(1_500, Currency::CNY).ok(),
        is_counted: false,
        ordered_at: NOW,
    }
}

/// A voucher that was issued now, is good for a day, and was used so.
fn used(usage: Usage) -> Voucher {
    let id = Id::derive(&["voucher"]);
    let keys = CodeKeys::new(&Secret::of("one"));
    Voucher {
        id,
        batch: None,
        created_at: NOW,
        order: order(),
        stage: Stage::Issued(Holding {
            code: keys.seal(id, &"A".parse().unwrap()).unwrap(),
            issue: Issue {
                issued_at: NOW,
                expires_at: hours(24),
                spent: Spent { parts: Vec::new() },
            },
            usage,
        }),
        version: 4,
    }
}

fn reserved(until: Timestamp) -> Voucher {
    used(Usage::Reserved(Reservation {
        by: till("one"),
        until,
    }))
}

fn till(name: &str) -> TransactionId {
    name.parse().unwrap()
}

/// What becomes of a voucher, and that it is one version on.
fn becomes(outcome: Result<Voucher, UseError>, now: Timestamp) -> Result<State, UseError> {
    outcome.map(|voucher| {
        assert_eq!(voucher.version, 5);
        voucher.state(now)
    })
}

#[test]
fn every_state_with_every_move() {
    use State::{Expired, Failed, Issued, Redeemed, Reversed};
    let failed = Voucher {
        stage: Stage::Failed(Failure {
            at: NOW,
            reason: None,
        }),
        ..used(Usage::Unused)
    };
    let reversal = Reversal {
        at: NOW,
        reason: ReversalReason::Unused,
    };
    let no = |state| Err(UseError::State(state));
    // The voucher; then what it becomes when it is reserved, released, redeemed, reversed.
    for (voucher, at, state, moves) in [
        (
            used(Usage::Unused),
            1,
            Issued,
            [Ok(State::Reserved), no(Issued), Ok(Redeemed), Ok(Reversed)],
        ),
        (
            used(Usage::Unused),
            24,
            Expired,
            [no(Expired), no(Expired), no(Expired), Ok(Reversed)],
        ),
        (
            reserved(hours(2)),
            1,
            State::Reserved,
            [
                no(State::Reserved),
                Ok(Issued),
                Ok(Redeemed),
                no(State::Reserved),
            ],
        ),
        // A reservation lapses by itself, and outlives the voucher's time if it began within it.
        (
            reserved(hours(2)),
            2,
            Issued,
            [Ok(State::Reserved), no(Issued), Ok(Redeemed), Ok(Reversed)],
        ),
        (
            reserved(hours(25)),
            24,
            State::Reserved,
            [
                no(State::Reserved),
                Ok(Expired),
                Ok(Redeemed),
                no(State::Reserved),
            ],
        ),
        (
            reserved(hours(25)),
            25,
            Expired,
            [no(Expired), no(Expired), no(Expired), Ok(Reversed)],
        ),
        (
            used(Usage::Redeemed { at: NOW }),
            1,
            Redeemed,
            [no(Redeemed), no(Redeemed), no(Redeemed), Ok(Reversed)],
        ),
        (
            used(Usage::Expired),
            25,
            Expired,
            [no(Expired), no(Expired), no(Expired), Ok(Reversed)],
        ),
        (
            used(Usage::Reversed(reversal)),
            1,
            Reversed,
            [no(Reversed), no(Reversed), no(Reversed), no(Reversed)],
        ),
        (
            failed,
            1,
            Failed,
            [no(Failed), no(Failed), no(Failed), no(Failed)],
        ),
    ] {
        let now = hours(at);
        assert_eq!(voucher.state(now), state);
        let reversed = voucher
            .clone()
            .reversed(ReversalReason::Invalid, WITHIN_HOURS, now);
        let outcomes = [
            becomes(voucher.clone().reserved(till("two"), 15, now), now),
            becomes(voucher.clone().released(Some(&till("one")), now), now),
            becomes(voucher.clone().redeemed(Some(&till("one")), now), now),
            becomes(reversed.map(|(voucher, _)| voucher), now),
        ];
        assert_eq!(outcomes, moves, "{state:?} at hour {at}");
    }
}

#[test]
fn a_reservation_is_its_transactions_own() {
    let other = till("two");
    let voucher = reserved(hours(2));
    let refused = Err(UseError::ReservedByAnother);
    assert_eq!(voucher.clone().redeemed(Some(&other), NOW), refused);
    assert_eq!(voucher.clone().released(Some(&other), NOW), refused);
    assert!(voucher.clone().redeemed(None, NOW).is_ok());
    assert!(voucher.released(None, NOW).is_ok());
}

#[test]
fn a_voucher_is_reversed_within_its_window_to_the_second() {
    let second = SignedDuration::from_secs(1);
    for (voucher, last) in [
        (used(Usage::Unused), hours(24 + 72)),
        (used(Usage::Expired), hours(24 + 72)),
        (used(Usage::Redeemed { at: hours(3) }), hours(3 + 72)),
    ] {
        let reverse = |at| {
            voucher
                .clone()
                .reversed(ReversalReason::Returned, WITHIN_HOURS, at)
        };
        assert!(reverse(last).is_ok());
        assert_eq!(reverse(last + second).unwrap_err(), UseError::TooLate);
    }
}

#[test]
fn a_voucher_is_said_to_be_expired_once_and_only_when_it_is() {
    assert_eq!(used(Usage::Unused).expired(hours(23)), None);
    assert_eq!(used(Usage::Redeemed { at: NOW }).expired(hours(24)), None);
    assert_eq!(reserved(hours(25)).expired(hours(24)), None);
    let expired = used(Usage::Unused).expired(hours(24)).unwrap();
    assert_eq!(expired.due_at(), None);
    assert_eq!(expired.expired(hours(48)), None);
    assert_eq!(used(Usage::Unused).due_at(), Some(hours(24)));
    assert_eq!(reserved(hours(25)).due_at(), Some(hours(25)));
}
