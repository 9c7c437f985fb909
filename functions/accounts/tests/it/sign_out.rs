//! `DELETE /v1/sessions/current`

use std::collections::BTreeMap;

use serde_json::json;

use crate::people::{People, id};

const PATH: &str = "/v1/sessions/current";

#[tokio::test]
async fn the_session_of_the_token_is_over() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let tokens = people.sign_in("ada@example.org").await;
    let client = people.bearer(&tokens["access_token"]).await;
    assert_eq!(client.delete(PATH).await.status, 204);
    let refused = people.refresh(&tokens["refresh_token"]).await;
    assert_eq!(refused.problem_code(), "invalid_credentials");
    // Once more is as good as once.
    assert_eq!(client.delete(PATH).await.status, 204);
}

#[tokio::test]
async fn somebody_elses_session_stays() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let eve = people.sign_up("eve@example.org").await;
    let tokens = people.sign_in("ada@example.org").await;
    let keys = people.world.table("KeysTable");
    let verifier = tokens::Verifier::new(keys, people.world.clock.clone());
    let token = tokens["access_token"].as_str().unwrap();
    let session = verifier.access(token).await.unwrap().session;
    // No authorizer would say so; the store does not rely on it.
    let context = BTreeMap::from([("account", json!(id(&eve))), ("session", json!(session))]);
    assert_eq!(
        people.app.authorized(context).delete(PATH).await.status,
        204
    );
    assert_eq!(people.refresh(&tokens["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn without_a_caller_there_is_nothing_to_sign_out() {
    let people = People::start().await;
    let answer = people.app.anonymous().delete(PATH).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
    let ada = people.member("ada@example.org").await;
    assert_eq!(ada.delete(PATH).await.problem_code(), "not_found");
}
