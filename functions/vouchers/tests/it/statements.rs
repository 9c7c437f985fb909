//! `GET /v1/partners/{id}/statements/{month}` and the partner's own way to it

use jiff::SignedDuration;
use kernel::Timestamp;
use serde_json::json;

use crate::{
    books::{Books, Exchanged, minor, tell},
    hooks::Hook,
    shop::account,
};

fn set(books: &Books, now: &str) {
    let now: Timestamp = now.parse().unwrap();
    books.shop.world.clock.set(now).unwrap();
}

/// Books with something of everything, in references that a table has to be careful with.
pub(crate) async fn books() -> Books {
    let books = Books::open().await;
    let tickets = Exchanged::tickets("=HYPERLINK(\"x\"),1", 3, 700);
    books.enter(&tickets).await;
    books.enter(&tickets.reversed()).await;
    books.enter(&Exchanged::tickets("@T,2", 2, 650)).await;
    books.enter(&Exchanged::voucher("V-1", 300)).await;
    for (direction, amount, reference) in [("received", 900, "-B-1"), ("paid", 50, "'B\"2")] {
        let told = books.pay(direction, amount, reference).await;
        assert_eq!(tell(&books.shop.worker, &[told]).await, [0; 0]);
    }
    books
}

#[tokio::test]
async fn a_statement_says_what_was_exchanged_and_paid_and_who_pays_whom() {
    let books = books().await;
    let mut statement = books.statement("2026-06", "").await;
    let lines = statement["lines"]["items"].take();
    let cny = |minor: i64| json!({ "minor": minor, "currency": "CNY" });
    let tally = |lines: u64, quantity: u64, amount: i64| json!({ "lines": lines, "quantity": quantity, "amount": cny(amount) });
    assert_eq!(
        statement,
        json!({
            "partner": books.partner,
            "partner_name": "Golden Rooster",
            "month": "2026-06",
            "starts_at": "2026-06-01T00:00:00Z",
            "ends_at": "2026-07-01T00:00:00Z",
            "sandbox": false,
            "is_final": false,
            "opening": cny(0),
            "closing": cny(150),
            "exchanges": [
                {
                    "direction": "inbound",
                    "item": "ticket",
                    "charges": tally(2, 5, 3_400),
                    "reversals": tally(1, 3, 2_100),
                    "net": cny(1_300),
                },
                {
                    "direction": "outbound",
                    "item": "voucher",
                    "charges": tally(1, 1, 300),
                    "reversals": tally(0, 0, 0),
                    "net": cny(300),
                },
            ],
            "settlements": {
                "received": { "lines": 1, "amount": cny(900) },
                "paid": { "lines": 1, "amount": cny(50) },
            },
            "netting": {
                "payer": "partner",
                "amount": cny(150),
                "sentence": "Golden Rooster owes Planet CNY 1.50 at the end of 2026-06.",
            },
            "lines": { "items": null, "next_cursor": null },
        })
    );
    let voucher = Exchanged::voucher("V-1", 300);
    assert_eq!(
        lines[3],
        json!({
            "line": 4,
            "posted_at": "2026-06-01T12:00:00Z",
            "occurred_at": "2026-06-01T12:00:00Z",
            "type": "exchange",
            "direction": "outbound",
            "item": "voucher",
            "posting": "charge",
            "quantity": 1,
            "unit_price": cny(300),
            "per_quantity": 1,
            "amount": cny(300),
            "balance_change": cny(-300),
            "balance_after": cny(1_000),
            "reference": voucher.subject(),
            "subject": voucher.subject(),
            "id": voucher.id(),
        })
    );
}

#[tokio::test]
async fn a_month_begins_and_ends_with_its_instants_in_utc() {
    let books = Books::open().await;
    for (place, now) in [
        "2026-06-01T00:00:00Z",
        "2026-06-30T23:59:59.999999999Z",
        "2026-07-01T00:00:00Z",
        "2026-09-30T23:59:59.999Z",
    ]
    .into_iter()
    .enumerate()
    {
        set(&books, now);
        books
            .enter(&Exchanged::tickets(&format!("T-{place}"), 1, 1))
            .await;
    }
    set(&books, "2026-10-01T00:00:00Z");
    for (month, opening, lines, closing, is_final) in [
        ("2026-05", 0, 0, 0, true),
        ("2026-06", 0, 2, 2, true),
        ("2026-07", 2, 1, 3, true),
        ("2026-08", 3, 0, 3, true),
        ("2026-09", 3, 1, 4, false),
        ("2026-10", 4, 0, 4, false),
    ] {
        let statement = books.statement(month, "").await;
        let found = statement["lines"]["items"].as_array().unwrap().len();
        assert_eq!(minor(&statement["opening"]), opening, "{month}");
        assert_eq!(
            (found, minor(&statement["closing"])),
            (lines, closing),
            "{month}"
        );
        assert_eq!(statement["is_final"], is_final, "{month}");
    }
}

#[tokio::test]
async fn what_comes_late_is_in_the_next_month_and_a_final_one_stays_as_it_is() {
    let books = Books::open().await;
    books.enter(&Exchanged::tickets("T-1", 1, 5)).await;
    let late = Exchanged::tickets("T-2", 1, 7);
    books.record(&late).await;
    set(&books, "2026-07-02T00:00:00Z");
    let final_one = books.statement("2026-06", "").await;
    assert_eq!(tell(&books.shop.worker, &[late.told()]).await, [0; 0]);
    assert_eq!(books.statement("2026-06", "").await, final_one);
    let next = books.statement("2026-07", "").await;
    let line = &next["lines"]["items"][0];
    assert_eq!(line["occurred_at"], "2026-06-01T12:00:00Z");
    assert_eq!(line["posted_at"], "2026-07-02T00:00:00Z");
}

