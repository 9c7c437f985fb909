//! `POST /v1/sessions/refresh`

use serde_json::{Value, json};

use crate::people::{People, at_once, count};

async fn signed_in() -> (People, Value) {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let tokens = people.sign_in("ada@example.org").await;
    (people, tokens)
}

/// Refreshes and answers the new tokens.
async fn next(people: &People, tokens: &Value) -> Value {
    let answer = people.refresh(&tokens["refresh_token"]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_refresh_token_gets_the_next_pair() {
    let (people, first) = signed_in().await;
    people.advance_s(900);
    let second = next(&people, &first).await;
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(second["expires_in"], 900);
    let client = people.bearer(&second["access_token"]).await;
    assert_eq!(client.get("/v1/accounts/me").await.status, 200);
    next(&people, &second).await;
}

#[tokio::test]
async fn a_token_shown_again_later_ends_the_session() {
    let (people, first) = signed_in().await;
    let second = next(&people, &first).await;
    people.advance_s(11);
    let reuse = people.refresh(&first["refresh_token"]).await;
    assert_eq!(reuse.problem_code(), "invalid_credentials");
    assert_eq!(reuse.status, 401);
    // The family is over, also for whoever holds its newest token.
    let newest = people.refresh(&second["refresh_token"]).await;
    assert_eq!(newest.problem_code(), "invalid_credentials");
    // Others of the same account are not.
    people.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn an_older_token_ends_the_session_even_at_once() {
    let (people, first) = signed_in().await;
    let second = next(&people, &first).await;
    let third = next(&people, &second).await;
    assert_eq!(people.refresh(&first["refresh_token"]).await.status, 401);
    assert_eq!(people.refresh(&third["refresh_token"]).await.status, 401);
}

#[tokio::test]
async fn a_lost_reply_is_given_again() {
    let (people, first) = signed_in().await;
    let second = next(&people, &first).await;
    people.advance_s(10);
    let again = next(&people, &first).await;
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    next(&people, &again).await;
}

#[tokio::test]
async fn of_many_refreshes_at_once_one_rotates_and_all_get_its_successor() {
    let (people, first) = signed_in().await;
    let token = first["refresh_token"].clone();
    let client = people.app.anonymous();
    let answers = at_once(16, &client, |client, _| {
        let body = json!({ "refresh_token": token });
        async move { client.post("/v1/sessions/refresh", body).await }
    })
    .await;
    assert_eq!(count(&answers, 200), 16);
    let successor = answers[0].json()["refresh_token"].clone();
    for answer in &answers {
        assert_eq!(answer.json()["refresh_token"], successor);
    }
    next(&people, &answers[0].json()).await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_idle_days() {
    let (people, first) = signed_in().await;
    const DAY_S: i64 = 24 * 60 * 60;
    people.advance_s(30 * DAY_S - 1);
    let second = next(&people, &first).await;
    people.advance_s(30 * DAY_S);
    let late = people.refresh(&second["refresh_token"]).await;
    assert_eq!(late.problem_code(), "invalid_credentials");
}

#[tokio::test]
async fn what_is_no_refresh_token_gets_the_same_answer_as_a_bad_one() {
    let (people, first) = signed_in().await;
    let good = first["refresh_token"].as_str().unwrap();
    let body = good.strip_prefix("rt_").unwrap();
    let flipped = |at: usize| {
        let other = if &good[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &good[..at], &good[at + 1..])
    };
    let mut answers = Vec::new();
    for token in [
        String::new(),
        "rt_".to_owned(),
        body.to_owned(),
        format!("{good}="),
        format!("{good} "),
        flipped(5),
        flipped(27),
        flipped(40),
        first["access_token"].as_str().unwrap().to_owned(),
        "a".repeat(100_000),
    ] {
        let answer = people.refresh(&json!(token)).await;
        assert_eq!(answer.problem_code(), "invalid_credentials", "{token}");
        answers.push(answer.json());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    for token in [json!(null), json!(7), json!([good])] {
        assert_eq!(
            people.refresh(&token).await.problem_code(),
            "validation_failed"
        );
    }
    // Nothing of that has ended the session.
    next(&people, &first).await;
}

#[tokio::test]
async fn a_suspended_account_gets_no_new_tokens() {
    let (people, first) = signed_in().await;
    let client = people.bearer(&first["access_token"]).await;
    let account = client.get("/v1/accounts/me").await.json();
    let table = people.world.table("AccountsTable");
    let id = account["id"].as_str().unwrap();
    let key = platform::table::Key::sorted(format!("ACCOUNT#{id}"), "ACCOUNT");
    let write = platform::table::Write::update(&table, key, "SET #status = :suspended")
        .bind(":suspended", "suspended");
    table.write(write).await.unwrap();
    let answer = people.refresh(&first["refresh_token"]).await;
    assert_eq!(answer.problem_code(), "forbidden");
}
