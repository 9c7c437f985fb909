//! Keys of partners: made, shown once, replaced, ended.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;
use tokio::task::JoinSet;
use webhook_signatures::SigningKey;

use crate::{
    hooks::make_key,
    secrecy::everything_in,
    shop::{Shop, account},
};

/// The keys of a partner, as an operator sees them.
async fn listed(shop: &Shop, partner: &str) -> Vec<Value> {
    let path = format!("/v1/partners/{partner}/keys");
    let answer = shop.api.operator().get(&path).await;
    assert_eq!(answer.status, 200);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn rotate(shop: &Shop, partner: &str, key: &str, wanted: Value) -> Answer {
    let path = format!("/v1/partners/{partner}/keys/{key}/rotate");
    shop.api.operator().post(&path, wanted).await
}

async fn end(shop: &Shop, partner: &str, key: &str) -> Answer {
    let path = format!("/v1/partners/{partner}/keys/{key}");
    shop.api.operator().delete(&path).await
}

fn id(key: &Value) -> &str {
    key["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_secret_is_shown_once_and_lies_nowhere_in_plain_text() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let key = make_key(&shop, &partner, json!({ "scopes": ["grants", "links"] })).await;
    let secret = key["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(key["scopes"], json!(["grants", "links"]));
    assert_eq!(key["created_at"], "2026-06-01T12:00:00Z");
    assert_eq!(key["ends_at"], Value::Null);
    let mut shown = key.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(listed(&shop, &partner).await, [shown]);
    let bare = secret.strip_prefix("whsec_").unwrap();
    for table in ["VouchersTable", "RequestsTable"] {
        assert!(!everything_in(&shop, table).await.contains(bare), "{table}");
    }
    let seen = shop
        .api
        .operator()
        .get(&format!("/v1/partners/{partner}"))
        .await;
    assert!(!seen.text().contains(bare));
}

#[tokio::test]
async fn a_rotated_key_hands_its_scopes_on_and_ends_after_the_overlap() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let old = make_key(&shop, &partner, json!({ "scopes": ["vouchers"] })).await;
    let answer = rotate(&shop, &partner, id(&old), json!({ "overlap_hours": 168 })).await;
    let new = answer.json();
    assert_eq!(answer.status, 201);
    assert_eq!(new["scopes"], json!(["vouchers"]));
    assert_ne!(new["secret"], old["secret"]);
    let keys = listed(&shop, &partner).await;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0]["ends_at"], "2026-06-08T12:00:00Z");
    assert_eq!(keys[1]["ends_at"], Value::Null);
    let again = rotate(&shop, &partner, id(&old), json!({ "overlap_hours": 1 })).await;
    assert_eq!(again.problem_code(), "state_conflict");
    shop.world
        .clock
        .advance(SignedDuration::from_hours(168))
        .unwrap();
    let late = rotate(&shop, &partner, id(&old), json!({ "overlap_hours": 1 })).await;
    assert_eq!(late.problem_code(), "not_found");
}

#[tokio::test]
async fn a_public_key_is_replaced_by_another_or_by_a_secret() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let public = |key: &SigningKey| key.public().to_string();
    let (one, two) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let wanted = json!({ "scopes": ["grants"], "public_key": public(&one) });
    let key = make_key(&shop, &partner, wanted).await;
    assert_eq!(key["public_key"], public(&one));
    let wanted = json!({ "overlap_hours": 0, "public_key": public(&two) });
    let second = rotate(&shop, &partner, id(&key), wanted).await.json();
    assert_eq!(second["public_key"], public(&two));
    let third = rotate(&shop, &partner, id(&second), json!({ "overlap_hours": 0 }))
        .await
        .json();
    assert_eq!(third["public_key"], Value::Null);
    assert!(third["secret"].as_str().unwrap().starts_with("whsec_"));
}

