//! What goes wrong on the way to AWS and to the payment gateway.
//!
//! Whether a call goes wrong, and how, is a pure function of the seed, the call's logical key
//! (function, operation, table or queue) and how often that key was called before.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use engines::Engines;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use platform::transport::{Transport, TransportError};
use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::dice::throw;

/// The faults of one world.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    /// So many calls in a hundred go wrong.
    percent: AtomicU64,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: BTreeMap<String, u64>,
    injected: BTreeMap<&'static str, u64>,
}

/// The line of one function to AWS.
pub(crate) struct Line {
    pub(crate) faults: Arc<Faults>,
    pub(crate) engines: Engines,
    pub(crate) function: &'static str,
}

/// The line of one function to the payment gateway.
pub(crate) struct Till {
    pub(crate) faults: Arc<Faults>,
    pub(crate) sandbox: Sandbox,
    pub(crate) function: &'static str,
}

type Answered = Result<Response<Bytes>, TransportError>;

/// What goes wrong with a call to AWS.
#[derive(Clone, Copy, Debug)]
enum AwsFault {
    /// The request never arrives; the SDK asks again.
    RequestLost,
    /// It is done and its answer lost; the SDK asks again.
    ReplyLost,
    /// There is too much to do.
    Throttled,
    /// Somebody else has the item in a transaction.
    Conflict,
    /// It arrives twice.
    Repeated,
    /// The function dies before it asks.
    DiedBefore,
    /// The function dies behind what was done.
    DiedAfter,
}

const AWS_FAULTS: [AwsFault; 7] = [
    AwsFault::RequestLost,
    AwsFault::ReplyLost,
    AwsFault::Throttled,
    AwsFault::Conflict,
    AwsFault::Repeated,
    AwsFault::DiedBefore,
    AwsFault::DiedAfter,
];

const GATEWAY_FAULTS: [sandbox::Fault; 4] = [
    sandbox::Fault::TimeoutBefore,
    sandbox::Fault::TimeoutAfter,
    sandbox::Fault::ServerError,
    sandbox::Fault::BadSignature,
];

impl Faults {
    /// None yet.
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            seed,
            percent: AtomicU64::new(0),
            counts: Mutex::default(),
        })
    }

    /// From now on so many calls in a hundred go wrong.
    pub(crate) fn set(&self, percent: u64) {
        self.percent.store(percent, Ordering::SeqCst);
    }

    /// Whether anything can go wrong now.
    pub(crate) fn is_on(&self) -> bool {
        self.percent.load(Ordering::SeqCst) > 0
    }

    /// How often what went wrong.
    pub(crate) fn injected(&self) -> BTreeMap<&'static str, u64> {
        self.counts().injected.clone()
    }

    /// Something to choose a fault by, if this call goes wrong.
    fn draw(&self, key: &str) -> Option<usize> {
        let mut counts = self.counts();
        let n = counts.calls.entry(key.to_owned()).or_default();
        *n += 1;
        let thrown = throw(self.seed, key, *n);
        let goes_wrong = thrown % 100 < self.percent.load(Ordering::SeqCst);
        goes_wrong.then(|| usize::try_from(thrown >> 40).unwrap_or(0))
    }

    fn count(&self, name: &'static str) {
        *self.counts().injected.entry(name).or_default() += 1;
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Line {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'static, Answered> {
        let call = Call::of(&request);
        let key = format!("{} {} {}", self.function, call.operation, call.on);
        let drawn = self.faults.draw(&key);
        let fault = drawn.and_then(|drawn| AWS_FAULTS.get(drawn % AWS_FAULTS.len()));
        let fault = fault.map(|fault| fault.of(self.function));
        let Some(fault) = fault else {
            return self.engines.call(request);
        };
        self.faults.count(fault.name());
        let lost = || TransportError::Io("the connection broke".to_owned());
        let dead = || TransportError::Other("the function has died".to_owned());
        match fault {
            AwsFault::RequestLost => answer(Err(lost())),
            AwsFault::DiedBefore => answer(Err(dead())),
            AwsFault::Throttled => answer(Ok(call.throttled())),
            AwsFault::Conflict => answer(Ok(call.conflict())),
            AwsFault::ReplyLost | AwsFault::DiedAfter => {
                let error = match fault {
                    AwsFault::DiedAfter => dead(),
                    _ => lost(),
                };
                let called = self.engines.call(request);
                Box::pin(async move {
                    called.await?;
                    Err(error)
                })
            }
            AwsFault::Repeated => {
                let first = self.engines.call(request.clone());
                let second = self.engines.call(request);
                Box::pin(async move {
                    first.await?;
                    second.await
                })
            }
        }
    }
}

