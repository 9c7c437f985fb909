//! `/v1/accounts/me/listening-tokens`

use serde_json::{Value, json};
use testkit::{Answer, Client};
use tokens::Verifier;

use crate::people::{People, at_once, count};

const PATH: &str = "/v1/accounts/me/listening-tokens";

async fn create(client: &Client, name: &str) -> Value {
    let answer = client.post(PATH, json!({ "name": name })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn revoke(client: &Client, token: &Value) -> Answer {
    let id = token["id"].as_str().unwrap();
    client.delete(&format!("{PATH}/{id}")).await
}

async fn names(client: &Client) -> Vec<String> {
    let list = client.get(&format!("{PATH}?limit=100")).await.json();
    let items = list["items"].as_array().unwrap();
    let names = items.iter().map(|item| item["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_token_is_good_for_its_account_and_shown_once() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let created = create(&ada, " mpd in the kitchen ").await;
    assert_eq!(created["name"], "mpd in the kitchen");
    assert_eq!(created["created_at"], "2026-06-01T12:00:00Z");

    let keys = people.world.table("KeysTable");
    let verifier = Verifier::new(keys, people.world.clock.clone());
    let text = created["token"].as_str().unwrap();
    let verified = verifier.listening(text).await.unwrap();
    assert_eq!(json!(verified.id), created["id"]);
    let account = ada.get("/v1/accounts/me").await.json();
    assert_eq!(json!(verified.account), account["id"]);

    let list = ada.get(PATH).await;
    assert!(!list.text().contains(text));
    let item = json!({
        "id": created["id"],
        "name": "mpd in the kitchen",
        "created_at": "2026-06-01T12:00:00Z",
    });
    assert_eq!(list.json(), json!({ "items": [item], "next_cursor": null }));
}

#[tokio::test]
async fn a_revoked_token_leaves_the_list_and_cannot_be_revoked_again() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let kept = create(&ada, "kept").await;
    let lost = create(&ada, "lost").await;
    assert_eq!(revoke(&ada, &lost).await.status, 204);
    assert_eq!(names(&ada).await, ["kept"]);
    assert_eq!(revoke(&ada, &lost).await.problem_code(), "not_found");
    assert_eq!(revoke(&ada, &kept).await.status, 204);
    assert_eq!(names(&ada).await, Vec::<String>::new());
}

#[tokio::test]
async fn somebody_elses_token_looks_like_none() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let eve = people.member("eve@example.org").await;
    let token = create(&ada, "mpd").await;
    let foreign = revoke(&eve, &token).await;
    let absent = revoke(&eve, &json!({ "id": "ltk_01J8Z3K4M5N6P7Q8R9S0T1V2W3" })).await;
    assert_eq!(foreign.problem_code(), "not_found");
    assert_eq!(foreign.json(), absent.json());
    for id in [
        "x",
        "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "..%2F..",
        "%00",
        "LISTENING_TOKENS",
    ] {
        let answer = revoke(&eve, &json!({ "id": id })).await;
        assert_eq!(answer.problem_code(), "not_found", "{id}");
    }
    assert_eq!(names(&eve).await, Vec::<String>::new());
    assert_eq!(names(&ada).await, ["mpd"]);
}

#[tokio::test]
async fn an_account_has_twenty_tokens_at_most_however_many_it_asks_for_at_once() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let answers = at_once(30, &ada, |client, number| async move {
        client
            .post(PATH, json!({ "name": format!("player {number}") }))
            .await
    })
    .await;
    assert_eq!(count(&answers, 201), 20);
    assert_eq!(count(&answers, 409), 10);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.problem_code(), "state_conflict");
    assert_eq!(names(&ada).await.len(), 20);
    // Another account has its own twenty; and revoking makes room for one more.
    let eve = people.member("eve@example.org").await;
    create(&eve, "mpd").await;
    let created = answers.iter().find(|answer| answer.status == 201).unwrap();
    assert_eq!(revoke(&ada, &created.json()).await.status, 204);
    create(&ada, "one more").await;
    let answer = ada.post(PATH, json!({ "name": "and one too many" })).await;
    assert_eq!(answer.problem_code(), "state_conflict");
}

#[tokio::test]
async fn of_many_revocations_at_once_one_is_made() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let token = create(&ada, "mpd").await;
    let answers = at_once(8, &ada, |client, _| {
        let token = token.clone();
        async move { revoke(&client, &token).await }
    })
    .await;
    assert_eq!(count(&answers, 204), 1);
    assert_eq!(count(&answers, 404), 7);
    // It was counted once, too: exactly twenty fit again.
    for number in 0..20 {
        create(&ada, &format!("player {number}")).await;
    }
    assert_eq!(ada.post(PATH, json!({ "name": "x" })).await.status, 409);
}

#[tokio::test]
async fn the_list_pages_from_the_oldest_on() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    let mut expected = Vec::new();
    for number in 0..5 {
        create(&ada, &format!("player {number}")).await;
        expected.push(format!("player {number}"));
        people.advance_s(1);
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = cursor.map(|cursor: String| format!("&cursor={cursor}"));
        let path = format!("{PATH}?limit=2{}", query.unwrap_or_default());
        let page = ada.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(
            items
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_cursor_that_no_list_gave_out_is_refused() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    for query in [
        "cursor=",
        "cursor=!",
        "cursor=QUNDT1VOVA",
        "cursor=YWNjdF8wMUo4WjNLNE01TjZQN1E4UjlTMFQxVjJXMw",
        "limit=0",
        "limit=101",
        "limit=x",
        "offset=1",
    ] {
        let answer = ada.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
}

#[tokio::test]
async fn a_name_is_one_line() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    for body in [
        json!({}),
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "name": "a\nb" }),
        json!({ "name": "a".repeat(65) }),
        json!({ "name": "mpd", "scopes": ["operator"] }),
        json!({ "name": "mpd", "account": "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3" }),
    ] {
        let answer = ada.post(PATH, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
    assert_eq!(names(&ada).await, Vec::<String>::new());
}

#[tokio::test]
async fn without_a_caller_there_are_no_tokens() {
    let people = People::start().await;
    let anyone = people.app.anonymous();
    let id = "ltk_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    for answer in [
        anyone.get(PATH).await,
        anyone.post(PATH, json!({ "name": "mpd" })).await,
        anyone.delete(&format!("{PATH}/{id}")).await,
    ] {
        assert_eq!(answer.problem_code(), "unauthenticated");
    }
}
