//! What a delivery costs: counted, since no machine's noise can touch that.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;
use testkit::App;

use crate::house::{House, lane_due, paid};

type Counts = Arc<Mutex<BTreeMap<String, u32>>>;

struct Counting<T> {
    services: T,
    counts: Counts,
}

impl<T: Transport> Transport for Counting<T> {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok()).unwrap_or("");
        let operation = target.rsplit('.').next().unwrap_or("").to_owned();
        *self.counts.lock().unwrap().entry(operation).or_default() += 1;
        self.services.call(request)
    }
}

async fn counting(house: &House, function: &str) -> (App, Counts) {
    let counts = Counts::default();
    let line = Counting {
        services: house.world.engines.clone(),
        counts: Arc::clone(&counts),
    };
    let environment = house.world.environment(function);
    let aws = Aws::over(&environment, Arc::new(line)).unwrap();
    let aws = aws.with_public_outbound(house.receivers.outbound());
    let clock = house.world.clock.clone();
    let app = house
        .world
        .app(function, |_, _, _| webhooks::build(environment, aws, clock))
        .await;
    counts.lock().unwrap().clear();
    (app, counts)
}

fn taken(counts: &Counts) -> Vec<(String, u32)> {
    std::mem::take(&mut *counts.lock().unwrap())
        .into_iter()
        .collect()
}

fn expected(counts: &[(&str, u32)]) -> Vec<(String, u32)> {
    let counts = counts.iter();
    counts
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

#[tokio::test]
async fn a_delivery_costs_four_writes_and_its_batch_a_few_more() {
    let house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let (worker, in_counts) = counting(&house, "WebhooksWorker").await;
    let (sender, out_counts) = counting(&house, "WebhooksSender").await;
    for events in [1, 10] {
        let records: Vec<_> = (0..events)
            .map(|number| {
                let event = paid("label", &format!("ord_{events}_{number}"));
                let body = serde_json::to_string(&event).unwrap();
                json!({ "messageId": event.id, "body": body, "eventSource": "aws:sqs" })
            })
            .collect();
        assert!(
            worker
                .deliver(&json!({ "Records": records }))
                .await
                .is_empty()
        );
        // Each: its row, its place. For all of them: who wants them, and one wake.
        let counts = [("PutItem", 2 * events), ("Query", 1), ("UpdateItem", 1)];
        assert_eq!(taken(&in_counts), expected(&counts));
        assert!(sender.deliver(&lane_due(&id)).await.is_empty());
        // Each: its row, its place. For all of them: the lease; twice the endpoint and what waits, since
        // only a look tells that nothing does; the rows at once; the lane is left.
        let counts = [
            ("BatchGetItem", 1),
            ("DeleteItem", events),
            ("GetItem", 2),
            ("PutItem", events + 1),
            ("Query", 2),
            ("UpdateItem", 1),
        ];
        assert_eq!(taken(&out_counts), expected(&counts));
    }
    // A message that finds nothing to do costs the one write that is refused.
    assert!(sender.deliver(&lane_due(&id)).await.is_empty());
    assert_eq!(taken(&out_counts), expected(&[("UpdateItem", 1)]));
}
