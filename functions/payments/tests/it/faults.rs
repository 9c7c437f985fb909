//! Deaths between any two steps, and replies that get lost.
//!
//! A function runs over a line that lets so many requests through, to AWS and to the provider alike,
//! and then dies: the last one is not sent, or is sent and its reply lost. Whatever was done by then,
//! somebody else takes over, and in the end everything is as if nothing had happened.

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
use testkit::App;

use crate::{
    refund_due::batch,
    till::{PRICE, Till, create, notify, number, refund_due},
};

/// How many requests are left before death, shared by all lines of one function.
type Life = Arc<AtomicUsize>;

/// Far more than anything here asks for.
const FOREVER: usize = 1_000;

/// Whether the request of death is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Before,
    After,
}

struct Mortal<T> {
    services: T,
    life: Life,
    death: Death,
}

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

impl<T: Transport> Transport for Mortal<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let less = |left: usize| left.checked_sub(1);
        let left = self
            .life
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        let dead = || Err(TransportError::Other("it is dead".to_owned()));
        match (left, self.death) {
            (Ok(1), Death::After) => {
                let answer = self.services.call(request);
                Box::pin(async move {
                    answer.await?;
                    dead()
                })
            }
            (Ok(1), Death::Before) | (Err(_), _) => Box::pin(async move { dead() }),
            (Ok(_), _) => self.services.call(request),
        }
    }
}

impl Till {
    /// The function `name` with a life of its own, which begins once it has started.
    async fn mortal(&mut self, name: &str, death: Death) -> (App, Life) {
        let life: Life = Arc::new(AtomicUsize::new(FOREVER));
        let environment = self.world.environment(name);
        let services = Mortal {
            services: self.world.engines.clone(),
            life: Arc::clone(&life),
            death,
        };
        let provider = Mortal {
            services: self.world.sandbox.clone(),
            life: Arc::clone(&life),
            death,
        };
        let mortal = Aws::over(&environment, Arc::new(services)).unwrap();
        let mortal = mortal.with_outbound(Arc::new(provider));
        let healthy = std::mem::replace(&mut self.world.aws, mortal);
        let app = self.world.app(name, payments::build).await;
        self.world.aws = healthy;
        (app, life)
    }
}

/// Whether something that was given `steps` to live died of it.
fn died(life: &Life) -> bool {
    life.load(Ordering::SeqCst) == 0
}

#[tokio::test]
async fn whoever_dies_over_a_notify_the_payment_is_captured_once() {
    for death in [Death::Before, Death::After] {
        for steps in 1.. {
            let mut till = Till::open().await;
            till.pay("album").await;
            let body = till.notifies().remove(0);
            let (api, life) = till.mortal("PaymentsApi", death).await;
            life.store(steps, Ordering::SeqCst);
            let word = notify(&api, body.clone()).await;
            // What was answered with success is kept, at that very moment.
            if word == "success" {
                assert_eq!(till.state("album").await, "captured");
            }
            assert_eq!(till.notify(body).await, "success");
            assert_eq!(
                till.state("album").await,
                "captured",
                "{death:?} after {steps}"
            );
            assert_eq!(till.told_kinds().await, ["payment.captured"]);
            if !died(&life) {
                assert!(steps > 2, "there were steps to die between");
                break;
            }
        }
    }
}

#[tokio::test]
async fn whoever_dies_over_a_refund_it_is_made_once() {
    for death in [Death::Before, Death::After] {
        for steps in 1.. {
            let mut till = Till::open().await;
            till.captured("album").await;
            let (worker, life) = till.mortal("PaymentsWorker", death).await;
            life.store(steps, Ordering::SeqCst);
            let due = batch(&refund_due("album", "first", 300));
            let failed = worker.deliver(&due).await;
            if !failed.is_empty() {
                // The message comes again; in half of the worlds only after the sweeper was there.
                if steps % 2 == 0 {
                    till.minutes(2).await;
                }
                assert!(till.worker.deliver(&due).await.is_empty());
            }
            till.minutes(5).await;
            assert_eq!(till.refund_state("album", "first").await, "succeeded");
            let trade = till.world.sandbox.trade(&number("album")).unwrap();
            assert_eq!(trade.refunds.len(), 1, "{death:?} after {steps}");
            assert_eq!(till.given_back("album"), 300);
            // Nothing stays set aside: the rest can go back, and no more.
            till.refund("album", "rest", PRICE - 300).await;
            assert_eq!(till.state("album").await, "refunded");
            assert_eq!(
                till.told_kinds().await,
                ["payment.captured", "refund.succeeded", "refund.succeeded"]
            );
            if !died(&life) {
                assert!(steps > 5, "there were steps to die between");
                break;
            }
        }
    }
}

