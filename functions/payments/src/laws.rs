//! The laws of the states: every pair of state and move, and every long walk through them.

use alipay::{Fen, Notify, TradeStatus};
use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Timestamp};
use proptest::prelude::*;
use tokens::CheckoutClaim;

use crate::{
    intent::{Capture, Ending, IntentState, MoveError, PaymentIntent, Shut},
    notice::{self, Notice},
    opening,
    refund::{Refund, RefundAnswer, RefundOrder, RefundState},
};

const PRICE: i64 = 100;

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn opened() -> PaymentIntent {
    let claim = CheckoutClaim {
        group: Id::derive(&["group"]),
        account: Id::derive(&["ada"]),
        amount: yuan(PRICE),
        subject: "An album".to_owned(),
        expires_at: at(15),
    };
    opening::open(claim, Id::derive(&["ada"]), at(0)).unwrap()
}

fn capture(trade_no: &str) -> Capture {
    Capture {
        trade_no: trade_no.parse().unwrap(),
        captured_at: at(1),
    }
}

/// An intent in a state, as moves lead there.
fn in_state(state: IntentState) -> PaymentIntent {
    let paid = || opened().capture(capture("1"), at(1)).unwrap().unwrap();
    let paid_back = |minor| {
        let reserved = paid().reserve(yuan(minor), at(2)).unwrap();
        reserved.refunded(yuan(minor), at(3)).unwrap()
    };
    let ended = |ending| {
        opened()
            .close(ending, Shut::Firmly, at(2))
            .unwrap()
            .unwrap()
    };
    let intent = match state {
        IntentState::RequiresAction => opened(),
        IntentState::Captured => paid(),
        IntentState::PartiallyRefunded => paid_back(40),
        IntentState::Refunded => paid_back(PRICE),
        IntentState::Cancelled => ended(Ending::Cancelled),
        IntentState::Expired => ended(Ending::Expired),
        IntentState::Failed => ended(Ending::Failed),
        IntentState::Conflicted => ended(Ending::Conflicted),
    };
    assert_eq!(intent.state, state);
    intent
}

const STATES: [IntentState; 8] = [
    IntentState::RequiresAction,
    IntentState::Captured,
    IntentState::PartiallyRefunded,
    IntentState::Refunded,
    IntentState::Cancelled,
    IntentState::Expired,
    IntentState::Failed,
    IntentState::Conflicted,
];

const ENDINGS: [(Ending, IntentState); 4] = [
    (Ending::Cancelled, IntentState::Cancelled),
    (Ending::Expired, IntentState::Expired),
    (Ending::Failed, IntentState::Failed),
    (Ending::Conflicted, IntentState::Conflicted),
];

#[test]
fn money_is_taken_in_every_state_but_conflicted_and_only_once() {
    for state in STATES {
        let intent = in_state(state);
        let moved = intent.capture(capture("1"), at(4));
        match state {
            IntentState::RequiresAction
            | IntentState::Cancelled
            | IntentState::Expired
            | IntentState::Failed => {
                let captured = moved.unwrap().unwrap();
                assert_eq!(captured.state, IntentState::Captured, "{state:?}");
                assert_eq!(captured.ask_at, None);
            }
            IntentState::Captured | IntentState::PartiallyRefunded | IntentState::Refunded => {
                assert_eq!(moved, Ok(None), "{state:?}");
                let other = intent.capture(capture("2"), at(4));
                assert_eq!(other, Err(MoveError::OtherTrade));
            }
            IntentState::Conflicted => assert_eq!(moved, Err(MoveError::Over)),
        }
    }
}

#[test]
fn only_what_is_open_ends_and_it_ends_once() {
    for state in STATES {
        for (ending, ended) in ENDINGS {
            for shut in [Shut::Firmly, Shut::Loosely] {
                let moved = in_state(state).close(ending, shut, at(4));
                if state.is_open() {
                    let closed = moved.unwrap().unwrap();
                    assert_eq!(closed.state, ended);
                    assert_eq!(closed.ask_at.is_some(), shut == Shut::Loosely);
                } else if state.is_paid() {
                    assert_eq!(moved, Err(MoveError::Paid), "{state:?}");
                } else if state == ended {
                    assert_eq!(moved, Ok(None));
                } else {
                    assert_eq!(moved, Err(MoveError::Over), "{state:?} {ending:?}");
                }
            }
        }
    }
}

