//! What the worker does with files, messages that come twice, and workers at once.

use serde_json::{Value, json};

use crate::shop::{PRICE, Shop, code_file, promise, redeem, sha256};

async fn announce(shop: &Shop, reward: &str, key: &str, promise: Value) -> String {
    let answer = shop.post_batch(reward, key, promise).await;
    crate::shop::id(&answer)
}

#[tokio::test]
async fn a_file_that_is_not_as_promised_is_rejected_whole() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let mut wrong_hash = promise("A1\nB2\n", 2);
    wrong_hash["sha256"] = json!(sha256("A1\nB3\n"));
    for (number, (file, promise, reason)) in [
        (
            "A1\nB2\n",
            wrong_hash,
            "the file has not the promised SHA-256 hash",
        ),
        (
            "A1\nB2\n",
            promise("A1\nB2", 2),
            "the file has not the promised size",
        ),
        (
            "A1\nB2\n",
            promise("A1\nB2\n", 3),
            "the file has 2 codes, not the promised number",
        ),
        (
            "A1\nB2\nA1\n",
            promise("A1\nB2\nA1\n", 3),
            "line 3 repeats a code",
        ),
        (
            "A1\n\nB2\n",
            promise("A1\n\nB2\n", 2),
            "line 2 is not one code",
        ),
        (
            "A1\nB2;x y\n",
            promise("A1\nB2;x y\n", 2),
            "line 2 is not one code",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let batch = announce(&shop, &reward, &number.to_string(), promise).await;
        shop.put_file(&batch, file).await;
        let rejected = shop.load(&batch).await;
        assert_eq!(rejected["status"], "rejected", "{file:?}");
        let given = rejected["reason"].as_str().unwrap();
        assert!(given.starts_with(reason), "{given}");
        assert_eq!(rejected["loaded"], 0);
        assert!(!shop.has_file(&batch).await);
        let load = format!("/v1/code-batches/{batch}/load");
        let answer = shop.api.operator().post(&load, json!({})).await;
        assert_eq!(answer.problem_code(), "state_conflict");
    }
    shop.patch(&reward, json!({ "status": "published" })).await;
    let ada = shop.member("ada", PRICE).await;
    assert_eq!(
        redeem(&ada, &reward, "k1").await.problem_code(),
        "out_of_stock"
    );
}

#[tokio::test]
async fn a_batch_without_a_file_is_rejected() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let batch = shop.announce(&reward, "A1", 1).await;
    let rejected = shop.load(&batch).await;
    assert_eq!(
        (&rejected["status"], &rejected["reason"]),
        (&json!("rejected"), &json!("there is no file"))
    );
}

#[tokio::test]
async fn a_batch_that_is_asked_for_twice_is_loaded_once() {
    let shop = Shop::open().await;
    let reward = shop.reward(0, json!({})).await;
    let batch = shop.announce(&reward, "A1\nB2\n", 2).await;
    shop.put_file(&batch, "A1\nB2\n").await;
    let load = format!("/v1/code-batches/{batch}/load");
    for _ in 0..2 {
        let answer = shop.api.operator().post(&load, json!({})).await;
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (202, &json!("loading"))
        );
    }
    let delivered = shop.world.drain("VouchersQueue", &shop.worker).await;
    assert_eq!(delivered, 2);
    let loaded = shop.batch(&batch).await;
    assert_eq!(
        (&loaded["status"], &loaded["loaded"]),
        (&json!("loaded"), &json!(2))
    );
    assert!(!shop.has_file(&batch).await);
    // Now it is done, nobody is told any more.
    let answer = shop.api.operator().post(&load, json!({})).await;
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (202, &json!("loaded"))
    );
    assert_eq!(shop.world.depth("VouchersQueue").await, 0);
    assert_eq!(codes_left(&shop, &reward).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_at_once_load_every_code_once() {
    let shop = Shop::open().await;
    let reward = shop.reward(0, json!({})).await;
    let file = code_file(120);
    let batch = shop.announce(&reward, &file, 120).await;
    shop.put_file(&batch, &file).await;
    let load = format!("/v1/code-batches/{batch}/load");
    shop.api.operator().post(&load, json!({})).await;
    let message = shop.world.messages("VouchersQueue").await.remove(0);
    let workers = (0..4).map(|number| {
        let worker = shop.worker.clone();
        let record = json!({
            "messageId": format!("m{number}"),
            "body": message.to_string(),
            "eventSource": "aws:sqs",
        });
        tokio::spawn(async move { worker.deliver(&json!({ "Records": [record] })).await })
    });
    for failed in futures_util::future::join_all(workers).await {
        assert_eq!(failed.unwrap(), Vec::<String>::new());
    }
    let loaded = shop.batch(&batch).await;
    assert_eq!(
        (&loaded["status"], &loaded["loaded"]),
        (&json!("loaded"), &json!(120))
    );
    assert_eq!(loaded["already_known"], 0);
    assert_eq!(codes_left(&shop, &reward).await, 120);
}

#[tokio::test]
async fn a_code_that_the_partner_delivered_before_is_passed_over() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let one = shop.reward(0, json!({ "partner_id": partner })).await;
    let other = shop.reward(0, json!({ "partner_id": partner })).await;
    let foreign = shop.reward(0, json!({})).await;
    shop.deliver(&one, "A1\nB2\n", 2).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    assert_eq!(redeem(&ada, &one, "k1").await.status, 201);
    let again = shop.deliver(&other, "B2\nC3\nA1\n", 3).await;
    assert_eq!(
        (&again["loaded"], &again["already_known"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(codes_left(&shop, &one).await, 1);
    assert_eq!(codes_left(&shop, &other).await, 1);
    // Another partner may have the same code by chance.
    assert_eq!(shop.deliver(&foreign, "A1\n", 1).await["loaded"], 1);
}

#[tokio::test]
async fn a_message_that_asks_for_nothing_ends_among_the_dead() {
    let shop = Shop::open().await;
    let event = |kind: &str, subject: &str| {
        json!({
            "id": "evt_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "type": kind, "subject": subject,
            "version": 1, "occurred_at": "2026-06-01T12:00:00Z", "data": {},
        })
        .to_string()
    };
    let requested = "code_batch.load_requested";
    for body in [
        "no json".to_owned(),
        event("code_batch.other", "cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        event(requested, "x"),
        event(requested, "cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ] {
        shop.world.send("VouchersQueue", body).await;
    }
    shop.world.drain("VouchersQueue", &shop.worker).await;
    assert_eq!(shop.world.depth("VouchersQueueDead").await, 4);
}

/// How many vouchers can still be redeemed, found by redeeming them all.
async fn codes_left(shop: &Shop, reward: &str) -> usize {
    shop.patch(reward, json!({ "price_points": 1 })).await;
    let mut issued = 0;
    loop {
        let member = shop.member(&format!("{reward} {issued}"), 1).await;
        let answer = redeem(&member, reward, "last").await;
        if answer.status != 201 {
            assert_eq!(answer.problem_code(), "out_of_stock");
            return issued;
        }
        issued += 1;
    }
}
