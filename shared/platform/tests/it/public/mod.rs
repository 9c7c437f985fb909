//! Calls to addresses that strangers gave: what is read, what is judged, what is dialled.

mod addresses;
mod sending;
mod urls;

use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response};
use platform::{
    OutboundLimits,
    public::{Dial, Names, PublicError, PublicOutbound, PublicUrl},
    transport::TransportError,
};

const PUBLIC: &str = "93.184.215.14";
const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 2_000,
    max_response_bytes: 100,
};

/// Name servers that say what they are told to, one answer a question, the last one for ever; and
/// servers that answer all alike. What was asked and dialled is written down.
#[derive(Default)]
struct Internet {
    answers: Mutex<VecDeque<Result<Vec<IpAddr>, TransportError>>>,
    /// How long the name servers think.
    thinking: Duration,
    response: Response<Bytes>,
    /// How long the servers think.
    working: Duration,
    asked: Mutex<Vec<String>>,
    dialled: Mutex<Vec<(SocketAddr, Request<Bytes>)>>,
}

impl Internet {
    /// Where a name leads to `answers`, one after the other.
    fn of(answers: &[&[&str]]) -> Self {
        let parsed = |text: &&str| text.parse().unwrap();
        let answers = answers
            .iter()
            .map(|answer| Ok(answer.iter().map(parsed).collect()));
        Self {
            answers: Mutex::new(answers.collect()),
            ..Self::default()
        }
    }

    fn outbound(self) -> (PublicOutbound, Arc<Self>) {
        let internet = Arc::new(self);
        let outbound = PublicOutbound::over(internet.clone(), internet.clone());
        (outbound, internet)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn dialled(&self) -> Vec<SocketAddr> {
        let dialled = self.dialled.lock().unwrap();
        dialled.iter().map(|(address, _)| *address).collect()
    }
}

impl Names for Internet {
    fn addresses(&self, host: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, TransportError>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = match (answers.len(), answers.pop_front()) {
            (1, Some(Ok(last))) => {
                answers.push_back(Ok(last.clone()));
                Ok(last)
            }
            (_, answer) => answer.unwrap(),
        };
        let thinking = self.thinking;
        Box::pin(async move {
            tokio::time::sleep(thinking).await;
            answer
        })
    }
}

impl Dial for Internet {
    fn call(
        &self,
        address: SocketAddr,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        self.dialled.lock().unwrap().push((address, request));
        let (response, working) = (self.response.clone(), self.working);
        Box::pin(async move {
            tokio::time::sleep(working).await;
            Ok(response)
        })
    }
}

async fn post(outbound: &PublicOutbound, url: &str) -> Result<Response<Bytes>, PublicError> {
    let url: PublicUrl = url.parse().unwrap();
    let body = Bytes::from_static(b"hello");
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "evt_1".parse().unwrap());
    outbound
        .send(&url, Method::POST, headers, body, LIMITS)
        .await
}
