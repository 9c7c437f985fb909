//! A transport that counts what DynamoDB and SQS would bill.
//!
//! Of DynamoDB it asks for `ReturnConsumedCapacity` in every request on its way to the engine and adds up what
//! the answers say, so that the product needs no code for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use engines::Engines;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use platform::transport::{Transport, TransportError};
use serde_json::{Value, json};

/// SQS bills a request once for each part of this size that it carries.
const QUEUE_REQUEST_BYTES: usize = 64 * 1024;

/// What was consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Consumed {
    /// Half read units.
    pub(crate) half_read_units: u64,
    /// Half write units, those of indexes included.
    pub(crate) half_write_units: u64,
    /// Half write units of indexes alone.
    pub(crate) half_index_write_units: u64,
    /// Requests that read.
    pub(crate) read_round_trips: u64,
    /// Requests that write.
    pub(crate) write_round_trips: u64,
    /// Requests to queues, as they are billed: one for every 64 KiB that was begun.
    pub(crate) queue_requests: u64,
    /// Requests to anything else.
    pub(crate) other_requests: u64,
}

impl Consumed {
    /// So many times as much.
    pub(crate) fn times(self, times: u64) -> Self {
        Self {
            half_read_units: self.half_read_units * times,
            half_write_units: self.half_write_units * times,
            half_index_write_units: self.half_index_write_units * times,
            read_round_trips: self.read_round_trips * times,
            write_round_trips: self.write_round_trips * times,
            queue_requests: self.queue_requests * times,
            other_requests: self.other_requests * times,
        }
    }

    /// All requests together.
    pub(crate) fn round_trips(&self) -> u64 {
        self.read_round_trips + self.write_round_trips + self.queue_requests + self.other_requests
    }
}

impl std::ops::AddAssign for Consumed {
    fn add_assign(&mut self, more: Self) {
        self.half_read_units += more.half_read_units;
        self.half_write_units += more.half_write_units;
        self.half_index_write_units += more.half_index_write_units;
        self.read_round_trips += more.read_round_trips;
        self.write_round_trips += more.write_round_trips;
        self.queue_requests += more.queue_requests;
        self.other_requests += more.other_requests;
    }
}

/// Counts on the way to the engines. Cheap to clone; clones count together.
#[derive(Clone)]
pub(crate) struct Meter {
    engines: Engines,
    consumed: Arc<Mutex<Consumed>>,
}

impl Meter {
    /// Counts from zero.
    pub(crate) fn new(engines: Engines) -> Self {
        Self {
            engines,
            consumed: Arc::default(),
        }
    }

    /// What was consumed since the last call.
    pub(crate) fn take(&self) -> Consumed {
        std::mem::take(&mut *self.consumed())
    }

    fn consumed(&self) -> MutexGuard<'_, Consumed> {
        self.consumed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_other(&self, target: &str, body: &Bytes) {
        let mut consumed = self.consumed();
        if target.starts_with("AmazonSQS.") {
            consumed.queue_requests += body.len().div_ceil(QUEUE_REQUEST_BYTES).max(1) as u64;
        } else {
            consumed.other_requests += 1;
        }
    }
}

impl Transport for Meter {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let target = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let Some(operation) = target.strip_prefix("DynamoDB_20120810.") else {
            self.count_other(&target, request.body());
            return self.engines.call(request);
        };
        let is_read = [
            "GetItem",
            "Query",
            "BatchGetItem",
            "TransactGetItems",
            "Scan",
        ]
        .contains(&operation);
        let call = self
            .engines
            .call(request.map(|body| asking_for_capacity(&body)));
        let meter = self.clone();
        Box::pin(async move {
            let response = call.await?;
            let units = half_units(response.body());
            let mut consumed = meter.consumed();
            if is_read {
                consumed.half_read_units += units.all;
                consumed.read_round_trips += 1;
            } else {
                consumed.half_write_units += units.all;
                consumed.half_index_write_units += units.of_indexes;
                consumed.write_round_trips += 1;
            }
            drop(consumed);
            Ok(response)
        })
    }
}

fn asking_for_capacity(body: &Bytes) -> Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut request) => {
            request["ReturnConsumedCapacity"] = json!("INDEXES");
            Bytes::from(request.to_string())
        }
        Err(_) => body.clone(),
    }
}

/// Half units of one answer.
#[derive(Default)]
struct HalfUnits {
    all: u64,
    of_indexes: u64,
}

/// One table's capacity is an object; a transaction's is a list. A failed condition bills as much
/// as a write of one unit, but its answer carries no figure.
fn half_units(body: &Bytes) -> HalfUnits {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_refused = answer["__type"]
        .as_str()
        .is_some_and(|kind| kind.contains("ConditionalCheckFailed"));
    if is_refused {
        return HalfUnits {
            all: 2,
            of_indexes: 0,
        };
    }
    let tables = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.as_slice(),
        table => std::slice::from_ref(table),
    };
    let mut total = HalfUnits::default();
    for table in tables {
        total.all += half_units_of(table);
        let indexes = table["GlobalSecondaryIndexes"].as_object();
        total.of_indexes += indexes
            .into_iter()
            .flat_map(|indexes| indexes.values())
            .map(half_units_of)
            .sum::<u64>();
    }
    total
}

fn half_units_of(capacity: &Value) -> u64 {
    let units = capacity["CapacityUnits"].as_f64().unwrap_or_default();
    (units * 2.0).round() as u64
}