#[test]
fn only_what_is_paid_goes_back() {
    for state in STATES {
        let intent = in_state(state);
        let moves = [
            intent.reserve(yuan(1), at(4)),
            intent.charge_back(yuan(1), at(4)),
        ];
        for moved in moves {
            match state {
                IntentState::Captured | IntentState::PartiallyRefunded => {
                    assert_eq!(moved.unwrap().state, state);
                }
                IntentState::Refunded => assert!(matches!(moved, Err(MoveError::Return(_)))),
                _ => assert_eq!(moved, Err(MoveError::NotPaid), "{state:?}"),
            }
        }
        // Nothing was reserved, so nothing can be resolved in any state.
        assert!(intent.refunded(yuan(1), at(4)).is_err());
        assert!(intent.refund_failed(yuan(1), at(4)).is_err());
    }
}

#[test]
fn what_was_closed_loosely_is_watched_until_it_is_shut_or_its_page_is_long_dead() {
    let mut watched = opened()
        .close(Ending::Cancelled, Shut::Loosely, at(2))
        .unwrap()
        .unwrap();
    let shut = watched.close(Ending::Expired, Shut::Firmly, at(3));
    let shut = shut.unwrap().unwrap();
    assert_eq!((shut.state, shut.ask_at), (IntentState::Cancelled, None));
    let mut asked_at = at(2);
    while let Some(next) = watched.ask_at {
        assert!(next > asked_at && next <= at(45));
        asked_at = next;
        watched = watched.asked(next);
    }
    assert!(asked_at > at(15), "it is asked after its deadline");
}

#[test]
fn an_open_intent_is_asked_for_at_its_deadline_and_never_forgotten() {
    let mut intent = opened();
    let mut times = Vec::new();
    for _ in 0..7 {
        let next = intent.ask_at.unwrap();
        times.push(next.as_second() / 60);
        intent = intent.asked(next);
    }
    assert_eq!(times, [1, 2, 4, 8, 15, 23, 31]);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Capture,
    Close(Ending),
    Reserve(i64),
    Refunded(i64),
    RefundFailed(i64),
    ChargeBack(i64),
    Asked,
}