#[tokio::test]
async fn a_key_ends_at_once_and_once() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let key = make_key(&shop, &partner, json!({ "scopes": ["grants"] })).await;
    assert_eq!(end(&shop, &partner, id(&key)).await.status, 204);
    assert_eq!(
        listed(&shop, &partner).await[0]["ends_at"],
        "2026-06-01T12:00:00Z"
    );
    assert_eq!(
        end(&shop, &partner, id(&key)).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn a_partner_has_eight_keys_at_a_time_and_ended_ones_make_room() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let mut keys = Vec::new();
    for _ in 0..8 {
        keys.push(make_key(&shop, &partner, json!({ "scopes": ["grants"] })).await);
    }
    let path = format!("/v1/partners/{partner}/keys");
    let ninth = json!({ "scopes": ["grants"] });
    let operator = shop.api.operator();
    let refused = operator.post(&path, ninth.clone()).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    let refused = rotate(&shop, &partner, id(&keys[0]), json!({ "overlap_hours": 1 })).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    assert_eq!(listed(&shop, &partner).await[0]["ends_at"], Value::Null);
    let replaced = rotate(&shop, &partner, id(&keys[0]), json!({ "overlap_hours": 0 })).await;
    assert_eq!(replaced.status, 201);
    end(&shop, &partner, id(&keys[1])).await;
    assert_eq!(operator.post(&path, ninth).await.status, 201);
    assert_eq!(listed(&shop, &partner).await.len(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_made_at_once_are_all_kept() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (operator, partner) = (shop.api.operator(), partner.clone());
        tasks.spawn(async move {
            let path = format!("/v1/partners/{partner}/keys");
            operator.post(&path, json!({ "scopes": ["grants"] })).await
        });
    }
    let made: BTreeSet<_> = tasks
        .join_all()
        .await
        .iter()
        .map(|answer| id(&answer.json()).to_owned())
        .collect();
    let kept = listed(&shop, &partner).await;
    assert_eq!(made.len(), 5);
    assert_eq!(made, kept.iter().map(|key| id(key).to_owned()).collect());
}

#[tokio::test]
async fn what_is_no_key_is_refused_with_its_field() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let path = format!("/v1/partners/{partner}/keys");
    let public = SigningKey::generate().unwrap().public().to_string();
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "scopes": [] }), "/scopes"),
        (json!({ "scopes": ["everything"] }), "/scopes/0"),
        (
            json!({ "scopes": ["grants"], "public_key": null }),
            "/public_key",
        ),
        (
            json!({ "scopes": ["grants"], "public_key": "whpk_AAAA" }),
            "/public_key",
        ),
        (
            json!({ "scopes": ["exchange"], "public_key": public }),
            "/public_key",
        ),
        (
            json!({ "scopes": ["grants"], "secret": "whsec_x" }),
            "/secret",
        ),
    ] {
        let answer = shop.api.operator().post(&path, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let key = make_key(&shop, &partner, json!({ "scopes": ["grants"] })).await;
    for hours in [json!(169), json!(-1), json!("1"), json!(1.5)] {
        let answer = rotate(&shop, &partner, id(&key), json!({ "overlap_hours": hours })).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{hours}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/overlap_hours");
    }
}

#[tokio::test]
async fn another_partners_key_is_not_found() {
    let shop = Shop::open().await;
    let (partner, other) = (shop.partner().await, shop.partner().await);
    let key = make_key(&shop, &other, json!({ "scopes": ["grants"] })).await;
    let answer = rotate(&shop, &partner, id(&key), json!({ "overlap_hours": 1 })).await;
    assert_eq!(answer.problem_code(), "not_found");
    assert_eq!(
        end(&shop, &partner, id(&key)).await.problem_code(),
        "not_found"
    );
    let nobody = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    assert_eq!(
        end(&shop, nobody, id(&key)).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn keys_are_for_operators_alone() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let key = make_key(&shop, &partner, json!({ "scopes": ["grants"] })).await;
    let keys = format!("/v1/partners/{partner}/keys");
    let one = format!("{keys}/{}", id(&key));
    for (method, path) in [
        ("GET", keys.clone()),
        ("POST", keys.clone()),
        ("POST", format!("{one}/rotate")),
        ("DELETE", one.clone()),
    ] {
        let member = shop.api.caller(account("ada"));
        for (client, code) in [
            (member, "forbidden"),
            (shop.api.anonymous(), "unauthenticated"),
        ] {
            let answer = client.request(method, &path).json(json!({})).send().await;
            assert_eq!(answer.problem_code(), code, "{method} {path}");
        }
    }
    assert_eq!(listed(&shop, &partner).await[0]["ends_at"], Value::Null);
}
