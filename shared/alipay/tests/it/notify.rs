//! Which notifies are believed.

use std::sync::LazyLock;

use alipay::{BeijingTime, Fen, Notify, TradeStatus};
use proptest::prelude::*;

use crate::{
    corpus::{Verdict, cases, genuine, saying, verdict},
    merchant,
};

static GENUINE: LazyLock<String> = LazyLock::new(genuine);

#[test]
fn every_notify_of_the_corpus_gets_its_verdict() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .map(|(name, body, expected)| (name, verdict(body), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(name, found, expected)| format!("{name}: {found:?} instead of {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_genuine_notify_says_what_happened() {
    let notify = Notify::verify(GENUINE.as_bytes(), &merchant()).unwrap();
    assert_eq!(notify.status, TradeStatus::Success);
    assert!(notify.status.is_paid());
    assert_eq!(notify.total, Fen::new(10_000).unwrap());
    assert_eq!(notify.trade_no.as_str(), "2026060122001000000000000001");
    assert_eq!(notify.paid_at, BeijingTime::parse("2026-06-01 20:00:10"));
    assert_eq!(notify.refund, None);
}

#[test]
fn a_partial_refund_is_told_as_paid_and_names_the_refund() {
    let body = saying(&[("refund_fee", b"1.50"), ("out_biz_no", b"rfd_1")]).encode();
    let notify = Notify::verify(body.as_bytes(), &merchant()).unwrap();
    assert!(notify.status.is_paid());
    let refund = notify.refund.unwrap();
    assert_eq!(refund.refunded_total, Fen::new(150).unwrap());
    assert_eq!(refund.out_request_no.unwrap().as_str(), "rfd_1");
}

#[test]
fn a_refund_by_hand_may_have_a_number_that_is_not_ours() {
    let body = saying(&[("refund_fee", b"1.50"), ("out_biz_no", "人工".as_bytes())]).encode();
    let notify = Notify::verify(body.as_bytes(), &merchant()).unwrap();
    assert_eq!(notify.refund.unwrap().out_request_no, None);
}

/// Either nothing is believed, or exactly what the gateway said: an escape may be written in two
/// cases of letters.
fn believes_nothing_new(body: &[u8]) -> bool {
    let original = Notify::verify(GENUINE.as_bytes(), &merchant()).unwrap();
    Notify::verify(body, &merchant()).map_or(true, |notify| notify == original)
}

#[test]
fn no_single_byte_can_be_left_out() {
    let body = GENUINE.as_bytes();
    for at in 0..body.len() {
        let mut shorter = body.to_vec();
        shorter.remove(at);
        assert!(
            Notify::verify(&shorter, &merchant()).is_err(),
            "without byte {at}"
        );
        assert!(
            Notify::verify(&body[..at], &merchant()).is_err(),
            "cut at {at}"
        );
    }
}

#[test]
fn the_corpus_is_refused_in_every_half_too() {
    for (name, body, expected) in cases() {
        if expected == Verdict::Believed {
            let half = &body[..body.len() / 2];
            assert!(Notify::verify(half, &merchant()).is_err(), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_byte_can_be_changed(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut body = GENUINE.clone().into_bytes();
        let at = at.index(body.len());
        body[at] = to;
        prop_assert!(believes_nothing_new(&body));
    }

    #[test]
    fn no_byte_can_be_put_in(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = GENUINE.clone().into_bytes();
        let at = at.index(body.len() + 1);
        body.insert(at, byte);
        prop_assert!(believes_nothing_new(&body));
    }

    #[test]
    fn no_two_pieces_can_change_places(
        one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
    ) {
        let mut body = GENUINE.clone().into_bytes();
        let (one, other) = (one.index(body.len()), other.index(body.len()));
        body.swap(one, other);
        prop_assert!(believes_nothing_new(&body));
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Notify::verify(&body, &merchant()).is_err());
    }

    #[test]
    fn no_form_makes_it_panic(body in "([a-z_]{1,12}=[ -~]{0,20}&){0,20}sign_type=RSA2&sign=[A-Za-z0-9%]{0,40}") {
        prop_assert!(Notify::verify(body.as_bytes(), &merchant()).is_err());
    }
}
