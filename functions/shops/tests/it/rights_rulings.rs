//! What operators rule, and what becomes of the listings.

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    rights_cases::{ABSENT, Quarrel, claim},
    rights_stage::{account, done, id},
};

#[tokio::test]
async fn an_upheld_claim_takes_the_listing_down_for_good() {
    for steps in [
        &["uphold"][..],
        &["suspend-listing", "uphold"],
        &["counter-notice", "uphold"],
        &["suspend-listing", "counter-notice", "uphold"],
    ] {
        let quarrel = Quarrel::begin().await;
        for step in steps {
            let answer = match *step {
                "counter-notice" => quarrel.answer().await,
                step => quarrel.rule(step).await,
            };
            done(&answer);
        }
        assert_eq!(quarrel.listing_state().await, "removed", "{steps:?}");
        let publish = quarrel.stage.publish("label", &quarrel.listing).await;
        assert_eq!(publish.status, 409);
        let path = format!("/v1/rights-cases/{}", quarrel.case);
        let case = quarrel.stage.member("label").get(&path).await.json();
        assert_eq!(case["state"], "upheld");
        assert_eq!(case["ruling"]["reason"], "The register says so.");
        for step in ["uphold", "dismiss", "suspend-listing"] {
            assert_eq!(quarrel.rule(step).await.problem_code(), "state_conflict");
        }
        assert_eq!(quarrel.answer().await.problem_code(), "state_conflict");
    }
}

#[tokio::test]
async fn a_suspended_listing_is_not_published_before_the_case_is_decided() {
    let quarrel = Quarrel::begin().await;
    done(&quarrel.rule("suspend-listing").await);
    assert_eq!(quarrel.listing_state().await, "suspended");
    let publish = || quarrel.stage.publish("label", &quarrel.listing);
    assert_eq!(publish().await.problem_code(), "rights_missing");
    assert_eq!(
        quarrel.rule("suspend-listing").await.problem_code(),
        "state_conflict"
    );
    done(&quarrel.answer().await);
    assert_eq!(publish().await.problem_code(), "rights_missing");
    done(&quarrel.rule("dismiss").await);
    assert_eq!(quarrel.listing_state().await, "suspended");
    done(&publish().await);
    assert_eq!(quarrel.listing_state().await, "published");
}

#[tokio::test]
async fn of_two_cases_that_suspend_a_listing_both_must_be_decided() {
    let quarrel = Quarrel::begin().await;
    let stage = &quarrel.stage;
    let ben = stage.api.caller(account("ben"));
    let other = id(&ben.post("/v1/rights-cases", claim(&quarrel.listing)).await);
    let operator = stage.api.operator();
    let of_other = |step: &str| format!("/v1/rights-cases/{other}/{step}");
    done(&quarrel.rule("suspend-listing").await);
    done(&operator.post(&of_other("suspend-listing"), json!({})).await);
    done(&quarrel.rule("dismiss").await);
    let refused = stage.publish("label", &quarrel.listing).await;
    assert_eq!(refused.problem_code(), "rights_missing");
    let reason = json!({ "reason": "No." });
    done(&operator.post(&of_other("dismiss"), reason).await);
    done(&stage.publish("label", &quarrel.listing).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_rulings_at_once_one_is_made_and_the_listing_follows_it() {
    for _ in 0..4 {
        let quarrel = Quarrel::begin().await;
        done(&quarrel.rule("suspend-listing").await);
        let mut tasks = JoinSet::new();
        for number in 0..8 {
            let operator = quarrel.stage.api.operator();
            let step = if number % 2 == 0 { "uphold" } else { "dismiss" };
            let path = format!("/v1/rights-cases/{}/{step}", quarrel.case);
            tasks.spawn(async move { operator.post(&path, json!({ "reason": "So." })).await });
        }
        let answers = tasks.join_all().await;
        let ruled: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(ruled.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(answer.problem_code(), "state_conflict");
        }
        let published = quarrel
            .stage
            .publish("label", &quarrel.listing)
            .await
            .status;
        match ruled[0].json()["state"].as_str() {
            Some("upheld") => {
                assert_eq!(
                    (published, quarrel.listing_state().await),
                    (409, json!("removed"))
                );
            }
            _ => assert_eq!(
                (published, quarrel.listing_state().await),
                (200, json!("published"))
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_is_published_while_it_is_suspended_does_not_slip_by() {
    for _ in 0..6 {
        let quarrel = Quarrel::begin().await;
        let pause = format!("/v1/listings/{}/pause", quarrel.listing);
        done(&quarrel.stage.member("label").post(&pause, json!({})).await);
        let (suspended, published) = tokio::join!(
            quarrel.rule("suspend-listing"),
            quarrel.stage.publish("label", &quarrel.listing),
        );
        done(&suspended);
        assert!(
            [200, 409, 412].contains(&published.status),
            "{}",
            published.text()
        );
        assert_eq!(quarrel.listing_state().await, "suspended");
    }
}

#[tokio::test]
async fn rulings_are_for_operators_alone() {
    let Quarrel { stage, case, .. } = Quarrel::begin().await;
    for step in ["uphold", "dismiss", "suspend-listing"] {
        let path = format!("/v1/rights-cases/{case}/{step}");
        let reason = json!({ "reason": "So." });
        for (client, code) in [
            (stage.member("label"), "forbidden"),
            (stage.api.caller(account("ada")), "forbidden"),
            (stage.api.anonymous(), "unauthenticated"),
        ] {
            assert_eq!(
                client.post(&path, reason.clone()).await.problem_code(),
                code,
                "{step}"
            );
        }
        let absent = format!("/v1/rights-cases/rcs_{ABSENT}/{step}");
        let answer = stage.api.operator().post(&absent, reason).await;
        assert_eq!(answer.problem_code(), "not_found", "{step}");
    }
    for body in [
        json!({}),
        json!({ "reason": "" }),
        json!({ "reason": "x", "listing": "y" }),
    ] {
        let path = format!("/v1/rights-cases/{case}/uphold");
        let answer = stage.api.operator().post(&path, body).await;
        assert_eq!(answer.problem_code(), "validation_failed");
    }
}
