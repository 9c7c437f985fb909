//! Replies that get lost, and what refusals cost.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;

use crate::shop::{PRICE, Shop, redeem};

/// The services of a world: counts what may write, and loses replies to transactions.
struct Line<T> {
    services: T,
    writes: AtomicUsize,
    lost: AtomicUsize,
    mendable: bool,
}

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

impl<T: Transport> Transport for Line<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next());
        let operation = operation.unwrap_or_default().to_owned();
        if !["GetItem", "Query"].contains(&operation.as_str()) {
            self.writes.fetch_add(1, Ordering::SeqCst);
        }
        let loses = operation == "TransactWriteItems"
            && self
                .lost
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        let answer = self.services.call(request);
        if !loses {
            return answer;
        }
        let error = if self.mendable {
            TransportError::Io("the reply is lost".to_owned())
        } else {
            TransportError::Other("the reply is lost".to_owned())
        };
        Box::pin(async move {
            answer.await?;
            Err(error)
        })
    }
}

impl Shop {
    /// Puts a line between the API and its services that loses so many replies to transactions.
    async fn lose(&mut self, replies: usize, mendable: bool) -> Arc<Line<impl Transport>> {
        let line = Arc::new(Line {
            services: self.world.engines.clone(),
            writes: AtomicUsize::new(0),
            lost: AtomicUsize::new(replies),
            mendable,
        });
        let environment = self.world.environment("VouchersApi");
        self.world.aws = Aws::over(&environment, line.clone()).unwrap();
        self.api = self.world.app("VouchersApi", vouchers::build).await;
        line.writes.store(0, Ordering::SeqCst);
        line
    }
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again_and_nobody_notices() {
    let mut shop = Shop::open().await;
    let reward = shop.reward(3, json!({})).await;
    shop.lose(2, true).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    let answer = redeem(&ada, &reward, "k1").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(shop.points("ada").await, PRICE);
}

#[tokio::test]
async fn an_unknown_outcome_is_told_as_such_and_the_same_key_finds_out() {
    let mut shop = Shop::open().await;
    let reward = shop.reward(3, json!({})).await;
    shop.lose(1, false).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    let answer = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (503, "unavailable")
    );
    assert_eq!(answer.json()["retryable"], true);
    let again = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(shop.points("ada").await, PRICE);
    let vouchers = ada.get("/v1/vouchers").await.json();
    assert_eq!(vouchers["items"], json!([again.json()]));
}

#[tokio::test]
async fn a_redemption_is_one_transaction_and_a_repetition_or_refusal_writes_nothing() {
    let mut shop = Shop::open().await;
    let limited = shop.reward(2, json!({ "limit_per_member": 1 })).await;
    let empty = shop.reward(0, json!({})).await;
    shop.member("ada", 2 * PRICE).await;
    shop.member("ben", PRICE - 1).await;
    let line = shop.lose(0, false).await;
    let ada = shop.api.caller(crate::shop::account("ada"));
    let ben = shop.api.caller(crate::shop::account("ben"));
    assert_eq!(redeem(&ada, &limited, "k1").await.status, 201);
    assert_eq!(line.writes.load(Ordering::SeqCst), 1);
    assert_eq!(redeem(&ada, &limited, "k1").await.status, 201);
    for (member, reward, code) in [
        (&ada, &limited, "redemption_limit_reached"),
        (&ada, &empty, "out_of_stock"),
        (&ben, &limited, "insufficient_points"),
    ] {
        assert_eq!(redeem(member, reward, "k2").await.problem_code(), code);
    }
    assert_eq!(line.writes.load(Ordering::SeqCst), 1);
}

/// Services that answer so many requests and then no more, as a worker sees them that dies.
struct Mortal<T> {
    services: T,
    left: AtomicUsize,
}

impl<T: Transport> Transport for Mortal<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => self.services.call(request),
            Err(_) => Box::pin(async { Err(TransportError::Other("it is dead".to_owned())) }),
        }
    }
}

#[tokio::test]
async fn a_worker_may_die_anywhere_and_the_next_one_loads_the_rest() {
    // Enough codes for a note on the way; enough deaths to hit every kind of step.
    const CODES: usize = 520;
    for steps in [1, 2, 3, 4, 13, 24, 25, 26, 27] {
        let mut shop = Shop::open().await;
        let reward = shop.draft(json!({})).await;
        let file = crate::shop::code_file(CODES);
        let batch = shop.announce(&reward, &file, CODES).await;
        shop.put_file(&batch, &file).await;
        let load = format!("/v1/code-batches/{batch}/load");
        shop.api.operator().post(&load, json!({})).await;
        let message = shop.world.messages("VouchersQueue").await.remove(0);
        let record =
            json!({ "messageId": "m", "body": message.to_string(), "eventSource": "aws:sqs" });
        let delivery = json!({ "Records": [record] });

        let mortal = Arc::new(Mortal {
            services: shop.world.engines.clone(),
            // The first request is for the secret, at the start.
            left: AtomicUsize::new(steps + 1),
        });
        let environment = shop.world.environment("VouchersWorker");
        let healthy = shop.world.aws.clone();
        shop.world.aws = Aws::over(&environment, mortal).unwrap();
        let dying = shop.world.app("VouchersWorker", vouchers::build).await;
        shop.world.aws = healthy;

        assert_eq!(dying.deliver(&delivery).await, ["m"], "after {steps} steps");
        assert!(shop.worker.deliver(&delivery).await.is_empty());
        let loaded = shop.batch(&batch).await;
        assert_eq!(loaded["status"], "loaded", "after {steps} steps");
        assert_eq!(
            (&loaded["loaded"], &loaded["already_known"]),
            (&json!(CODES), &json!(0))
        );
        assert!(!shop.has_file(&batch).await);
    }
}
