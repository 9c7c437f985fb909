//! `GET /.well-known/jwks.json`

use crate::people::People;

const PATH: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn the_keys_of_the_tokens_that_are_out_are_listed_for_anyone() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let tokens = people.sign_in("ada@example.org").await;
    let answer = people.app.anonymous().get(PATH).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let keys = answer.json()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 1);
    assert_eq!(keys[0]["kty"], "OKP");
    assert_eq!(keys[0]["crv"], "Ed25519");
    assert_eq!(keys[0]["alg"], "EdDSA");
    assert!(keys[0].get("d").is_none());
    // The token names the key that is listed.
    assert!(
        people
            .bearer(&tokens["access_token"])
            .await
            .get("/v1/accounts/me")
            .await
            .status
            == 200
    );
}

#[tokio::test]
async fn a_second_start_publishes_nothing_new() {
    let people = People::start().await;
    let before = people.app.anonymous().get(PATH).await.json();
    let again = people.world.app("AccountsApi", accounts::build).await;
    assert_eq!(again.anonymous().get(PATH).await.json(), before);
}