#[tokio::test]
async fn whoever_dies_over_a_sweep_the_next_one_goes_on() {
    for death in [Death::Before, Death::After] {
        for steps in (1..).step_by(3) {
            let mut till = Till::open().await;
            till.pay("paid").await;
            till.open_page("unpaid").await;
            till.captured("album").await;
            till.world.sandbox.fail_next(sandbox::Fault::TimeoutAfter);
            till.refund("album", "first", 300).await;
            till.advance(20);
            let (sweeper, life) = till.mortal("PaymentsSweeper", death).await;
            life.store(steps, Ordering::SeqCst);
            let event = r#"{"schedule":"ask-provider"}"#;
            let invocation = platform::serve::Invocation::default();
            // It may fail, or have done what it could.
            let _ = sweeper.function().invoke(event, &invocation).await;
            till.minutes(10).await;
            assert_eq!(till.state("paid").await, "captured");
            assert_eq!(till.state("unpaid").await, "expired");
            assert_eq!(till.refund_state("album", "first").await, "succeeded");
            assert_eq!(till.given_back("album"), 300, "{death:?} after {steps}");
            let mut told = till.told_kinds().await;
            told.sort();
            assert_eq!(
                told,
                [
                    "payment.captured",
                    "payment.captured",
                    "payment.closed",
                    "refund.succeeded"
                ]
            );
            if !died(&life) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn whoever_dies_over_a_new_payment_the_same_request_completes_it() {
    for death in [Death::Before, Death::After] {
        for steps in 1.. {
            let mut till = Till::open().await;
            let claim = till.sign(&till.claim("album"));
            let (api, life) = till.mortal("PaymentsApi", death).await;
            life.store(steps, Ordering::SeqCst);
            let ada = api.caller(crate::till::account("ada"));
            let first = create(&ada, &claim, "page", "k1").await;
            assert!([201, 503].contains(&first.status), "{}", first.text());
            let again = create(&till.ada(), &claim, "page", "k1").await;
            assert_eq!(
                again.status,
                201,
                "{death:?} after {steps}: {}",
                again.text()
            );
            let row = till.row("album").await.unwrap();
            assert_eq!(row.number("version"), Some(1));
            if !died(&life) {
                assert!(steps > 2, "there were steps to die between");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_payment_costs_one_transaction_and_one_write() {
    let mut till = Till::open().await;
    let (api, life) = till.mortal("PaymentsApi", Death::Before).await;
    let claim = till.sign(&till.claim("album"));
    life.store(FOREVER, Ordering::SeqCst);
    let ada = api.caller(crate::till::account("ada"));
    let answer = create(&ada, &claim, "page", "k1").await;
    // Whether the request was done before is read, then intent and record are written.
    assert_eq!(FOREVER - life.load(Ordering::SeqCst), 2);
    let url = answer.json()["action"]["url"].as_str().unwrap().to_owned();
    till.world.sandbox.open_page(&url).unwrap();
    till.world.sandbox.pay(&number("album")).unwrap();
    let body = till.notifies().remove(0);
    life.store(FOREVER, Ordering::SeqCst);
    assert_eq!(notify(&api, body.clone()).await, "success");
    assert_eq!(FOREVER - life.load(Ordering::SeqCst), 2);
    // Told again, it is read and nothing is written.
    life.store(FOREVER, Ordering::SeqCst);
    assert_eq!(notify(&api, body).await, "success");
    assert_eq!(FOREVER - life.load(Ordering::SeqCst), 1);
}
