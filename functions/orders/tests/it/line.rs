//! A line between a function and its services: counts what goes over it, loses replies, dies.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::{Value, json};
use testkit::World;

/// What went over a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// Calls of DynamoDB that read.
    pub(crate) reads: u32,
    /// Calls of DynamoDB that may write.
    pub(crate) writes: u32,
    /// Half write units that were billed.
    pub(crate) half_write_units: u64,
    /// How often a write of each row of a quota was tried.
    pub(crate) quota_rows: BTreeMap<String, u32>,
    /// How many rows of quotas were asked for.
    pub(crate) quota_reads: u32,
}

/// A line that counts, and does worse if it is told to.
pub(crate) struct Line<T> {
    services: T,
    traffic: Arc<Mutex<Traffic>>,
    /// How many replies to transactions get lost.
    lost: AtomicUsize,
    /// After how many calls whoever calls is dead.
    left: AtomicUsize,
}

/// A line to the services of a world, and the services over it as `function` may use them.
pub(crate) fn line(world: &World, function: &str) -> (Arc<Line<impl Transport + use<>>>, Aws) {
    let line = Arc::new(Line {
        services: world.engines.clone(),
        traffic: Arc::default(),
        lost: AtomicUsize::new(0),
        left: AtomicUsize::new(usize::MAX),
    });
    let aws = Aws::over(&world.environment(function), line.clone()).unwrap();
    (line, aws)
}

impl<T> Line<T> {
    /// What went over it since the last call.
    pub(crate) fn take(&self) -> Traffic {
        std::mem::take(&mut *self.traffic.lock().unwrap())
    }

    /// From now on so many replies to transactions get lost.
    pub(crate) fn lose(&self, replies: usize) {
        self.lost.store(replies, Ordering::SeqCst);
    }

    /// Whoever calls is dead after so many calls more.
    pub(crate) fn die_after(&self, calls: usize) {
        self.left.store(calls, Ordering::SeqCst);
    }

    /// Whether the line was cut.
    pub(crate) fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    fn count(&self, operation: &str, body: &Bytes) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut traffic = self.traffic.lock().unwrap();
        if is_read(operation) {
            traffic.reads += 1;
            let asked = body.to_string().matches("QUOTA#").count();
            traffic.quota_reads += u32::try_from(asked).unwrap();
            return;
        }
        traffic.writes += 1;
        for item in body["TransactItems"].as_array().into_iter().flatten() {
            let key = item["Update"]["Key"]["pk"]["S"]
                .as_str()
                .unwrap_or_default();
            if key.starts_with("QUOTA#") {
                *traffic.quota_rows.entry(key.to_owned()).or_default() += 1;
            }
        }
    }
}

impl<T: Transport> Transport for Line<T> {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let one_less = |left: usize| (left != usize::MAX).then(|| left.saturating_sub(1));
        let before = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        if before == Ok(0) {
            return Box::pin(async { Err(TransportError::Other("it is dead".to_owned())) });
        }
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.strip_prefix("DynamoDB_20120810."));
        let Some(operation) = operation.map(str::to_owned) else {
            return self.services.call(request);
        };
        self.count(&operation, request.body());
        let loses = operation == "TransactWriteItems"
            && self
                .lost
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        let answer = self
            .services
            .call(request.map(|body| asking_for_capacity(&body)));
        if loses {
            return Box::pin(async move {
                answer.await?;
                Err(TransportError::Other("the reply is lost".to_owned()))
            });
        }
        let traffic = Arc::clone(&self.traffic);
        Box::pin(async move {
            let answer = answer.await?;
            if !is_read(&operation) {
                traffic.lock().unwrap().half_write_units += half_units(answer.body());
            }
            Ok(answer)
        })
    }
}

fn is_read(operation: &str) -> bool {
    ["GetItem", "Query", "BatchGetItem"].contains(&operation)
}

fn asking_for_capacity(body: &Bytes) -> Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut request) => {
            request["ReturnConsumedCapacity"] = json!("TOTAL");
            Bytes::from(request.to_string())
        }
        Err(_) => body.clone(),
    }
}

/// One table's capacity is an object; a transaction's is a list. Indexes are in the total.
fn half_units(body: &Bytes) -> u64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let units = |capacity: &Value| {
        let units = capacity["CapacityUnits"].as_f64().unwrap_or_default();
        (units * 2.0).round() as u64
    };
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        capacity => units(capacity),
    }
}
