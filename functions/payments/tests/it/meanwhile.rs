//! What is decided on an answer that has grown old on its way: somebody else was faster.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use platform::transport::{Transport, TransportError};
use sandbox::Sandbox;
use testkit::App;

use crate::{
    refund_due::batch,
    till::{Till, intent, notify, number, refund_due},
};

type Doing = Pin<Box<dyn Future<Output = ()> + Send>>;
type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

/// The provider's line. The first answer is on its way while something else happens, and arrives
/// after it, or never.
struct Slow {
    provider: Sandbox,
    meanwhile: Mutex<Option<Doing>>,
    arrives: bool,
}

impl Transport for Slow {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let answer = self.provider.call(request);
        let Some(meanwhile) = self.meanwhile.lock().unwrap().take() else {
            return answer;
        };
        let arrives = self.arrives;
        Box::pin(async move {
            let answer = answer.await;
            meanwhile.await;
            if arrives {
                answer
            } else {
                Err(TransportError::Timeout)
            }
        })
    }
}

impl Till {
    /// The function `name`, whose first answer from the provider is slow.
    async fn slow(&mut self, name: &str, arrives: bool, meanwhile: Doing) -> App {
        let slow = Slow {
            provider: self.world.sandbox.clone(),
            meanwhile: Mutex::new(Some(meanwhile)),
            arrives,
        };
        let usual = self.world.aws.clone();
        self.world.aws = usual.clone().with_outbound(Arc::new(slow));
        let app = self.world.app(name, payments::build).await;
        self.world.aws = usual;
        app
    }

    /// Somebody delivers all notifies that are due by then.
    fn notifying(&self) -> Doing {
        let (api, sandbox) = (self.api.clone(), self.world.sandbox.clone());
        let clock = self.world.clock.clone();
        Box::pin(async move {
            for attempt in sandbox.due(clock.now()) {
                assert_eq!(notify(&api, attempt.body).await, "success");
            }
        })
    }
}

#[tokio::test]
async fn that_nobody_has_paid_yet_is_forgotten_once_somebody_has() {
    let mut till = Till::open().await;
    till.open_page("album").await;
    till.advance(1);
    let (sandbox, notifying) = (till.world.sandbox.clone(), till.notifying());
    let meanwhile = Box::pin(async move {
        sandbox.pay(&number("album")).unwrap();
        notifying.await;
    });
    till.sweeper = till.slow("PaymentsSweeper", true, meanwhile).await;
    till.sweep().await;
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}

#[tokio::test]
async fn a_payment_that_is_being_closed_and_is_captured_meanwhile_stays_captured() {
    let mut till = Till::open().await;
    till.pay("album").await;
    let notifying = till.notifying();
    // The provider refuses to close what is paid; before that is heard of, the notify is.
    let api = till.slow("PaymentsApi", true, notifying).await;
    let ada = api.caller(crate::till::account("ada"));
    let path = format!("/v1/payment-intents/{}/cancel", intent("album"));
    let answer = ada.post(&path, serde_json::json!({})).await;
    assert_eq!(answer.problem_code(), "state_conflict");
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}

#[tokio::test]
async fn that_a_refund_got_no_answer_is_forgotten_once_it_is_known_to_be_made() {
    for arrives in [true, false] {
        let mut till = Till::open().await;
        till.captured("album").await;
        let notifying = till.notifying();
        let worker = till.slow("PaymentsWorker", arrives, notifying).await;
        let due = batch(&refund_due("album", "first", 300));
        assert!(worker.deliver(&due).await.is_empty());
        assert_eq!(till.refund_state("album", "first").await, "succeeded");
        till.minutes(5).await;
        assert_eq!(till.refund_state("album", "first").await, "succeeded");
        assert_eq!(till.intent("album").await["refunded"]["minor"], 300);
        assert_eq!(
            till.told_kinds().await,
            ["payment.captured", "refund.succeeded"]
        );
    }
}
