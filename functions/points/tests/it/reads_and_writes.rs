//! What a batch costs: counted, not timed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use engines::Engines;
use futures_util::future::BoxFuture;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use testkit::World;

use crate::{Points, member};

/// Counts the calls of tables by their operation.
#[derive(Clone)]
struct Counting {
    engines: Engines,
    gets: Arc<AtomicU64>,
    queries: Arc<AtomicU64>,
    writes: Arc<AtomicU64>,
}

impl Transport for Counting {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let target = request.headers().get("x-amz-target");
        let operation = target
            .and_then(|target| target.to_str().ok())
            .unwrap_or_default();
        match operation.rsplit('.').next() {
            Some("GetItem") => self.gets.fetch_add(1, Ordering::Relaxed),
            Some("Query") => self.queries.fetch_add(1, Ordering::Relaxed),
            Some("PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems") => {
                self.writes.fetch_add(1, Ordering::Relaxed)
            }
            _ => 0,
        };
        self.engines.call(request)
    }
}

impl Counting {
    fn take(&self) -> (u64, u64, u64) {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        (take(&self.gets), take(&self.queries), take(&self.writes))
    }
}

#[tokio::test]
async fn a_member_costs_one_read_and_one_write_a_batch_and_a_replay_no_write() {
    let mut world = World::start().await;
    let counting = Counting {
        engines: world.engines.clone(),
        gets: Arc::default(),
        queries: Arc::default(),
        writes: Arc::default(),
    };
    let environment = world.environment("PointsWorker");
    world.aws = Aws::over(&environment, Arc::new(counting.clone())).unwrap();
    let points = Points::of(world).await;
    counting.take();

    let members = [member("one"), member("two"), member("three")];
    let deliver = async || {
        for message in 0..30 {
            let listens = [(20 + message * 20, 12), (25 + message * 20, 12)];
            let body = points.listens(members[message as usize % 3], &listens);
            points.world.send("ListensQueue", body).await;
        }
        points.world.drain("ListensQueue", &points.worker).await;
        counting.take()
    };
    // Thirty messages are one batch; the rule is read once a minute.
    assert_eq!(deliver().await, (3, 1, 3));
    assert_eq!(deliver().await, (3, 0, 0));
}