impl Transport for Till {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'static, Answered> {
        let drawn = self.faults.draw(&format!("{} gateway", self.function));
        let fault = drawn.and_then(|drawn| GATEWAY_FAULTS.get(drawn % GATEWAY_FAULTS.len()));
        if let Some(fault) = fault {
            self.faults.count("gateway");
            self.sandbox.fail_next(*fault);
        }
        self.sandbox.call(request)
    }
}

impl AwsFault {
    /// What becomes of it for a function. Sweepers do several things at once; if some of them waited
    /// for their next try, for as long as the SDK happens to choose, no seed would know who is first.
    fn of(self, function: &str) -> Self {
        match self {
            Self::RequestLost | Self::Throttled | Self::Conflict
                if function.ends_with("Sweeper") =>
            {
                Self::DiedBefore
            }
            Self::ReplyLost if function.ends_with("Sweeper") => Self::DiedAfter,
            other => other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::RequestLost => "request lost",
            Self::ReplyLost => "reply lost",
            Self::Throttled => "throttled",
            Self::Conflict => "conflict",
            Self::Repeated => "repeated",
            Self::DiedBefore => "died before",
            Self::DiedAfter => "died after",
        }
    }
}

/// What a request asks for, as far as faults depend on it.
struct Call {
    service: String,
    operation: String,
    /// The table or the queue.
    on: String,
    /// How many items a transaction has.
    items: usize,
}

impl Call {
    fn of(request: &Request<Bytes>) -> Self {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let (service, operation) = target
            .and_then(|target| target.split_once('.'))
            .unwrap_or_default();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let items = body["TransactItems"].as_array();
        let first = items.and_then(|items| items.first()?.as_object()?.values().next());
        let on = [
            &body["TableName"],
            &body["QueueUrl"],
            &first.unwrap_or(&Value::Null)["TableName"],
        ];
        let on = on.iter().find_map(|on| on.as_str()).unwrap_or_default();
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            on: on.rsplit('/').next().unwrap_or_default().to_owned(),
            items: items.map_or(0, Vec::len),
        }
    }

    fn throttled(&self) -> Response<Bytes> {
        let name = if self.service.starts_with("DynamoDB") {
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        } else {
            "com.amazonaws.sqs#RequestThrottled"
        };
        refused(&json!({ "__type": name, "message": "there is too much to do" }))
    }

    fn conflict(&self) -> Response<Bytes> {
        let name = |name: &str| format!("com.amazonaws.dynamodb.v20120810#{name}");
        match self.operation.as_str() {
            "TransactWriteItems" => {
                let mut reasons = vec![json!({ "Code": "None" }); self.items];
                if let Some(last) = reasons.last_mut() {
                    *last = json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" });
                }
                refused(&json!({
                    "__type": name("TransactionCanceledException"),
                    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
                    "CancellationReasons": reasons,
                }))
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => refused(&json!({
                "__type": name("TransactionConflictException"),
                "message": "Transaction is ongoing for the item",
            })),
            _ => self.throttled(),
        }
    }
}

fn refused(body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = http::StatusCode::BAD_REQUEST;
    let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}

fn answer(answered: Answered) -> BoxFuture<'static, Answered> {
    Box::pin(std::future::ready(answered))
}
