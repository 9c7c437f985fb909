//! What a partner may take, as its grants find it: `GET /v1/partners/{id}/balance`

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    books::{Books, minor},
    hooks::Hook,
};

/// What a point costs the partner of these tests, in fen.
const FEN_A_POINT: i64 = 7;

/// A partner on these terms, for which every point has a price.
async fn open(terms: Value) -> (Books, Hook) {
    let mut terms = terms;
    terms["points_price"] = json!({
        "per_points": 1,
        "price": { "minor": FEN_A_POINT, "currency": "CNY" },
    });
    let books = Books::with(json!({ "terms": terms })).await;
    let hook = Hook::of(
        &books.shop,
        books.partner.clone(),
        &["grants", "statements"],
    )
    .await;
    (books, hook)
}

fn prepaid() -> Value {
    json!({ "billing": { "type": "prepaid" } })
}

fn points(transaction: &str, points: i64) -> Value {
    json!({ "transaction_id": transaction, "earns": { "type": "points", "points": points } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_grants_at_once_so_many_are_made_as_the_balance_reaches_for_to_the_last_fen() {
    let (books, hook) = open(prepaid()).await;
    // For nine grants of ten points, and one fen too few for the tenth.
    let price = 10 * FEN_A_POINT;
    books.pay("received", 10 * price - 1, "B-1").await;
    let hook = std::sync::Arc::new(hook);
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let (hook, anyone) = (hook.clone(), books.shop.api.anonymous());
        tasks.spawn(async move {
            // A busy account is no refusal: the partner sends it again.
            loop {
                let wanted = points(&format!("T-{number}"), 10);
                let answer = hook.post(&anyone, "grants", wanted).await;
                if answer.status != 503 {
                    return answer;
                }
            }
        });
    }
    let answers = tasks.join_all().await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 9);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.problem_code(), "balance_exhausted");
    }
    assert_eq!(minor(&books.balance().await["available"]), price - 1);
    // What is left is for the taking: nine points, and then less than one.
    let anyone = books.shop.api.anonymous();
    let rest = hook.post(&anyone, "grants", points("T-rest", 9)).await;
    assert_eq!(rest.status, 201, "{}", rest.text());
    assert_eq!(minor(&books.balance().await["available"]), FEN_A_POINT - 1);
    let refused = hook.post(&anyone, "grants", points("T-last", 1)).await;
    assert_eq!(refused.problem_code(), "balance_exhausted");
}

#[tokio::test]
async fn a_grant_sent_again_reserves_once() {
    let (books, hook) = open(prepaid()).await;
    books.pay("received", 1_000, "B-1").await;
    let anyone = books.shop.api.anonymous();
    for status in [201, 200, 200] {
        let answer = hook.post(&anyone, "grants", points("T-1", 10)).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let balance = books.balance().await;
    assert_eq!(minor(&balance["available"]), 1_000 - 10 * FEN_A_POINT);
    assert_eq!(balance["today"], json!({ "grants": 1, "points": 10 }));
}

#[tokio::test]
async fn what_is_revoked_is_free_again_and_the_day_remembers_it() {
    let (books, hook) = open(json!({
        "billing": { "type": "prepaid" },
        "limits": { "grants_a_day": 2 },
    }))
    .await;
    books.pay("received", 70, "B-1").await;
    let anyone = books.shop.api.anonymous();
    let grant = hook.post(&anyone, "grants", points("T-1", 10)).await.json();
    let path = format!("grants/{}/revoke", grant["id"].as_str().unwrap());
    for transaction in ["R-1", "R-1"] {
        let revoke = json!({ "transaction_id": transaction });
        let revoked = hook.post(&anyone, &path, revoke).await;
        assert_eq!(revoked.status, 200, "{}", revoked.text());
        assert_eq!(minor(&books.balance().await["available"]), 70);
    }
    let second = hook.post(&anyone, "grants", points("T-2", 1)).await;
    assert_eq!(second.status, 201, "{}", second.text());
    let third = hook.post(&anyone, "grants", points("T-3", 1)).await;
    assert_eq!(third.problem_code(), "partner_limit_reached");
    let clock = &books.shop.world.clock;
    clock.advance(SignedDuration::from_hours(12)).unwrap();
    let tomorrow = hook.post(&anyone, "grants", points("T-3", 1)).await;
    assert_eq!(tomorrow.status, 201, "{}", tomorrow.text());
    assert_eq!(books.balance().await["today"]["grants"], 1);
}

#[tokio::test]
async fn a_partner_with_little_left_is_told_once() {
    let (books, hook) = open(json!({
        "billing": { "type": "prepaid" },
        "alert_below": { "minor": 100, "currency": "CNY" },
    }))
    .await;
    let world = &books.shop.world;
    let stream = world.app("VouchersStream", vouchers::build).await;
    let anyone = books.shop.api.anonymous();
    books.pay("received", 170, "B-1").await;
    for (transaction, amount) in [("T-1", 10), ("T-2", 1), ("T-3", 1)] {
        let answer = hook
            .post(&anyone, "grants", points(transaction, amount))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(books.balance().await["is_low"], true);
    world.pump("VouchersTable", &stream).await;
    let told = world.messages("WebhooksQueue").await;
    let told: Vec<_> = told
        .iter()
        .filter(|event| event["type"] == "partner.balance_low")
        .collect();
    assert_eq!(told.len(), 1);
    let cny = |minor: i64| json!({ "minor": minor, "currency": "CNY" });
    assert_eq!(told[0]["subject"], json!(books.partner));
    assert_eq!(
        told[0]["data"],
        json!({
            "audience": [books.partner],
            "payload": {
                "partner": books.partner,
                "available": cny(170 - 11 * FEN_A_POINT),
                "alert_below": cny(100),
                "sandbox": false,
            },
        })
    );
}

#[tokio::test]
async fn what_is_tried_out_is_billed_apart() {
    let (books, hook) = {
        let mut fields = json!({ "mode": "sandbox", "terms": prepaid() });
        fields["terms"]["points_price"] = json!({
            "per_points": 1,
            "price": { "minor": FEN_A_POINT, "currency": "CNY" },
        });
        let books = Books::with(fields).await;
        let hook = Hook::of(
            &books.shop,
            books.partner.clone(),
            &["grants", "statements"],
        )
        .await;
        (books, hook)
    };
    let anyone = books.shop.api.anonymous();
    let refused = hook.post(&anyone, "grants", points("T-1", 1)).await;
    assert_eq!(refused.problem_code(), "balance_exhausted");
    books.pay("received", FEN_A_POINT, "B-1").await;
    let tried = hook.post(&anyone, "grants", points("T-1", 1)).await;
    assert_eq!(tried.status, 201, "{}", tried.text());
    assert_eq!(minor(&books.balance().await["exposure"]), 0);
    let sandbox = hook
        .post(&anyone, "balance", json!({ "sandbox": true }))
        .await
        .json();
    assert_eq!(minor(&sandbox["available"]), 0);
    assert_eq!(sandbox["today"]["grants"], 1);
}
