//! `POST /v1/accounts`

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::people::{People, at_once, count, id, person, pointers};

#[tokio::test]
async fn a_person_gets_an_account() {
    let people = People::start().await;
    let client = people.app.anonymous();
    let answer = client.post("/v1/accounts", person("Ada@Example.ORG")).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("location"), Some("/v1/accounts/me"));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut account = answer.json();
    let id = account.as_object_mut().unwrap().remove("id").unwrap();
    assert!(id.as_str().unwrap().starts_with("acct_"));
    assert_eq!(
        account,
        json!({
            "email": "Ada@example.org",
            "display_name": "Ada",
            "time_zone": "Asia/Shanghai",
            "acquisition_source": "organic",
            "status": "active",
            "created_at": "2026-06-01T12:00:00Z",
            "version": 1,
        })
    );
}

#[tokio::test]
async fn an_address_has_one_account_in_whatever_capitals() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let client = people.app.anonymous();
    for email in ["ada@example.org", "ADA@example.org", "Ada@EXAMPLE.org"] {
        let answer = client.post("/v1/accounts", person(email)).await;
        assert_eq!(answer.problem_code(), "email_taken", "{email}");
    }
    let answer = client
        .post("/v1/accounts", person("adah@example.org"))
        .await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn of_many_who_want_one_address_at_once_one_gets_it() {
    let people = People::start().await;
    let client = people.app.anonymous();
    let answers = at_once(12, &client, |client, _| async move {
        client.post("/v1/accounts", person("ada@example.org")).await
    })
    .await;
    assert_eq!(count(&answers, 201), 1);
    assert_eq!(count(&answers, 409), 11);
    // The winner's is the account that is there.
    let winner = answers.iter().find(|answer| answer.status == 201).unwrap();
    let mine = people.app.caller(id(&winner.json()));
    assert_eq!(mine.get("/v1/accounts/me").await.json(), winner.json());
    people.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn every_field_is_checked_and_pointed_at() {
    let people = People::start().await;
    let client = people.app.anonymous();
    let long = "a".repeat(1 << 17);
    for (field, value) in [
        ("email", json!("ada")),
        ("email", json!(" ada@example.org")),
        ("email", json!("ada@example.org\n")),
        ("email", json!(long)),
        ("email", json!(null)),
        ("email", json!(["ada@example.org"])),
        ("password", json!("1234567")),
        ("password", json!("a".repeat(257))),
        ("password", json!(long)),
        ("password", json!("ADA@example.org")),
        ("password", json!(12_345_678)),
        ("password", json!(null)),
        ("display_name", json!("")),
        ("display_name", json!(" \t ")),
        ("display_name", json!("a\nb")),
        ("display_name", json!("a".repeat(65))),
        ("display_name", json!(7)),
        ("time_zone", json!("Mars/Olympus_Mons")),
        ("time_zone", json!("+08:00")),
        ("time_zone", json!("")),
        ("acquisition_source", json!("Organic")),
        ("acquisition_source", json!("a b")),
        ("acquisition_source", json!("")),
    ] {
        let mut body = person("ada@example.org");
        body[field] = value.clone();
        let answer = client.post("/v1/accounts", body).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{field}");
        assert_eq!(answer.status, 422);
        assert_eq!(pointers(&answer), [format!("/{field}")], "{value}");
    }
    people.sign_up("ada@example.org").await;
}

#[tokio::test]
async fn every_field_must_be_there() {
    let people = People::start().await;
    let client = people.app.anonymous();
    for field in [
        "email",
        "password",
        "display_name",
        "time_zone",
        "acquisition_source",
    ] {
        let mut body = person("ada@example.org");
        body.as_object_mut().unwrap().remove(field);
        let answer = client.post("/v1/accounts", body).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{field}");
        assert!(answer.text().contains(field));
    }
}

#[tokio::test]
async fn nobody_gives_themselves_more_than_an_account() {
    let people = People::start().await;
    let client = people.app.anonymous();
    for (field, value) in [
        ("role", json!("operator")),
        ("roles", json!(["operator"])),
        ("scopes", json!(["operator"])),
        ("status", json!("active")),
        ("balance", json!(1_000_000)),
        ("points", json!(1_000_000)),
        ("id", json!("acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("account_id", json!("acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("owner_id", json!("acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("version", json!(7)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("pk", json!("ACCOUNT#1")),
        ("price", json!(0)),
        ("paid", json!(true)),
    ] {
        let mut body = person("ada@example.org");
        body[field] = value;
        let answer = client.post("/v1/accounts", body).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{field}");
    }
    // None of it had an effect: the address is free.
    people.sign_up("ada@example.org").await;
}

#[tokio::test]
async fn what_is_no_json_object_of_ours_is_refused() {
    let people = People::start().await;
    let client = people.app.anonymous();
    let twice = r#"{"email":"a@example.org","email":"b@example.org"}"#;
    for (body, status) in [
        (&b""[..], 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"{} {}", 400),
        (b"null", 422),
        (b"[]", 422),
        (b"7", 422),
        (twice.as_bytes(), 422),
    ] {
        let request = client.request("POST", "/v1/accounts").body(body.to_vec());
        let answer = request.send().await;
        answer.problem_code();
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(body));
    }
    let form = client
        .request("POST", "/v1/accounts")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=a@example.org");
    assert_eq!(form.send().await.problem_code(), "unsupported_media_type");
    let large = client
        .request("POST", "/v1/accounts")
        .json(Value::String("a".repeat(300_000)));
    assert_eq!(large.send().await.problem_code(), "payload_too_large");
}

#[tokio::test]
async fn a_network_opens_so_many_accounts_an_hour_and_no_more() {
    let world = testkit::World::start().await;
    let three = [("SIGNUPS_PER_HOUR_PER_ADDRESS", "3")];
    let limited = world.environment_with("AccountsApi", &three);
    let people = People::with(world, limited).await;
    let client = people.app.anonymous();
    let answers = at_once(8, &client, |client, number| async move {
        let email = format!("ada{number}@example.org");
        client.post("/v1/accounts", person(&email)).await
    })
    .await;
    assert_eq!(count(&answers, 201), 3);
    assert_eq!(count(&answers, 429), 5);
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.problem_code(), "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("3600"));
    people.advance_s(3_600);
    people.sign_up("later@example.org").await;
}

#[tokio::test]
async fn every_account_has_an_id_of_its_own() {
    let people = People::start().await;
    let mut ids = BTreeSet::new();
    for number in 0..4 {
        let account = people.sign_up(&format!("ada{number}@example.org")).await;
        ids.insert(id(&account));
    }
    assert_eq!(ids.len(), 4);
}
