//! `PATCH /v1/accounts/me`

use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::people::{People, at_once, count, pointers};

const PATH: &str = "/v1/accounts/me";

async fn patch_if(client: &Client, version: &str, body: Value) -> Answer {
    client
        .request("PATCH", PATH)
        .header("if-match", version)
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn what_is_named_changes_and_the_rest_stays() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let before = ada.get(PATH).await.json();
    let answer = ada
        .patch(PATH, json!({ "display_name": " Augusta " }))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let mut expected = before;
    expected["display_name"] = json!("Augusta");
    expected["version"] = json!(2);
    assert_eq!(answer.json(), expected);

    let answer = ada
        .patch(PATH, json!({ "time_zone": "europe/london" }))
        .await;
    expected["time_zone"] = json!("Europe/London");
    expected["version"] = json!(3);
    assert_eq!(answer.json(), expected);
    assert_eq!(ada.get(PATH).await.json(), expected);
}

#[tokio::test]
async fn a_patch_that_changes_nothing_is_no_new_version() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let before = ada.get(PATH).await.json();
    for body in [
        json!({}),
        json!({ "display_name": "Ada" }),
        json!({ "display_name": "Ada", "time_zone": "Asia/Shanghai" }),
    ] {
        let answer = ada.patch(PATH, body.clone()).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.json(), before, "{body}");
    }
}

#[tokio::test]
async fn an_edit_is_made_only_on_the_version_it_is_based_on() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let name = |name: &str| json!({ "display_name": name });
    assert_eq!(patch_if(&ada, "\"1\"", name("First")).await.status, 200);
    let stale = patch_if(&ada, "\"1\"", name("Second")).await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    assert_eq!(stale.status, 412);
    // Also when the edit would change nothing: the caller has seen another version.
    let stale = patch_if(&ada, "\"1\"", json!({})).await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    let foreign = patch_if(&ada, "W/\"abc\"", name("Third")).await;
    assert_eq!(foreign.problem_code(), "precondition_failed");
    assert_eq!(ada.get(PATH).await.json()["display_name"], "First");
    assert_eq!(patch_if(&ada, "*", name("Fourth")).await.status, 200);
    assert_eq!(patch_if(&ada, "\"3\"", name("Fifth")).await.status, 200);
}

#[tokio::test]
async fn of_many_edits_of_one_version_at_once_one_is_made() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let answers = at_once(16, &ada, |client, number| async move {
        let body = json!({ "display_name": format!("Ada {number}") });
        patch_if(&client, "\"1\"", body).await
    })
    .await;
    assert_eq!(count(&answers, 200), 1);
    assert_eq!(count(&answers, 412), 15);
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    assert_eq!(ada.get(PATH).await.json(), winner.json());
}

#[tokio::test]
async fn edits_of_different_fields_at_once_are_both_kept() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let answers = at_once(2, &ada, |client, number| async move {
        let body = match number {
            0 => json!({ "display_name": "Augusta" }),
            _ => json!({ "time_zone": "Europe/London" }),
        };
        client.patch(PATH, body).await
    })
    .await;
    assert_eq!(count(&answers, 200), 2);
    let account = ada.get(PATH).await.json();
    assert_eq!(account["display_name"], "Augusta");
    assert_eq!(account["time_zone"], "Europe/London");
    assert_eq!(account["version"], 3);
}

#[tokio::test]
async fn nothing_else_can_be_changed_and_nothing_set_to_null() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let before = ada.get(PATH).await.json();
    for body in [
        json!({ "display_name": null }),
        json!({ "display_name": "" }),
        json!({ "display_name": "a".repeat(65) }),
        json!({ "display_name": 7 }),
        json!({ "time_zone": null }),
        json!({ "time_zone": "Nowhere" }),
        json!({ "email": "eve@example.org" }),
        json!({ "acquisition_source": "referral" }),
        json!({ "password": "another password" }),
        json!({ "role": "operator" }),
        json!({ "roles": ["operator"] }),
        json!({ "status": "suspended" }),
        json!({ "version": 7 }),
        json!({ "id": "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3" }),
        json!({ "balance": 1 }),
        json!({ "display_name": "Eve", "paid": true }),
    ] {
        let answer = ada.patch(PATH, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(pointers(&answer).len(), 1, "{body}");
    }
    assert_eq!(ada.get(PATH).await.json(), before);
}

#[tokio::test]
async fn without_a_caller_nothing_is_changed() {
    let people = People::start().await;
    let answer = people.app.anonymous().patch(PATH, json!({})).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
}
