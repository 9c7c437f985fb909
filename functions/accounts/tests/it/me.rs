//! `GET /v1/accounts/me`

use std::collections::BTreeMap;

use kernel::Id;
use serde_json::json;

use crate::people::{People, id};

const PATH: &str = "/v1/accounts/me";

#[tokio::test]
async fn everyone_sees_their_own_account_and_no_other() {
    let people = People::start().await;
    let ada = people.sign_up("ada@example.org").await;
    let bob = people.sign_up("bob@example.org").await;
    for account in [ada, bob] {
        let answer = people.app.caller(id(&account)).get(PATH).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("etag"), Some("\"1\""));
        assert_eq!(answer.json(), account);
    }
}

#[tokio::test]
async fn without_a_good_token_there_is_no_me() {
    let people = People::start().await;
    let answer = people.app.anonymous().get(PATH).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let denied = BTreeMap::from([("denied", json!("the token has expired"))]);
    let answer = people.app.authorized(denied).get(PATH).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
    assert_eq!(answer.json()["detail"], "the token has expired");
}

#[tokio::test]
async fn an_account_that_is_gone_is_not_found() {
    let people = People::start().await;
    let nobody = people.app.caller(Id::derive(&["nobody"]));
    assert_eq!(nobody.get(PATH).await.problem_code(), "not_found");
    let answer = nobody.patch(PATH, json!({})).await;
    assert_eq!(answer.problem_code(), "not_found");
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_in_our_shape() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let answer = ada.request("PUT", PATH).send().await;
    assert_eq!(answer.problem_code(), "method_not_allowed");
    for path in [
        "/v1/accounts/you",
        "/v1/accounts/me/secrets",
        "/v1/sessions/x/y",
    ] {
        assert_eq!(ada.get(path).await.problem_code(), "not_found", "{path}");
    }
}
