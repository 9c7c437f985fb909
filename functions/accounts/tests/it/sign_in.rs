//! `POST /v1/sessions`

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, Version, password_hash::phc::PasswordHash,
};
use platform::table::{Item, Key, Write};
use ring::hmac;
use serde_json::{Value, json};

use crate::people::{PASSWORD, People, at_once, count, id};

#[tokio::test]
async fn the_right_password_gets_tokens_for_the_account() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    let answer = people.guess("ADA@Example.org", PASSWORD).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json();
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["token_type"], "Bearer");
    let client = people.bearer(&tokens["access_token"]).await;
    assert_eq!(client.get("/v1/accounts/me").await.json(), account);
    let fields = tokens.as_object().unwrap();
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["access_token", "expires_in", "refresh_token", "token_type"]
    );
}

#[tokio::test]
async fn every_sign_in_is_a_session_of_its_own() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let first = people.sign_in("ada@example.org").await;
    let second = people.sign_in("ada@example.org").await;
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let client = people.bearer(&first["access_token"]).await;
    assert_eq!(client.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(people.refresh(&first["refresh_token"]).await.status, 401);
    assert_eq!(people.refresh(&second["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let wrong = people.guess("ada@example.org", "incorrect horse").await;
    let unknown = people.guess("bob@example.org", "incorrect horse").await;
    assert_eq!(wrong.problem_code(), "invalid_credentials");
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.json(), unknown.json());
    assert_eq!(wrong.headers, unknown.headers);
}

#[tokio::test]
async fn a_password_is_right_only_as_it_was_chosen() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    for password in [
        PASSWORD.to_uppercase(),
        format!("{PASSWORD} "),
        PASSWORD[1..].to_owned(),
    ] {
        let answer = people.guess("ada@example.org", &password).await;
        assert_eq!(answer.problem_code(), "invalid_credentials");
    }
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_than_the_limit_are_looked_at() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let client = people.app.anonymous();
    // The right password is the last of them, and does not get its turn either.
    let answers = at_once(64, &client, |client, number| async move {
        let password = match number {
            63 => PASSWORD.to_owned(),
            _ => format!("wrong horse {number}"),
        };
        let body = json!({ "email": "ada@example.org", "password": password });
        client.post("/v1/sessions", body).await
    })
    .await;
    assert_eq!(count(&answers, 401), 5);
    assert_eq!(count(&answers, 429), 59);
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.problem_code(), "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("900"));
    people.advance_s(899);
    assert_eq!(people.guess("ADA@example.org", PASSWORD).await.status, 429);
    people.advance_s(1);
    people.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn an_unknown_address_is_limited_like_any_other() {
    let people = People::start().await;
    for _ in 0..5 {
        assert_eq!(
            people.guess("bob@example.org", "wrong horse").await.status,
            401
        );
    }
    assert_eq!(
        people.guess("bob@example.org", "wrong horse").await.status,
        429
    );
    assert_eq!(
        people.guess("eve@example.org", "wrong horse").await.status,
        401
    );
}

#[tokio::test]
async fn signing_in_uses_up_none_of_the_failures() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    for _ in 0..4 {
        assert_eq!(
            people.guess("ada@example.org", "wrong horse").await.status,
            401
        );
    }
    for _ in 0..3 {
        people.sign_in("ada@example.org").await;
    }
    assert_eq!(
        people.guess("ada@example.org", "wrong horse").await.status,
        401
    );
    assert_eq!(people.guess("ada@example.org", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn what_is_no_pair_of_address_and_password_is_refused() {
    let people = People::start().await;
    let client = people.app.anonymous();
    for body in [
        json!({}),
        json!({ "email": "ada@example.org" }),
        json!({ "password": PASSWORD }),
        json!({ "email": "ada", "password": PASSWORD }),
        json!({ "email": "ada@example.org", "password": "" }),
        json!({ "email": "ada@example.org", "password": "a".repeat(1_025) }),
        json!({ "email": "ada@example.org", "password": [PASSWORD] }),
        json!({ "email": "ada@example.org", "password": PASSWORD, "scope": "operator" }),
    ] {
        let answer = client.post("/v1/sessions", body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
}

#[tokio::test]
async fn a_suspended_account_is_told_so_only_with_its_password() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    set(&people, &account, "status", json!("suspended")).await;
    let wrong = people.guess("ada@example.org", "wrong horse").await;
    assert_eq!(wrong.problem_code(), "invalid_credentials");
    let right = people.guess("ada@example.org", PASSWORD).await;
    assert_eq!(right.problem_code(), "forbidden");
}

#[tokio::test]
async fn an_operator_is_made_by_hand_and_known_from_the_next_token_on() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    let before = people.sign_in("ada@example.org").await;
    set(&people, &account, "roles", json!(["operator"])).await;
    assert_eq!(scopes(&people, &before).await, Vec::<String>::new());
    let signed_in = people.sign_in("ada@example.org").await;
    assert_eq!(scopes(&people, &signed_in).await, ["operator"]);
    let refreshed = people.refresh(&before["refresh_token"]).await.json();
    assert_eq!(scopes(&people, &refreshed).await, ["operator"]);
    // And is not shown as a field that anyone could think of setting.
    let client = people.bearer(&signed_in["access_token"]).await;
    assert!(
        !client
            .get("/v1/accounts/me")
            .await
            .text()
            .contains("operator")
    );
}

#[tokio::test]
async fn a_password_of_weaker_parameters_is_hashed_anew_at_the_next_sign_in() {
    let people = People::start().await;
    people.sign_up("ada@example.org").await;
    let environment = people.world.environment("AccountsApi");
    let secret = environment.get("ACCOUNTS_SECRET").unwrap();
    let secret = people.world.aws.secret(secret).await.unwrap();
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("e-mail addresses")),
        b"ada@example.org",
    );
    let tag: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key = Key::sorted(format!("EMAIL#{tag}"), "CREDENTIAL");
    let pepper = secret.derive("password pepper");
    let parameters = Params::new(8, 1, 1, None).unwrap();
    let weak: PasswordHash =
        Argon2::new_with_secret(&pepper, Algorithm::Argon2id, Version::V0x13, parameters)
            .unwrap()
            .hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16])
            .unwrap();
    let table = people.world.table("AccountsTable");
    let write = Write::update(&table, key.clone(), "SET #password_hash = :weak")
        .when("attribute_exists(pk)")
        .bind(":weak", weak.to_string());
    table.write(write).await.unwrap();

    let hash_of = |item: Option<Item>| item.unwrap().text("password_hash").unwrap().to_owned();
    let wrong = people.guess("ada@example.org", "wrong horse").await;
    assert_eq!(wrong.status, 401);
    let kept = hash_of(table.get_item(&key).await.unwrap());
    assert_eq!(kept, weak.to_string());

    people.sign_in("ada@example.org").await;
    let anew = hash_of(table.get_item(&key).await.unwrap());
    assert!(
        anew.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"),
        "{anew}"
    );
    people.sign_in("ada@example.org").await;
    let settled = hash_of(table.get_item(&key).await.unwrap());
    assert_eq!(settled, anew);
}

async fn scopes(people: &People, tokens: &Value) -> Vec<String> {
    let keys = people.world.table("KeysTable");
    let verifier = tokens::Verifier::new(keys, people.world.clock.clone());
    let token = tokens["access_token"].as_str().unwrap();
    verifier.access(token).await.unwrap().scopes
}

/// What an operator's command would do.
async fn set(people: &People, account: &Value, attribute: &str, value: Value) {
    let table = people.world.table("AccountsTable");
    let key = Key::sorted(format!("ACCOUNT#{}", id(account)), "ACCOUNT");
    let write = Write::update(&table, key, format!("SET #{attribute} = :value"))
        .when("attribute_exists(pk)")
        .bind(":value", value);
    table.write(write).await.unwrap();
}
