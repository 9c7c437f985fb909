use jiff::SignedDuration;
use kernel::{Currency, Money};
use serde_json::json;
use tokens::CheckoutClaim;

use crate::till::{
    MINUTES_TO_PAY, PRICE, Till, account, create, create_with, group, intent, number, yuan,
};

#[tokio::test]
async fn a_claim_becomes_an_intent_with_a_page_to_pay_on() {
    let till = Till::open().await;
    let answer = till.create("album").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = intent("album").to_string();
    let location = format!("/v1/payment-intents/{id}");
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let mut body = answer.json();
    let url = body["action"]["url"].take();
    assert_eq!(
        body,
        json!({
            "id": id,
            "group": group("album"),
            "state": "requires_action",
            "amount": { "minor": PRICE, "currency": "CNY" },
            "refunded": { "minor": 0, "currency": "CNY" },
            "action": { "kind": "redirect", "url": null },
            "expires_at": "2026-06-01T12:15:00Z",
        })
    );
    let trade = till.world.sandbox.open_page(url.as_str().unwrap()).unwrap();
    assert_eq!(trade.order.out_trade_no.as_str(), id);
    assert_eq!(trade.order.total.minor(), PRICE);
    assert_eq!(trade.order.expires_at, till.claim("album").expires_at);
    let notify_url = "http://planet.test/v1/payments/notify/alipay";
    assert_eq!(trade.order.notify_url.as_deref(), Some(notify_url));
    assert_eq!(trade.order.return_url, None);
}

#[tokio::test]
async fn another_method_is_another_way_to_pay_the_same_trade() {
    let till = Till::open().await;
    let claim = till.sign(&till.claim("album"));
    till.open_page("album").await;
    let wap = json!({ "claim": claim, "method": "wap", "return_url": "https://shop.example/done" });
    let wap = create_with(&till.ada(), wap, "k2").await.json();
    assert_eq!(wap["id"], json!(intent("album")));
    let url = wap["action"]["url"].as_str().unwrap();
    till.world.sandbox.open_page(url).unwrap();
    let app = create(&till.ada(), &claim, "app", "k3").await.json();
    assert_eq!(app["action"]["kind"], "app");
    let order = app["action"]["order_string"].as_str().unwrap();
    let reply = till.world.sandbox.pay_order(order).unwrap();
    assert!(reply.contains("9000"), "{reply}");
    assert_eq!(till.world.sandbox.trades().len(), 1);
    assert_eq!(till.world.sandbox.captured_fen(), PRICE);
}

#[tokio::test]
async fn the_same_key_is_answered_alike_and_another_request_under_it_is_refused() {
    let till = Till::open().await;
    let claim = till.sign(&till.claim("album"));
    let first = create(&till.ada(), &claim, "page", "k1").await;
    let again = create(&till.ada(), &claim, "page", "k1").await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = create(&till.ada(), &claim, "wap", "k1").await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
    assert_eq!(first.header("idempotent-replayed"), None);
}

#[tokio::test]
async fn a_replay_tells_how_things_stand_now() {
    let till = Till::open().await;
    let claim = till.sign(&till.claim("album"));
    create(&till.ada(), &claim, "page", "album").await;
    till.captured("album").await;
    till.advance(MINUTES_TO_PAY + 1);
    let again = create(&till.ada(), &claim, "page", "album").await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["state"], "captured");
    assert_eq!(again.json()["action"], json!(null));
}

#[tokio::test]
async fn what_is_paid_comes_back_with_nothing_left_to_do() {
    let till = Till::open().await;
    till.captured("album").await;
    let claim = till.sign(&till.claim("album"));
    let again = create(&till.ada(), &claim, "wap", "another").await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["state"], "captured");
    assert_eq!(again.json()["captured_at"], "2026-06-01T12:00:00Z");
    assert_eq!(again.json().get("action"), None);
}

#[tokio::test]
async fn what_is_over_is_not_paid_for() {
    let till = Till::open().await;
    till.create("album").await;
    let path = format!("/v1/payment-intents/{}/cancel", intent("album"));
    assert_eq!(till.ada().post(&path, json!({})).await.status, 200);
    let claim = till.sign(&till.claim("album"));
    let again = create(&till.ada(), &claim, "page", "another").await;
    assert_eq!(
        (again.status, again.problem_code().as_str()),
        (409, "state_conflict")
    );
    // The first request is answered as before, with nothing to do.
    let first = create(&till.ada(), &claim, "page", "album").await;
    assert_eq!(first.json()["state"], "cancelled");
    assert_eq!(first.json().get("action"), None);
}

