//! `POST /v1/partners/{id}/settlements`

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    books::{Books, minor, payment, tell},
    shop::account,
};

#[tokio::test]
async fn a_payment_counts_at_once_and_soon_has_its_line() {
    let books = Books::with(json!({ "terms": { "billing": { "type": "prepaid" } } })).await;
    let answer = books.settle("k1", payment("received", 5_000, "B-1")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let settlement = answer.json();
    assert_eq!(
        settlement,
        json!({
            "id": settlement["id"],
            "partner": books.partner,
            "sandbox": false,
            "direction": "received",
            "amount": { "minor": 5_000, "currency": "CNY" },
            "reference": "B-1",
            "occurred_at": "2026-06-01T12:00:00Z",
        })
    );
    let balance = books.balance().await;
    assert_eq!(minor(&balance["available"]), 5_000);
    assert_eq!(balance["last_line"], 0);
    let told = books.pay("paid", 1_000, "B-2").await;
    assert_eq!(minor(&books.balance().await["available"]), 4_000);

    let id = settlement["id"].as_str().unwrap().to_owned();
    let both = [told, ("settlement.recorded", id)];
    assert_eq!(tell(&books.shop.worker, &both).await, [0; 0]);
    let balance = books.balance().await;
    assert_eq!(minor(&balance["balance"]), -4_000);
    assert_eq!(minor(&balance["available"]), 4_000);
}

#[tokio::test]
async fn the_same_request_twice_is_one_payment() {
    let books = Books::open().await;
    let wanted = payment("received", 5_000, "B-1");
    let answer = books.settle("k1", wanted.clone()).await;
    let again = books.settle("k1", wanted).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(again.json(), answer.json());
    let other = books.settle("k1", payment("received", 5_001, "B-1")).await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
    assert_eq!(minor(&books.balance().await["exposure"]), -5_000);
}

#[tokio::test]
async fn a_payment_that_the_bank_knows_by_one_name_is_entered_once() {
    let books = Books::open().await;
    books.pay("received", 5_000, "B-1").await;
    for amount in [5_000, 70] {
        let again = books.settle("k2", payment("received", amount, "B-1")).await;
        assert_eq!(again.problem_code(), "state_conflict");
    }
    // The other way it is another payment: what takes back an error.
    books.settle("k3", payment("paid", 5_000, "B-1")).await;
    assert_eq!(minor(&books.balance().await["exposure"]), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_at_the_same_time_all_count() {
    let books = std::sync::Arc::new(Books::open().await);
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let books = books.clone();
        // Each twice, under the same key.
        let (key, reference) = (format!("k{}", number / 2), format!("B-{}", number / 2));
        tasks.spawn(async move {
            books
                .settle(&key, payment("received", 100, &reference))
                .await
        });
    }
    for answer in tasks.join_all().await {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(minor(&books.balance().await["exposure"]), -600);
}

#[tokio::test]
async fn a_payment_of_a_partner_in_the_sandbox_is_worth_nothing() {
    let books = Books::with(json!({ "mode": "sandbox" })).await;
    let answer = books.settle("k1", payment("received", 5_000, "B-1")).await;
    assert_eq!(answer.json()["sandbox"], true);
    assert_eq!(minor(&books.balance().await["exposure"]), 0);
    let told = (
        "settlement.recorded",
        answer.json()["id"].as_str().unwrap().to_owned(),
    );
    assert_eq!(tell(&books.shop.worker, &[told]).await, [0; 0]);
    assert_eq!(minor(&books.statement("2026-06", "").await["closing"]), 0);
    let tried = books.statement("2026-06", "?sandbox=true").await;
    assert_eq!(minor(&tried["closing"]), -5_000);
}

#[tokio::test]
async fn payments_are_entered_by_operators() {
    let books = Books::open().await;
    let api = &books.shop.api;
    let path = format!("/v1/partners/{}/settlements", books.partner);
    let wanted = payment("received", 5_000, "B-1");
    assert_eq!(
        api.anonymous().post(&path, wanted.clone()).await.status,
        401
    );
    let member = api.caller(account("ada"));
    assert_eq!(
        member.post(&path, wanted.clone()).await.problem_code(),
        "forbidden"
    );
    let keyless = api.operator().post(&path, wanted.clone()).await;
    assert_eq!(keyless.problem_code(), "idempotency_key_missing");
    let elsewhere = Books {
        partner: "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3".to_owned(),
        ..books
    };
    let nobody = elsewhere.settle("k1", wanted).await;
    assert_eq!(nobody.problem_code(), "not_found");
}

#[tokio::test]
async fn what_is_no_payment_is_refused() {
    let books = Books::open().await;
    let dollars = json!({ "minor": 5, "currency": "USD" });
    let most = json!({ "minor": kernel::Money::MAX_MINOR, "currency": "CNY" });
    books.pay("received", 1, "B-0").await;
    for (field, value) in [
        ("amount", json!({ "minor": 0, "currency": "CNY" })),
        ("amount", json!({ "minor": -5, "currency": "CNY" })),
        ("amount", json!({ "minor": 5.0, "currency": "CNY" })),
        ("amount", dollars),
        ("amount", most),
        ("amount", json!(5)),
        ("direction", json!("inbound")),
        ("reference", json!("")),
        ("reference", json!("two words")),
        ("reference", json!("x".repeat(65))),
        ("note", json!("thanks")),
    ] {
        let mut wanted = payment("received", 5, "B-1");
        wanted[field] = value;
        let answer = books.settle("k1", wanted.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{wanted}");
    }
    assert_eq!(minor(&books.balance().await["exposure"]), -1);
}

#[tokio::test]
async fn the_currency_of_what_was_tried_out_does_not_change() {
    let books = Books::with(json!({ "mode": "sandbox" })).await;
    let path = format!("/v1/partners/{}", books.partner);
    let operator = books.shop.api.operator();
    let change = |currency: &str| json!({ "terms": { "currency": currency } });
    assert_eq!(operator.patch(&path, change("HKD")).await.status, 200);
    assert_eq!(operator.patch(&path, change("CNY")).await.status, 200);
    books.pay("received", 1, "B-1").await;
    let refused = operator.patch(&path, change("HKD")).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    assert_eq!(operator.patch(&path, change("CNY")).await.status, 200);
}
