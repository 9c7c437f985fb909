//! What must never get out.

use platform::tracing::Level;
use serde_json::json;
use testkit::log;

use crate::people::{People, person};

const CANARY: &str = "canary-7f3a9c-password";
const CANARY_EMAIL: &str = "canary-7f3a9c@example.org";

#[tokio::test]
async fn passwords_addresses_and_tokens_are_in_no_log_and_no_foreign_answer() {
    // As talkative as the template lets an operator make it.
    log::keep(Level::DEBUG);

    let people = People::start().await;
    let anyone = people.app.anonymous();
    let mut answers = Vec::new();
    let mut body = person(CANARY_EMAIL);
    body["password"] = json!(CANARY);
    let created = anyone.post("/v1/accounts", body.clone()).await;
    assert_eq!(created.status, 201);
    assert!(!created.text().contains(CANARY));
    answers.push(anyone.post("/v1/accounts", body.clone()).await);
    body["password"] = json!({ "password": CANARY });
    answers.push(anyone.post("/v1/accounts", body.clone()).await);
    body["password"] = json!([CANARY, 4_711_004_711_u64]);
    answers.push(anyone.post("/v1/accounts", body.clone()).await);
    body["password"] = json!(4_711_004_711_u64);
    answers.push(anyone.post("/v1/accounts", body).await);
    answers.push(people.guess(CANARY_EMAIL, &format!("{CANARY}!")).await);
    let signed_in = people.guess(CANARY_EMAIL, CANARY).await;
    assert_eq!(signed_in.status, 200);
    let tokens = signed_in.json();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    people.refresh(&tokens["refresh_token"]).await;
    people.advance_s(60);
    answers.push(people.refresh(&tokens["refresh_token"]).await);
    for answer in &answers {
        assert!(answer.status >= 400, "{}", answer.text());
        for secret in [CANARY, CANARY_EMAIL, "4711004711", "argon2id"] {
            assert!(!answer.text().contains(secret), "{}", answer.text());
        }
    }

    let text = log::kept();
    let access_token = tokens["access_token"].as_str().unwrap();
    for secret in [
        CANARY,
        CANARY_EMAIL,
        "argon2id",
        refresh_token,
        access_token,
    ] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
    // The log was there to be looked at, and tells of the token that was used twice.
    assert!(text.contains("answered"));
    assert!(text.contains("refresh_token_reused"));
}

#[tokio::test]
async fn keys_of_the_table_name_no_address() {
    let people = People::start().await;
    people.sign_up(CANARY_EMAIL).await;
    let mut stream = people.world.engines.stream("AccountsTable").unwrap();
    let records = stream.next(100).unwrap();
    assert!(!records.is_empty());
    for record in &records {
        let keys = record["dynamodb"]["Keys"].to_string();
        assert!(!keys.contains("canary"), "{keys}");
    }
    // The password is stored under its hash alone, and the address with the account alone.
    let text: String = records.iter().map(ToString::to_string).collect();
    assert!(!text.contains(crate::people::PASSWORD));
    assert_eq!(text.matches(CANARY_EMAIL).count(), 1);
}