#[tokio::test]
async fn what_was_tried_out_is_on_no_statement_but_on_its_own() {
    let books = Books::open().await;
    books.enter(&Exchanged::tickets("T-1", 1, 5)).await;
    let tried = Exchanged {
        sandbox: true,
        ..Exchanged::tickets("T-2", 1, 7)
    };
    books.enter(&tried).await;
    for (query, closing, reference) in [("", 5, "T-1"), ("?sandbox=true", 7, "T-2")] {
        let statement = books.statement("2026-06", query).await;
        assert_eq!(minor(&statement["closing"]), closing);
        let lines = statement["lines"]["items"].as_array().unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["reference"], reference);
        assert_eq!(lines[0]["line"], 1);
    }
    assert_eq!(minor(&books.balance().await["balance"]), 5);
}

#[tokio::test]
async fn a_statement_is_for_operators() {
    let books = Books::open().await;
    let api = &books.shop.api;
    for path in ["statements/2026-06", "balance"] {
        let path = format!("/v1/partners/{}/{path}", books.partner);
        assert_eq!(api.anonymous().get(&path).await.status, 401);
        let member = api.caller(account("ada")).get(&path).await;
        assert_eq!(member.problem_code(), "forbidden");
    }
}

#[tokio::test]
async fn a_statement_that_cannot_be_is_refused() {
    let books = books().await;
    let operator = books.shop.api.operator();
    let june = books.statement("2026-06", "?limit=2").await;
    let cursor = june["lines"]["next_cursor"].as_str().unwrap();
    let (partner, nobody) = (&books.partner, "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3");
    for (path, status) in [
        (format!("{nobody}/statements/2026-06"), 404),
        (format!("{nobody}/balance"), 404),
        (format!("{partner}/statements/2026-6"), 404),
        (format!("{partner}/statements/2026-13"), 404),
        (format!("{partner}/statements/june"), 404),
        (format!("{partner}/statements/2026-07"), 422),
        (format!("{partner}/statements/2026-06?limit=0"), 422),
        (format!("{partner}/statements/2026-06?limit=101"), 422),
        (format!("{partner}/statements/2026-06?cursor=x"), 422),
        (format!("{partner}/statements/2026-05?cursor={cursor}"), 422),
        (format!("{partner}/statements/2026-06?sandbox=1"), 422),
        (format!("{partner}/statements/2026-06?codes=true"), 422),
        (format!("{partner}/balance?codes=true"), 422),
    ] {
        let answer = operator.get(&format!("/v1/partners/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer.problem_code();
    }
}

#[tokio::test]
async fn a_partner_gets_its_own_statement_and_balance_if_its_key_may() {
    let books = books().await;
    let shop = &books.shop;
    let anyone = shop.api.anonymous();
    let hook = Hook::of(shop, books.partner.clone(), &["statements"]).await;
    let june = json!({ "month": "2026-06" });
    let answer = hook.post(&anyone, "statements", june.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json(), books.statement("2026-06", "").await);
    let balance = hook.post(&anyone, "balance", json!({})).await;
    assert_eq!(balance.json(), books.balance().await);
    let tried = hook
        .post(&anyone, "balance", json!({ "sandbox": true }))
        .await;
    assert_eq!(minor(&tried.json()["balance"]), 0);

    let page = json!({ "month": "2026-06", "limit": 2 });
    let page = hook.post(&anyone, "statements", page).await.json();
    let cursor = &page["lines"]["next_cursor"];
    let next = json!({ "month": "2026-06", "limit": 2, "cursor": cursor });
    let next = hook.post(&anyone, "statements", next).await.json();
    assert_eq!(next["lines"]["items"][0]["line"], 3);

    for body in [
        json!({}),
        json!({ "month": "2026-7" }),
        json!({ "month": "2026-07" }),
        json!({ "month": "2026-06", "partner": "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3" }),
    ] {
        let refused = hook.post(&anyone, "statements", body.clone()).await;
        assert_eq!(refused.problem_code(), "validation_failed", "{body}");
    }
    let other = Hook::of(shop, books.partner.clone(), &["grants"]).await;
    for (path, body) in [("statements", june.clone()), ("balance", json!({}))] {
        let refused = other.post(&anyone, path, body).await;
        assert_eq!(refused.problem_code(), "forbidden");
    }
    let stranger = Hook::open(shop).await;
    let forged = Hook {
        partner: books.partner.clone(),
        ..stranger
    };
    let refused = forged.post(&anyone, "statements", june).await;
    assert_eq!(refused.problem_code(), "signature_invalid");
}

#[tokio::test]
async fn lines_that_come_while_pages_are_read_do_not_disturb_the_pages() {
    let books = books().await;
    let first = books.statement("2026-06", "?limit=5").await;
    let cursor = first["lines"]["next_cursor"].as_str().unwrap();
    let clock = &books.shop.world.clock;
    clock.advance(SignedDuration::from_secs(1)).unwrap();
    books.enter(&Exchanged::tickets("T-9", 1, 9)).await;
    let rest = books
        .statement("2026-06", &format!("?limit=5&cursor={cursor}"))
        .await;
    let numbers: Vec<_> = rest["lines"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["line"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [6, 7]);
}
