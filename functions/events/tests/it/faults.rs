//! Workers that die, and what a check-in costs.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::{Value, json};

use crate::house::{House, show_at};

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

/// Services that answer so many requests and then no more, as a worker sees them that dies; and a
/// list of what was asked of them.
struct Mortal<T> {
    services: T,
    left: AtomicUsize,
    asked: Mutex<Vec<String>>,
}

impl<T: Transport> Transport for Mortal<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next());
        let operation = operation.unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(operation);
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

/// The function behind services that answer so many requests.
async fn mortal(
    house: &mut House,
    function: &str,
    requests: usize,
) -> (testkit::App, Arc<Mortal<impl Transport>>) {
    let services = Arc::new(Mortal {
        services: house.world.engines.clone(),
        // The first request is for the secret, at the start.
        left: AtomicUsize::new(requests.saturating_add(1)),
        asked: Mutex::default(),
    });
    let environment = house.world.environment(function);
    let mine = Aws::over(&environment, services.clone()).unwrap();
    let healthy = std::mem::replace(&mut house.world.aws, mine);
    let app = house.world.app(function, events::build).await;
    house.world.aws = healthy;
    services.asked.lock().unwrap().clear();
    (app, services)
}

fn delivery(messages: &[Value]) -> Value {
    let records: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(number, message)| {
            json!({ "messageId": format!("m{number}"), "body": message.to_string(), "eventSource": "aws:sqs" })
        })
        .collect();
    json!({ "Records": records })
}

#[tokio::test]
async fn a_worker_may_die_anywhere_while_it_issues_and_the_next_one_does_the_rest() {
    for steps in 0..9 {
        let mut house = House::open().await;
        let show = house.show(json!({})).await;
        house.pay(&show, "ada", "line", 200).await;
        let messages = house.world.messages("EventsQueue").await;
        let (dying, _) = mortal(&mut house, "EventsWorker", steps).await;
        dying.deliver(&delivery(&messages)).await;
        let failed = house.worker.deliver(&delivery(&messages)).await;
        assert!(failed.is_empty(), "after {steps} steps");
        let told = house.told_orders().await;
        assert_eq!(told.len(), 1, "after {steps} steps");
        assert_eq!(told[0]["data"]["tickets"].as_array().unwrap().len(), 200);
    }
}

#[tokio::test]
async fn a_worker_may_die_anywhere_while_it_makes_tickets_void() {
    for steps in [0, 1, 2, 3, 4, 5, 7, 10] {
        let mut house = House::open().await;
        let show = house.show(json!({})).await;
        house.buy(&show, "ada", "one", 120).await;
        house.buy(&show, "ada", "other", 2).await;
        let reason = json!({ "reason": "Rain." });
        house.act(&show.concert, "cancel", reason).await;
        house.world.pump("EventsTable", &house.stream).await;
        let messages = house.world.messages("EventsQueue").await;
        assert!(house.worker.deliver(&delivery(&messages)).await.is_empty());
        let parts = house.world.messages("EventsQueue").await;
        let (dying, _) = mortal(&mut house, "EventsWorker", steps).await;
        dying.deliver(&delivery(&parts)).await;
        assert!(house.worker.deliver(&delivery(&parts)).await.is_empty());
        let told = house.told_orders().await;
        let voided: Vec<_> = told
            .iter()
            .filter(|event| event["type"] == "tickets.voided")
            .map(|event| event["data"]["quantity"].as_u64().unwrap())
            .collect();
        assert_eq!(voided.len(), 2, "after {steps} steps");
        assert_eq!(voided.iter().sum::<u64>(), 122, "after {steps} steps");
    }
}

#[tokio::test]
async fn a_check_in_is_three_reads_and_one_transaction_and_a_refusal_is_reads_alone() {
    let mut house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let (api, services) = mortal(&mut house, "EventsApi", usize::MAX - 1).await;
    house.api = api;
    assert_eq!(show_at(&house.door(), &code, "1").await.status, 201);
    let asked = std::mem::take(&mut *services.asked.lock().unwrap());
    assert_eq!(
        asked,
        ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    );
    assert_eq!(show_at(&house.door(), &code, "2").await.status, 409);
    let asked = std::mem::take(&mut *services.asked.lock().unwrap());
    // The last one asks whether it was this very request that used the ticket.
    assert_eq!(asked, ["GetItem"; 4]);
}
