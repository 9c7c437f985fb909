//! The event `listening_token.revoked`

use serde_json::{Value, json};

use crate::players::{Stage, listen_at, revocation};

fn single(stage: &Stage) -> Value {
    json!({ "listen_type": "single", "payload": [listen_at(stage.now_s() - 600)] })
}

#[tokio::test]
async fn a_revoked_token_reports_no_more_and_others_still_do() {
    let stage = Stage::start().await;
    let (alice, bob) = (stage.member("alice"), stage.member("bob"));
    assert_eq!(
        stage.submit(&alice.token, &single(&stage)).await.status,
        200
    );
    assert_eq!(stage.sent().await.len(), 1);

    stage.revoke(&alice).await;

    let answer = stage.submit(&alice.token, &single(&stage)).await;
    assert_eq!(answer.status, 401);
    let error = json!({ "code": 401, "error": "Invalid authorization token." });
    assert_eq!(answer.json(), error);
    stage.assert_nothing_sent("revoked").await;
    assert_eq!(stage.submit(&bob.token, &single(&stage)).await.status, 200);
}

#[tokio::test]
async fn a_revocation_delivered_again_changes_nothing() {
    let stage = Stage::start().await;
    let alice = stage.member("alice");
    stage.revoke(&alice).await;
    let row = || async {
        let key = platform::table::Key::partition(format!("REVOKED#{}", alice.token_id));
        stage
            .world
            .table("ListeningTable")
            .get_item(&key)
            .await
            .unwrap()
    };
    let before = row().await;
    assert!(before.is_some());
    stage.revoke(&alice).await;
    assert_eq!(row().await, before);
}

#[tokio::test]
async fn poison_reaches_the_dead_letter_queue_and_hurts_no_other_message() {
    let stage = Stage::start().await;
    let worker = stage.world.app("ListeningWorker", listening::build).await;
    let alice = stage.member("alice");
    let mut malformed = revocation(&alice);
    malformed["data"] = json!({ "token": "ltk_nonsense" });
    let mut unknown = revocation(&alice);
    unknown["type"] = json!("account.renamed");
    let bodies = [
        "no JSON".to_owned(),
        malformed.to_string(),
        unknown.to_string(),
        revocation(&alice).to_string(),
    ];
    for body in bodies {
        stage.world.send("ListeningQueue", body).await;
    }

    stage.world.drain("ListeningQueue", &worker).await;

    assert_eq!(stage.world.depth("ListeningQueue").await, 0);
    assert_eq!(stage.world.depth("ListeningQueueDead").await, 2);
    assert_eq!(
        stage.submit(&alice.token, &single(&stage)).await.status,
        401
    );
}
