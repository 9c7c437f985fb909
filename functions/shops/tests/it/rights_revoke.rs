//! Revoking grants.

use serde_json::json;
use tokio::task::JoinSet;

use crate::rights_stage::{Stage, done, grant, grant_in, grants_path};

#[tokio::test]
async fn a_grant_is_revoked_at_once_or_later_and_sooner_but_not_taken_back() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let made = stage.grant("label", &work, "store", json!({})).await;
    let (later, sooner) = ("2026-07-01T12:00:00Z", "2026-06-15T12:00:00Z");
    let revoked = stage
        .revoke("label", &made, json!({ "effective_at": later }))
        .await
        .json();
    assert_eq!(
        (&revoked["state"], &revoked["revoked_from"]),
        (&json!("live"), &json!(later))
    );
    let again = stage
        .revoke("label", &made, json!({ "effective_at": later }))
        .await;
    assert_eq!((again.status, again.json()), (200, revoked));
    let answer = stage
        .revoke("label", &made, json!({ "effective_at": sooner }))
        .await;
    assert_eq!(answer.json()["revoked_from"], sooner);
    let answer = stage
        .revoke("label", &made, json!({ "effective_at": later }))
        .await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    let past = json!({ "effective_at": "2020-01-01T00:00:00Z" });
    let at_once = stage.revoke("label", &made, past).await.json();
    assert_eq!(at_once["state"], "revoked");
    assert_eq!(at_once["revoked_from"], "2026-06-01T12:00:00Z");
    stage.advance_s(60);
    let again = stage.revoke("label", &made, json!({})).await;
    assert_eq!((again.status, again.json()), (200, at_once));
}

#[tokio::test]
async fn what_is_over_is_not_revoked_and_makes_room_for_another() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let terms = json!({ "until": "2026-06-01T13:00:00Z", "exclusive": true });
    let made = stage.grant("label", &work, "ann", terms).await;
    stage.advance_s(3_600);
    let answer = stage.revoke("label", &made, json!({})).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    let path = format!("/v1/grants/{made}");
    assert_eq!(
        stage.member("ann").get(&path).await.json()["state"],
        "ended"
    );
    let now = json!({ "from": "2026-06-01T12:30:00Z", "exclusive": true });
    stage.grant("label", &work, "ben", now).await;

    let made = stage
        .grant("label", &work, "cai", json!({ "uses": ["karaoke"] }))
        .await;
    done(&stage.revoke("label", &made, json!({})).await);
    let sole = json!({ "uses": ["karaoke"], "exclusive": true });
    stage.grant("label", &work, "dan", sole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grants_and_revocations_at_once_are_all_kept() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let mut made = Vec::new();
    for number in 0..4 {
        made.push(
            stage
                .grant("label", &work, &format!("old {number}"), json!({}))
                .await,
        );
    }
    let mut tasks = JoinSet::new();
    for (number, old) in made.into_iter().enumerate() {
        let (label, work) = (stage.member("label"), work.clone());
        tasks.spawn(async move {
            let body = grant_in(&format!("new {number}"), json!({ "exclusive": false }));
            let granted = grant(&label, &work, &format!("new{number}"), body)
                .await
                .status;
            let revoke = format!("/v1/grants/{old}/revoke");
            (granted, label.post(&revoke, json!({})).await.status)
        });
    }
    for statuses in tasks.join_all().await {
        assert_eq!(statuses, (201, 200));
    }
    let grants = stage.member("label").get(&grants_path(&work)).await.json();
    let states = |wanted: &str| {
        let grants = grants["items"].as_array().unwrap().iter();
        grants.filter(|grant| grant["state"] == wanted).count()
    };
    assert_eq!((states("revoked"), states("live")), (4, 4));
}
