//! Every misbehaviour, as the platform meets it, and what the chain knows afterwards.

use jiff::SignedDuration;
use partner::Fault;
use platform::public::PublicError;
use serde_json::{Value, json};
use webhook_signatures::VerifyingKey;

use crate::{World, fen};

impl World {
    fn with(fault: Fault) -> World {
        let world = World::new();
        world.chain.misbehave(fault);
        world
    }

    fn heard(&self) -> Vec<(String, Value, bool)> {
        let key = VerifyingKey::Symmetric(self.hooks.clone());
        self.planet.heard(&key, self.clock.now_seconds())
    }

    /// The codes that the platform was told of by notice, each properly signed.
    fn noticed(&self) -> Vec<String> {
        let heard = self.heard().into_iter();
        heard
            .map(|(path, body, is_signed)| {
                assert!(path.ends_with("/issues"), "{path}");
                assert!(is_signed);
                assert_eq!(body["reference"], "vch_1");
                assert_eq!(body["unit_price"], json!(fen(500)));
                body["code"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    /// The code that the platform finds when it asks.
    async fn found(&self) -> String {
        let (status, found) = self.find("vch_1").await.unwrap();
        assert_eq!(status, 200);
        found["code"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn without_an_answer_it_may_have_happened_and_asking_says_so() {
    for (fault, happened, line) in [
        (
            Fault::TimeoutBefore,
            false,
            "no answer (time-out before it was done)",
        ),
        (
            Fault::TimeoutAfter,
            true,
            "no answer (time-out after it was done)",
        ),
    ] {
        let world = World::with(fault);
        let answer = world.issue("vch_1").await;
        assert!(
            matches!(answer, Err(PublicError::NoAnswer(_))),
            "{answer:?}"
        );
        assert_eq!(world.find("vch_1").await.unwrap().0 == 200, happened);
        let first = world.issue("vch_1").await.unwrap();
        assert_eq!(world.issue("vch_1").await.unwrap(), first);
        assert_eq!(world.chain.vouchers().len(), 1);
        assert_eq!(world.log()[0], format!("asked to issue vch_1: {line}"));
    }
}

#[tokio::test]
async fn a_server_error_and_a_refusal_do_nothing() {
    for (fault, status) in [(Fault::ServerError, 500), (Fault::Refuse, 422)] {
        let world = World::with(fault);
        assert_eq!(world.issue("vch_1").await.unwrap().0, status);
        assert_eq!(world.find("vch_1").await.unwrap().0, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn slow_is_done_at_once_and_answered_too_late() {
    let world = World::with(Fault::Slow { ms: 4_000 });
    let answer = world.issue("vch_1").await;
    assert!(
        matches!(answer, Err(PublicError::NoAnswer(_))),
        "{answer:?}"
    );
    world.found().await;

    let world = World::with(Fault::Slow { ms: 2_000 });
    assert_eq!(world.issue("vch_1").await.unwrap().0, 201);
}

#[tokio::test]
async fn a_notice_comes_before_the_answer() {
    let world = World::with(Fault::NoticeFirst);
    let (_, issued) = world.issue("vch_1").await.unwrap();
    assert_eq!(world.noticed(), [issued["code"].as_str().unwrap()]);
    let log = world.log();
    assert!(log[0].starts_with("told issues (issue-CHN-"), "{log:?}");
    assert_eq!(
        log[1],
        "asked to issue vch_1: 201 (notice before the answer)"
    );
}

#[tokio::test]
async fn two_notices_are_one_transaction() {
    let world = World::with(Fault::NoticeTwice);
    world.issue("vch_1").await.unwrap();
    let code = world.found().await;
    assert_eq!(world.noticed(), [code.as_str(); 2]);
    let heard = world.heard();
    assert_eq!(heard[0].1["transaction_id"], heard[1].1["transaction_id"]);
}

#[tokio::test]
async fn a_notice_may_be_all_there_is() {
    let world = World::with(Fault::NoticeOnly);
    let answer = world.issue("vch_1").await;
    assert!(
        matches!(answer, Err(PublicError::NoAnswer(_))),
        "{answer:?}"
    );
    assert_eq!(world.noticed(), [world.found().await]);
}

#[tokio::test]
async fn two_codes_are_told_as_two_transactions_and_the_answer_stands() {
    let world = World::with(Fault::TwoCodes);
    let (_, issued) = world.issue("vch_1").await.unwrap();
    let noticed = world.noticed();
    assert_eq!(noticed.len(), 1);
    assert_ne!(noticed[0], issued["code"].as_str().unwrap());
    assert_eq!(issued["code"], world.found().await);
}

#[tokio::test]
async fn a_wrong_amount_is_a_hundredth_too_much_and_can_be_voided() {
    let world = World::with(Fault::WrongAmount);
    let (status, issued) = world.issue("vch_1").await.unwrap();
    assert_eq!((status, &issued["unit_price"]), (201, &json!(fen(501))));
    // It stays wrong: whoever asks again finds the same.
    assert_eq!(world.issue("vch_1").await.unwrap().1, issued);
    assert_eq!(world.void("vch_1").await.unwrap().0, 200);
    assert_eq!(world.chain.vouchers(), []);
}

#[tokio::test]
async fn while_it_is_down_nobody_connects_and_it_notes_nothing() {
    let world = World::with(Fault::Down { seconds: 600 });
    for _ in 0..3 {
        let answer = world.issue("vch_1").await;
        assert!(
            matches!(answer, Err(PublicError::NoAnswer(_))),
            "{answer:?}"
        );
    }
    assert_eq!(world.internet.dials().len(), 3);
    assert_eq!(world.log(), Vec::<String>::new());
    world.clock.advance(SignedDuration::from_secs(600)).unwrap();
    assert_eq!(world.issue("vch_1").await.unwrap().0, 201);
}

#[tokio::test]
async fn a_badly_signed_message_is_nobodys() {
    let world = World::with(Fault::BadSignature);
    world.chain.misbehave(Fault::NoticeTwice);
    world.issue("vch_1").await.unwrap();
    let signed: Vec<bool> = world.heard().into_iter().map(|(_, _, is)| is).collect();
    assert_eq!(signed, [false, true]);
}

#[tokio::test]
async fn faults_wait_in_line_for_the_call_that_they_can_befall() {
    let world = World::with(Fault::WrongAmount);
    world.chain.misbehave(Fault::ServerError);
    assert_eq!(world.find("vch_1").await.unwrap().0, 500);
    assert_eq!(world.find("vch_1").await.unwrap().0, 404);
    let (_, issued) = world.issue("vch_1").await.unwrap();
    assert_eq!(issued["unit_price"], json!(fen(501)));
}
