//! The chain from outside: as a platform that calls it and is told things, and as a person at its
//! controls.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod api;
mod faults;
mod internet;
mod messages;
mod routes;
mod statements;
mod webhooks;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use kernel::{Clock, Currency, Id, Money, kind};
use partner::{API_URL, Chain, Contract, HookKey, Internet, WEBHOOKS_URL};
use platform::{
    OutboundLimits,
    public::{PublicError, PublicUrl},
    transport::{Transport, TransportError},
};
use serde_json::{Value, json};
use webhook_signatures::{Message, Received, Signer, SymmetricKey, VerifyingKey, sign};

const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 3_000,
    max_response_bytes: 65_536,
};

/// A chain with one contract, on an internet whose time stands still, and the platform beside it.
struct World {
    clock: Clock,
    internet: Internet,
    chain: Chain,
    planet: Planet,
    exchange: SymmetricKey,
    hooks: SymmetricKey,
    webhooks: SymmetricKey,
}

/// A platform that takes down what the chain tells it, and answers as it was told to.
#[derive(Clone, Default)]
struct Planet(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    requests: Vec<Request<Bytes>>,
    answers: Vec<(u16, Value)>,
}

impl World {
    fn new() -> World {
        let clock = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
        let internet = Internet::new(clock.clone());
        let planet = Planet::default();
        let chain = Chain::new(
            clock.clone(),
            Arc::new(planet.clone()),
            "http://planet.test/",
        );
        chain.open(&internet);
        let world = World {
            clock,
            internet,
            chain,
            planet,
            exchange: SymmetricKey::generate().unwrap(),
            hooks: SymmetricKey::generate().unwrap(),
            webhooks: SymmetricKey::generate().unwrap(),
        };
        world.chain.agree(Contract {
            partner: partner(),
            exchange: vec![world.exchange.clone()],
            hooks: HookKey::Symmetric(world.hooks.clone()),
            webhooks: vec![VerifyingKey::Symmetric(world.webhooks.clone())],
        });
        world
    }

    /// Asks the chain for a voucher of five yuan.
    async fn issue(&self, reference: &str) -> Result<(u16, Value), PublicError> {
        let body = json!({
            "reference": reference, "product": "breakfast", "unit_price": fen(500),
        });
        self.ask(Method::POST, "vouchers", Some(&body)).await
    }

    async fn find(&self, reference: &str) -> Result<(u16, Value), PublicError> {
        self.ask(Method::GET, &format!("vouchers/{reference}"), None)
            .await
    }

    async fn void(&self, reference: &str) -> Result<(u16, Value), PublicError> {
        let path = format!("vouchers/{reference}/void");
        self.ask(Method::POST, &path, Some(&json!({}))).await
    }

    /// Calls the chain's API as the platform does, signed with the exchange key.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), PublicError> {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let headers = self.signed(&self.exchange, "vch_1-1", &body);
        self.send(method, &format!("{API_URL}/{path}"), headers, body)
            .await
    }

    /// Delivers a webhook as the platform does.
    async fn deliver(&self, id: &str, event: &Value) -> u16 {
        let body = Bytes::from(event.to_string());
        let headers = self.signed(&self.webhooks, id, &body);
        let sent = self.send(Method::POST, WEBHOOKS_URL, headers, body);
        sent.await.unwrap().0
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<(u16, Value), PublicError> {
        let url: PublicUrl = url.parse().unwrap();
        let outbound = self.internet.outbound();
        let answer = outbound.send(&url, method, headers, body, LIMITS).await?;
        let json = serde_json::from_slice(answer.body()).unwrap();
        Ok((answer.status().as_u16(), json))
    }

    fn signed(&self, key: &SymmetricKey, id: &str, body: &[u8]) -> HeaderMap {
        let message = Message {
            id,
            timestamp_s: self.clock.now_seconds(),
            body,
        };
        let headers = sign(&[Signer::Symmetric(key)], &message);
        let headers = headers.iter();
        headers
            .map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, HeaderValue::try_from(value).unwrap())
            })
            .into_iter()
            .collect()
    }

    /// The chain's log, a line for each thing.
    fn log(&self) -> Vec<String> {
        self.chain.log().iter().map(ToString::to_string).collect()
    }
}

impl Planet {
    /// Lets the next message be answered like this; without answers it is 200 and nothing.
    fn answers(&self, status: u16, body: Value) {
        self.0.lock().unwrap().answers.push((status, body));
    }

    /// What was told: the path of the hook, its body, and whether `key` signed it.
    fn heard(&self, key: &VerifyingKey, now_s: i64) -> Vec<(String, Value, bool)> {
        let heard = self.0.lock().unwrap();
        let heard = heard.requests.iter().map(|request| {
            let header = |name: &str| request.headers()[name].to_str().unwrap();
            let received = Received::parse(
                header("webhook-id"),
                header("webhook-timestamp"),
                header("webhook-signature"),
            );
            let verified =
                received
                    .unwrap()
                    .verify(std::slice::from_ref(key), request.body(), now_s);
            (
                request.uri().path().to_owned(),
                serde_json::from_slice(request.body()).unwrap(),
                verified.is_ok(),
            )
        });
        heard.collect()
    }
}

impl Transport for Planet {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let mut heard = self.0.lock().unwrap();
        heard.requests.push(request);
        let (status, body) = if heard.answers.is_empty() {
            (200, json!({}))
        } else {
            heard.answers.remove(0)
        };
        let response = Response::builder().status(status);
        let response = response.body(Bytes::from(body.to_string())).unwrap();
        Box::pin(async move { Ok(response) })
    }
}

fn partner() -> Id<kind::Partner> {
    Id::derive(&["the chain"])
}

fn fen(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}
