//! Announcing a batch, uploading its file, asking for it to be loaded.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::shop::{Shop, account, code_file, id, promise};

async fn upload(shop: &Shop, batch: &Value, file: &str) -> u16 {
    let upload = &batch["upload"];
    assert_eq!(upload["method"], "PUT");
    let mut request = http::Request::put(upload["url"].as_str().unwrap());
    for (name, value) in upload["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let url: http::Uri = upload["url"].as_str().unwrap().parse().unwrap();
    let request = request
        .header("host", url.authority().unwrap().as_str())
        .body(Bytes::from(file.to_owned()))
        .unwrap();
    shop.world.engines.serve(request).await.status().as_u16()
}

#[tokio::test]
async fn a_file_goes_where_the_answer_says_and_is_loaded() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let file = code_file(30);
    let answer = shop.post_batch(&reward, "a", promise(&file, 30)).await;
    let batch = answer.json();
    assert_eq!(batch["status"], "awaiting_upload");
    assert_eq!(batch["upload"]["expires_at"], "2026-06-01T12:15:00Z");
    assert_eq!(upload(&shop, &batch, &file).await, 200);
    let loaded = shop.load(&id(&answer)).await;
    assert_eq!(loaded["status"], "loaded");
    assert_eq!(
        (&loaded["loaded"], &loaded["already_known"]),
        (&json!(30), &json!(0))
    );
    assert!(loaded.get("upload").is_none());
}

#[tokio::test]
async fn the_same_key_announces_one_batch() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let body = promise("A", 1);
    let tries = (0..16).map(|_| shop.post_batch(&reward, "a", body.clone()));
    let answers = futures_util::future::join_all(tries).await;
    let first = id(&answers[0]);
    assert!(answers.iter().all(|answer| id(answer) == first));
    let replays = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_some());
    assert_eq!(replays.count(), 15);
    let other = shop.post_batch(&reward, "a", promise("AB", 1)).await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
}

#[tokio::test]
async fn what_cannot_be_promised_is_refused_with_its_field() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    for (number, (field, value)) in [
        ("count", json!(0)),
        ("count", json!(50_001)),
        ("count", json!(-1)),
        ("byte_size", json!(0)),
        ("byte_size", json!(8 * 1024 * 1024 + 1)),
        ("sha256", json!("abc")),
        ("sha256", json!("g".repeat(64))),
        ("url", json!("http://example.org")),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = promise("A", 1);
        body[field] = value;
        let answer = shop.post_batch(&reward, &number.to_string(), body).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{field}");
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{field}"));
    }
}

#[tokio::test]
async fn a_batch_needs_a_key_and_a_reward() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let path = format!("/v1/rewards/{reward}/code-batches");
    let answer = shop.api.operator().post(&path, promise("A", 1)).await;
    assert_eq!(answer.problem_code(), "idempotency_key_missing");
    let absent = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    let answer = shop.post_batch(absent, "a", promise("A", 1)).await;
    assert_eq!(answer.problem_code(), "not_found");
}

#[tokio::test]
async fn batches_are_for_operators_alone() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let batch = shop.announce(&reward, "A", 1).await;
    let announce = format!("/v1/rewards/{reward}/code-batches");
    let (see, load) = (
        format!("/v1/code-batches/{batch}"),
        format!("/v1/code-batches/{batch}/load"),
    );
    for (method, path) in [("POST", &announce), ("GET", &see), ("POST", &load)] {
        for (client, code) in [
            (shop.api.caller(account("ada")), "forbidden"),
            (shop.api.anonymous(), "unauthenticated"),
        ] {
            let request = client.request(method, path).header("idempotency-key", "k");
            let answer = request.json(promise("A", 1)).send().await;
            assert_eq!(answer.problem_code(), code, "{method} {path}");
        }
    }
    assert_eq!(shop.batch(&batch).await["status"], "awaiting_upload");
}

#[tokio::test]
async fn a_batch_that_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    let operator = shop.api.operator();
    let path = "/v1/code-batches/cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    assert_eq!(operator.get(path).await.problem_code(), "not_found");
    let answer = operator.post(&format!("{path}/load"), json!({})).await;
    assert_eq!(answer.problem_code(), "not_found");
}
