//! The servers of others: what they answer, what they got, and where their names lead.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use kernel::{Clock, Timestamp};
use platform::{
    public::{Dial, Names, PublicOutbound},
    transport::TransportError,
};
use serde_json::Value;

/// A server's answer to a request that comes at a time.
pub(crate) type Behaviour = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// What a server does.
#[derive(Clone)]
pub(crate) enum Reply {
    /// It answers with a status.
    Status(u16),
    /// It answers with a status and `Retry-After`.
    RetryAfter(u16, String),
    /// It answers with a status and a body.
    Body(u16, String),
    /// It takes so many milliseconds to answer 200.
    Slow(i64),
    /// It never answers.
    Silent,
}

/// A request that a server got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) host: String,
    pub(crate) at: Timestamp,
    pub(crate) address: SocketAddr,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.json()["sequence"].as_u64().unwrap()
    }
}

/// All servers. Clones share them; each sees the time by a clock of its own.
#[derive(Clone)]
pub(crate) struct Receivers {
    clock: Clock,
    servers: Arc<Mutex<BTreeMap<String, Behaviour>>>,
    names: Arc<Mutex<BTreeMap<String, Vec<IpAddr>>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receivers {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            servers: Arc::default(),
            names: Arc::default(),
            received: Arc::default(),
        }
    }

    /// The same servers, seen by a worker with another clock.
    pub(crate) fn seen_by(&self, clock: Clock) -> Self {
        Self {
            clock,
            ..self.clone()
        }
    }

    pub(crate) fn outbound(&self) -> PublicOutbound {
        PublicOutbound::over(Arc::new(self.clone()), Arc::new(self.clone()))
    }

    /// From now on the server answers so.
    pub(crate) fn serve(
        &self,
        host: &str,
        behaviour: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) {
        let mut servers = self.servers.lock().unwrap();
        servers.insert(host.to_owned(), Arc::new(behaviour));
    }

    /// From now on the server always answers so.
    pub(crate) fn always(&self, host: &str, reply: Reply) {
        self.serve(host, move |_| reply.clone());
    }

    /// From now on the name leads there.
    pub(crate) fn resolve(&self, host: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap());
        let mut names = self.names.lock().unwrap();
        names.insert(host.to_owned(), addresses.collect());
    }

    /// What all servers got so far, in order.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What a server got so far, in order.
    pub(crate) fn at(&self, host: &str) -> Vec<Received> {
        let received = self.received.lock().unwrap();
        let at_host = received.iter().filter(|one| one.host == host);
        at_host.cloned().collect()
    }
}

impl Names for Receivers {
    fn addresses(&self, host: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, TransportError>> {
        let public = || vec![IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34))];
        let names = self.names.lock().unwrap();
        let addresses = names.get(host).cloned().unwrap_or_else(public);
        Box::pin(async move { Ok(addresses) })
    }
}

impl Dial for Receivers {
    fn call(
        &self,
        address: SocketAddr,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let headers = request.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let received = Received {
            host: request.uri().host().unwrap().to_owned(),
            at: self.clock.now(),
            address,
            headers: headers.collect(),
            body: request.into_body(),
        };
        let behaviour = self.servers.lock().unwrap().get(&received.host).cloned();
        let reply = behaviour.map_or(Reply::Status(200), |behaviour| behaviour(&received));
        let clock = self.clock.clone();
        let began_at = received.at;
        self.received.lock().unwrap().push(received);
        Box::pin(async move {
            // Those who send at the same time all begin before anybody is answered.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
            let response = http::Response::builder();
            let answer = match reply {
                Reply::Status(status) => response.status(status).body(Bytes::new()),
                Reply::RetryAfter(status, value) => response
                    .status(status)
                    .header("retry-after", value)
                    .body(Bytes::new()),
                Reply::Body(status, body) => response.status(status).body(body.into()),
                Reply::Slow(ms) => {
                    pass_until(&clock, began_at, SignedDuration::from_millis(ms));
                    response.status(200).body(Bytes::new())
                }
                Reply::Silent => {
                    pass_until(&clock, began_at, SignedDuration::from_secs(15));
                    return Err(TransportError::Timeout);
                }
            };
            Ok(answer.unwrap())
        })
    }
}

/// Lets time pass until so long after `began_at`: those who wait at the same time do not wait one
/// after the other.
fn pass_until(clock: &Clock, began_at: Timestamp, wait: SignedDuration) {
    let until = began_at + wait;
    if clock.now() < until {
        clock.set(until).unwrap();
    }
}