#[tokio::test]
async fn a_claim_that_is_foreign_altered_ended_or_empty_is_no_claim() {
    let till = Till::open().await;
    let good = till.claim("album");
    let text = till.sign(&good);
    let (payload, tag) = text.split_once('.').unwrap();
    let other = till.sign(&till.claim("another"));
    let (other_payload, _) = other.split_once('.').unwrap();
    let with = |change: fn(&mut CheckoutClaim)| {
        let mut claim = good.clone();
        change(&mut claim);
        till.sign(&claim)
    };
    for (what, claim) in [
        (
            "somebody else's",
            with(|claim| claim.account = account("eve")),
        ),
        (
            "ended",
            with(|claim| claim.expires_at -= SignedDuration::from_mins(15)),
        ),
        ("nothing", with(|claim| claim.amount = yuan(0))),
        ("less than nothing", with(|claim| claim.amount = yuan(-1))),
        ("empty", String::new()),
        ("unsigned", format!("{payload}.")),
        ("another's tag", format!("{other_payload}.{tag}")),
        ("cut", text[..text.len() - 1].to_owned()),
    ] {
        let answer = create(&till.ada(), &claim, "page", "k1").await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (422, "claim_invalid"),
            "{what}"
        );
    }
    let eve = till.api.caller(account("eve"));
    let foreign = create(&eve, &text, "page", "k1").await;
    assert_eq!(foreign.problem_code(), "claim_invalid");
    assert!(till.row("album").await.is_none());
}

#[tokio::test]
async fn only_yuan_can_be_paid() {
    let till = Till::open().await;
    let mut claim = till.claim("album");
    claim.amount = Money::new(1_000, Currency::JPY).unwrap();
    let answer = create(&till.ada(), &till.sign(&claim), "page", "k1").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (422, "currency_unsupported")
    );
    assert!(till.row("album").await.is_none());
}

#[tokio::test]
async fn a_group_has_one_amount() {
    let till = Till::open().await;
    till.create("album").await;
    let mut claim = till.claim("album");
    claim.amount = yuan(PRICE - 1);
    let answer = create(&till.ada(), &till.sign(&claim), "page", "k2").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    assert_eq!(till.intent("album").await["amount"]["minor"], PRICE);
}

#[tokio::test]
async fn a_payment_needs_a_caller_a_key_and_a_sound_body() {
    let till = Till::open().await;
    let claim = till.sign(&till.claim("album"));
    let body = json!({ "claim": claim, "method": "page" });
    let anonymous = create_with(&till.api.anonymous(), body.clone(), "k1").await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
    let keyless = till.ada().post("/v1/payment-intents", body).await;
    assert_eq!(keyless.problem_code(), "idempotency_key_missing");
    for body in [
        json!({}),
        json!({ "claim": claim }),
        json!({ "claim": claim, "method": "cash" }),
        json!({ "claim": claim, "method": null }),
        json!({ "claim": 7, "method": "page" }),
        json!({ "claim": claim, "method": "page", "return_url": null }),
        json!({ "claim": claim, "method": "page", "return_url": "http://evil.example/" }),
        json!({ "claim": claim, "method": "page", "amount": 1 }),
        json!({ "claim": claim, "method": "page", "state": "captured" }),
        json!([]),
    ] {
        let answer = create_with(&till.ada(), body.clone(), "k1").await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
    assert!(till.row("album").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_ask_at_once_there_is_one_trade() {
    let till = Till::open().await;
    let claim = till.sign(&till.claim("album"));
    let mut tasks = tokio::task::JoinSet::new();
    for request in 0..32 {
        let (ada, claim) = (till.ada(), claim.clone());
        let method = ["page", "wap", "app"][request % 3];
        // Every second key is sent twice.
        let key = format!("k{}", request / 6 * 3 + request % 3);
        tasks.spawn(async move { create(&ada, &claim, method, &key).await });
    }
    for answer in tasks.join_all().await {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["id"], json!(number("album").as_str()));
    }
    let row = till.row("album").await.unwrap();
    assert_eq!(row.number("version"), Some(1));
}

#[tokio::test]
async fn until_there_is_an_account_at_the_provider_nothing_is_begun() {
    let mut till = Till::open().await;
    till.captured("paid").await;
    let environment = till.world.environment("PaymentsApi");
    let arn = environment.get("ALIPAY_SECRET").unwrap();
    let empty = r#"{"app_id":"","seller_id":"","private_key":"","alipay_public_key":""}"#;
    till.world.engines.put_secret(arn, empty).unwrap();
    till.pay("unheard").await;
    let notify = till.notifies().remove(0);
    till.api = till.world.app("PaymentsApi", payments::build).await;
    let answer = till.create("album").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (503, "provider_unavailable")
    );
    assert!(till.row("album").await.is_none());
    assert_eq!(till.notify(notify).await, "fail");
    assert_eq!(till.state("paid").await, "captured");
}
