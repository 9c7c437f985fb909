//! `POST /v1/partner-hooks/{partner}/vouchers/…`

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::SignedDuration;
use partner::Till;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    chain::OnDemand,
    hooks::Hook,
    shop::{PRICE, Shop, redeem},
};

/// A shop, its partner, and the voucher of a member.
struct Counter {
    shop: Shop,
    hook: Hook,
    voucher: Value,
    code: String,
}

impl Counter {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let hook = Hook::open(&shop).await;
        let reward = json!({ "partner_id": hook.partner });
        let reward = shop.reward(2, reward).await;
        let ada = shop.member("ada", PRICE).await;
        let voucher = redeem(&ada, &reward, "k1").await.json();
        let code = voucher["code"].as_str().unwrap().to_owned();
        Self {
            shop,
            hook,
            voucher,
            code,
        }
    }

    async fn ask(&self, operation: &str, mut body: Value) -> Answer {
        if body.get("code").is_none() {
            body["code"] = json!(self.code);
        }
        let path = format!("vouchers/{operation}");
        self.hook
            .post(&self.shop.api.anonymous(), &path, body)
            .await
    }

    async fn state(&self) -> Value {
        self.ask("validate", json!({})).await.json()["state"].clone()
    }

    fn later(&self, minutes: i64) {
        let minutes = SignedDuration::from_mins(minutes);
        self.shop.world.clock.advance(minutes).unwrap();
    }
}

#[tokio::test]
async fn a_voucher_is_looked_at_reserved_and_redeemed() {
    let counter = Counter::open().await;
    let seen = counter.ask("validate", json!({})).await;
    assert_eq!(
        seen.json(),
        json!({
            "reference": counter.voucher["id"],
            "state": "issued",
            "reward_name": "Breakfast voucher",
            "unit_price": { "minor": 0, "currency": "CNY" },
            "expires_at": "2026-07-01T12:00:00Z",
        })
    );
    let reserved = counter
        .ask("reserve", json!({ "transaction_id": "t1" }))
        .await;
    assert_eq!(
        (reserved.status, &reserved.json()["state"]),
        (200, &json!("reserved"))
    );
    assert_eq!(reserved.json()["reserved_until"], "2026-06-01T12:15:00Z");
    let body = json!({ "transaction_id": "t2", "reservation": "t1" });
    let redeemed = counter.ask("redeem", body.clone()).await;
    assert_eq!(
        (redeemed.status, &redeemed.json()["state"]),
        (200, &json!("redeemed"))
    );
    // The same transaction is answered alike; another finds it used.
    let again = counter.ask("redeem", body).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(again.json(), redeemed.json());
    let other = counter
        .ask("redeem", json!({ "transaction_id": "t3" }))
        .await;
    assert_eq!(other.problem_code(), "voucher_not_valid");
    // The holder sees it, too.
    let ada = counter.shop.api.caller(crate::shop::account("ada"));
    let shown = ada.get("/v1/vouchers").await.json();
    assert_eq!(shown["items"][0]["status"], "redeemed");
    assert_eq!(shown["items"][0]["redeemed_at"], "2026-06-01T12:00:00Z");
}