fn any_step() -> impl Strategy<Value = Step> {
    let minor = || -1_i64..120;
    prop_oneof![
        Just(Step::Capture),
        prop::sample::select(ENDINGS.map(|(ending, _)| Step::Close(ending)).to_vec()),
        minor().prop_map(Step::Reserve),
        minor().prop_map(Step::Refunded),
        minor().prop_map(Step::RefundFailed),
        minor().prop_map(Step::ChargeBack),
        Just(Step::Asked),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_state_says_where_the_money_is(
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let mut intent = opened();
        for (minute, step) in (0..).zip(steps) {
            let now = at(minute);
            let moved = match step {
                Step::Capture => intent.capture(capture("1"), now),
                Step::Close(ending) => intent.close(ending, Shut::Firmly, now),
                Step::Reserve(minor) => intent.reserve(yuan(minor), now).map(Some),
                Step::Refunded(minor) => intent.refunded(yuan(minor), now).map(Some),
                Step::RefundFailed(minor) => intent.refund_failed(yuan(minor), now).map(Some),
                Step::ChargeBack(minor) => intent.charge_back(yuan(minor), now).map(Some),
                Step::Asked => Ok(Some(intent.asked(now))),
            };
            let before = intent.clone();
            if let Ok(Some(next)) = moved {
                intent = next;
            }
            prop_assert!(!before.state.is_paid() || intent.state.is_paid(), "paid stays paid");
            prop_assert_eq!(intent.capture.is_some(), intent.state.is_paid());
            let refunded = intent.returned.refunded().minor();
            let expected = match refunded {
                PRICE => IntentState::Refunded,
                0 => IntentState::Captured,
                _ => IntentState::PartiallyRefunded,
            };
            prop_assert!(!intent.state.is_paid() || intent.state == expected);
            prop_assert!(intent.state.is_paid() || refunded == 0);
            let back = refunded
                + intent.returned.reserved().minor()
                + intent.returned.charged_back().minor();
            prop_assert!(back <= PRICE);
            let asks = intent.state.is_open();
            prop_assert_eq!(intent.ask_at.is_some(), asks || is_watched(&intent, &before));
            prop_assert_eq!(
                (intent.id, intent.amount, intent.expires_at),
                (before.id, before.amount, before.expires_at)
            );
        }
    }

    #[test]
    fn whatever_the_provider_says_a_refund_keeps_its_number_and_resolves_once(
        answers in prop::collection::vec(any_answer(), 0..20),
    ) {
        let mut refund = Refund::requested(refund_order(), at(0));
        for (minute, answer) in (1..).zip(answers) {
            let before = refund.clone();
            let answered = refund.answered(answer.clone(), at(minute));
            if let Ok(Some(next)) = answered {
                refund = next;
            }
            prop_assert_eq!((refund.id, refund.amount), (before.id, before.amount));
            prop_assert_eq!(refund.ask_at.is_none(), refund.state.is_resolved());
            prop_assert_eq!(refund.failure.is_some(), refund.state == RefundState::Failed);
            if before.state.is_resolved() {
                prop_assert_eq!(&refund, &before);
            }
        }
    }
}

/// Asking for a closed intent again keeps it watched for a while.
fn is_watched(intent: &PaymentIntent, before: &PaymentIntent) -> bool {
    intent.ask_at.is_some()
        && !intent.state.is_paid()
        && intent.state != IntentState::Conflicted
        && !before.state.is_paid()
}

fn any_answer() -> impl Strategy<Value = RefundAnswer> {
    prop_oneof![
        Just(RefundAnswer::Made),
        Just(RefundAnswer::Taken),
        Just(RefundAnswer::Refused("ACQ.TRADE_HAS_FINISHED".to_owned())),
        Just(RefundAnswer::Silence),
    ]
}

fn refund_order() -> RefundOrder {
    RefundOrder {
        id: Id::derive(&["refund"]),
        intent: opened().id,
        group: opened().group,
        order: Id::derive(&["order"]),
        amount: yuan(40),
        reason: "returned".to_owned(),
    }
}

fn refund_in(state: RefundState) -> Refund {
    let refund = Refund::requested(refund_order(), at(0));
    let answer = match state {
        RefundState::Requested => return refund,
        RefundState::Submitted => RefundAnswer::Taken,
        RefundState::Unknown => RefundAnswer::Silence,
        RefundState::Succeeded => RefundAnswer::Made,
        RefundState::Failed => RefundAnswer::Refused("no".to_owned()),
    };
    refund.answered(answer, at(1)).unwrap().unwrap()
}

#[test]
fn every_answer_to_every_refund_has_one_meaning() {
    use RefundState::{Failed, Requested, Submitted, Succeeded, Unknown};
    let refused = || RefundAnswer::Refused("no".to_owned());
    for (state, answer, expected) in [
        (Requested, RefundAnswer::Made, Some(Succeeded)),
        (Requested, RefundAnswer::Taken, Some(Submitted)),
        (Requested, refused(), Some(Failed)),
        (Requested, RefundAnswer::Silence, Some(Unknown)),
        (Submitted, RefundAnswer::Made, Some(Succeeded)),
        (Submitted, RefundAnswer::Taken, Some(Submitted)),
        (Submitted, refused(), Some(Failed)),
        (Submitted, RefundAnswer::Silence, Some(Submitted)),
        (Unknown, RefundAnswer::Made, Some(Succeeded)),
        (Unknown, RefundAnswer::Taken, Some(Submitted)),
        (Unknown, refused(), Some(Failed)),
        (Unknown, RefundAnswer::Silence, Some(Unknown)),
        (Succeeded, RefundAnswer::Made, Some(Succeeded)),
        (Succeeded, RefundAnswer::Taken, Some(Succeeded)),
        (Succeeded, refused(), None),
        (Succeeded, RefundAnswer::Silence, Some(Succeeded)),
        (Failed, RefundAnswer::Made, None),
        (Failed, RefundAnswer::Taken, Some(Failed)),
        (Failed, refused(), Some(Failed)),
        (Failed, RefundAnswer::Silence, Some(Failed)),
    ] {
        let refund = refund_in(state);
        let answered = refund.answered(answer.clone(), at(2));
        let reached = answered.map(|next| next.unwrap_or(refund).state).ok();
        assert_eq!(reached, expected, "{state:?} {answer:?}");
    }
}

#[test]
fn a_notify_means_what_the_intent_makes_of_it() {
    for state in STATES {
        let intent = in_state(state);
        for status in TradeStatus::ALL {
            let notice = notice::judge(&notify(status, &intent), &intent);
            let is_paid = matches!(notice, Notice::Paid(_));
            match (status.is_paid(), state.is_open() || state.is_paid()) {
                (true, true) => assert!(is_paid, "{state:?} {status}"),
                (true, false) => assert_eq!(notice, Notice::PaidLate, "{state:?} {status}"),
                (false, _) if status == TradeStatus::Closed && state.is_open() => {
                    assert_eq!(notice, Notice::Closed);
                }
                (false, _) => assert_eq!(notice, Notice::Nothing, "{state:?} {status}"),
            }
        }
    }
}

fn notify(status: TradeStatus, intent: &PaymentIntent) -> Notify {
    Notify {
        notify_id: "1".parse().unwrap(),
        app_id: "2".parse().unwrap(),
        seller_id: "3".parse().unwrap(),
        out_trade_no: intent.id.to_string().parse().unwrap(),
        trade_no: "1".parse().unwrap(),
        status,
        total: Fen::new(PRICE).unwrap(),
        paid_at: None,
        refund: None,
    }
}