#[tokio::test]
async fn of_many_tills_at_once_one_redeems() {
    let counter = Counter::open().await;
    let tills = (0..64).map(|till| {
        let body = json!({ "transaction_id": format!("till-{till}") });
        let counter = &counter;
        async move {
            let answer = counter.ask("redeem", body).await;
            let said = answer.json();
            let code = said["code"].as_str().unwrap_or("redeemed");
            code.to_owned()
        }
    });
    let mut outcomes = BTreeMap::<String, usize>::new();
    for outcome in join_all(tills).await {
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert_eq!(outcomes.get("redeemed"), Some(&1), "{outcomes:?}");
    let others: Vec<_> = outcomes.keys().map(String::as_str).collect();
    assert!(
        others
            .iter()
            .all(|code| ["redeemed", "voucher_not_valid", "unavailable"].contains(code)),
        "{others:?}"
    );
    assert_eq!(counter.state().await, "redeemed");
}

#[tokio::test]
async fn one_transaction_sent_many_times_at_once_redeems_once_and_hears_so_each_time() {
    let counter = Counter::open().await;
    let body = json!({ "transaction_id": "t1" });
    let answers = join_all((0..16).map(|_| counter.ask("redeem", body.clone()))).await;
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(first.filter(|answer| answer.status == 200).count(), 1);
    for answer in &answers {
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_reservation_keeps_others_out_until_it_is_released_or_lapses() {
    let counter = Counter::open().await;
    counter
        .ask("reserve", json!({ "transaction_id": "t1" }))
        .await;
    for (operation, body) in [
        ("reserve", json!({ "transaction_id": "t2" })),
        (
            "redeem",
            json!({ "transaction_id": "t3", "reservation": "t0" }),
        ),
        (
            "release",
            json!({ "transaction_id": "t4", "reservation": "t0" }),
        ),
        (
            "reverse",
            json!({ "transaction_id": "t5", "reason": "unused" }),
        ),
    ] {
        let answer = counter.ask(operation, body).await;
        assert_eq!(answer.problem_code(), "voucher_not_valid", "{operation}");
    }
    let release = json!({ "transaction_id": "t6", "reservation": "t1" });
    assert_eq!(
        counter.ask("release", release).await.json()["state"],
        "issued"
    );
    counter
        .ask("reserve", json!({ "transaction_id": "t7" }))
        .await;
    counter.later(14);
    assert_eq!(counter.state().await, "reserved");
    counter.later(1);
    assert_eq!(counter.state().await, "issued");
    let redeem = json!({ "transaction_id": "t8" });
    assert_eq!(counter.ask("redeem", redeem).await.status, 200);
}

#[tokio::test]
async fn a_voucher_has_expired_at_its_moment_and_the_sweeper_writes_it_down() {
    let counter = Counter::open().await;
    let sweeper = counter
        .shop
        .world
        .app("VouchersSweeper", vouchers::build)
        .await;
    counter.later(30 * 24 * 60 - 1);
    assert_eq!(counter.state().await, "issued");
    counter.later(1);
    assert_eq!(counter.state().await, "expired");
    let redeem = counter
        .ask("redeem", json!({ "transaction_id": "t1" }))
        .await;
    assert_eq!(redeem.problem_code(), "voucher_not_valid");
    for _ in 0..2 {
        counter
            .shop
            .world
            .run_schedule(&sweeper, "end-and-ask")
            .await;
        let id = counter.voucher["id"].as_str().unwrap();
        let key = platform::table::Key::sorted(format!("VOUCHER#{id}"), "VOUCHER");
        let table = counter.shop.world.table("VouchersTable");
        let item = table.get_item(&key).await.unwrap().unwrap();
        assert_eq!(item.text("status"), Some("expired"));
        assert_eq!(
            (item.number("due_at"), item.number("version")),
            (None, Some(3))
        );
    }
}

#[tokio::test]
async fn a_code_that_no_member_has_is_none() {
    let counter = Counter::open().await;
    let other = Hook::open(&counter.shop).await;
    let anyone = counter.shop.api.anonymous();
    let foreign = other
        .post(
            &anyone,
            "vouchers/validate",
            json!({ "code": counter.code }),
        )
        .await;
    assert_eq!(foreign.problem_code(), "not_found");
    // The first of two codes was issued by chance; the other lies in the pool.
    let free = match counter.code.as_str() {
        "BREAKFAST-00000" => "BREAKFAST-00001",
        _ => "BREAKFAST-00000",
    };
    for code in [free, "NO-SUCH-CODE"] {
        for operation in ["validate", "reserve", "release", "redeem", "reverse"] {
            let mut body = json!({ "code": code });
            if operation != "validate" {
                body["transaction_id"] = json!(format!("{operation}-{code}"));
            }
            if operation == "reverse" {
                body["reason"] = json!("unused");
            }
            let answer = counter.ask(operation, body).await;
            assert_eq!(answer.problem_code(), "not_found", "{operation} {code}");
        }
    }
}

#[tokio::test]
async fn a_transaction_is_one_request() {
    let counter = Counter::open().await;
    counter
        .ask("reserve", json!({ "transaction_id": "t1" }))
        .await;
    for (operation, body) in [
        ("redeem", json!({ "transaction_id": "t1" })),
        (
            "reserve",
            json!({ "transaction_id": "t1", "code": "OTHER" }),
        ),
    ] {
        let answer = counter.ask(operation, body).await;
        assert_eq!(answer.problem_code(), "transaction_conflict", "{operation}");
    }
    assert_eq!(counter.state().await, "reserved");
}

#[tokio::test]
async fn only_a_key_of_the_scope_moves_vouchers_and_only_sound_bodies_are_read() {
    let counter = Counter::open().await;
    let other = Hook::of(&counter.shop, counter.hook.partner.clone(), &["grants"]).await;
    let anyone = counter.shop.api.anonymous();
    for operation in ["validate", "reserve", "release", "redeem", "reverse"] {
        let mut body = json!({ "code": counter.code });
        if operation != "validate" {
            body["transaction_id"] = json!("t1");
        }
        if operation == "reverse" {
            body["reason"] = json!("unused");
        }
        let path = format!("vouchers/{operation}");
        let answer = other.post(&anyone, &path, body.clone()).await;
        assert_eq!(answer.problem_code(), "forbidden", "{operation}");
        let text = body.to_string();
        let mut headers = counter
            .hook
            .headers("m", counter.shop.world.clock.now_seconds(), &text);
        headers.signature.replace_range(3..4, "!");
        let answer = counter.hook.send(&anyone, &path, &headers, &text).await;
        assert_eq!(answer.problem_code(), "signature_invalid", "{operation}");
        for (field, value) in [
            ("code", json!("a b")),
            ("code", json!(7)),
            ("extra", json!(1)),
        ] {
            let mut wrong = body.clone();
            wrong[field] = value;
            let answer = counter.ask(operation, wrong).await;
            assert_eq!(
                answer.problem_code(),
                "validation_failed",
                "{operation} {field}"
            );
            assert!(!answer.text().contains("a b"), "{}", answer.text());
        }
    }
    assert_eq!(counter.state().await, "issued");
}

#[tokio::test]
async fn a_voucher_on_demand_is_used_like_any_other() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let voucher = redeem(&ada, &on_demand.reward, "k1").await.json();
    let code = voucher["code"].as_str().unwrap();
    for (till, state) in [
        (Till::Validate, "issued"),
        (Till::Reserve, "reserved"),
        (Till::Release, "issued"),
        (Till::Reserve, "reserved"),
        (Till::Redeem, "redeemed"),
        (Till::Reverse, "reversed"),
    ] {
        let told = on_demand
            .chain
            .at_till(on_demand.partner, till, code)
            .await
            .unwrap();
        assert_eq!(
            (told.status, &told.body["state"]),
            (200, &json!(state)),
            "{told:?}"
        );
        assert_eq!(told.body["reference"], voucher["id"]);
    }
}
