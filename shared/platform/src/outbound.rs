//! HTTP to others: payment providers, partners, whoever is no service of AWS.
//!
//! Invariant: one call is one request. Nothing is repeated here, no redirect is followed, no more is
//! read than the caller allows; after an error the other side may or may not have acted.

use std::{fmt, sync::Arc, time::Duration};

use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use tokio::sync::OnceCell;

use crate::{
    connector::{Addresses, Connector, TrustError, trust_of_system},
    logging::causes,
    transport::{Transport, TransportError},
};

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// No answer that anybody here waits for is larger.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What becomes of a call through a [`Transport`] or a [`Dial`](crate::public::Dial).
type Answer = BoxFuture<'static, Result<http::Response<Bytes>, TransportError>>;

/// Sends requests to other people's servers. Cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<dyn Transport>);

/// How long to wait and how much to read.
#[derive(Clone, Copy, Debug)]
pub struct OutboundLimits {
    /// From the first byte sent to the last byte read.
    pub timeout_ms: u64,
    /// The largest body that is read.
    pub max_response_bytes: usize,
}

/// Why there is no answer. In every case but the first the other side may have acted.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// Nothing was sent: the request cannot be.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
    /// The connection failed or broke, or no answer came in time.
    #[error("no answer came: {0}")]
    NoAnswer(String),
    /// The answer is larger than the caller allows.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Outbound {
    /// Over the network, trusting the roots that the system trusts. They are read at the first call:
    /// a function that calls nobody does not pay for them.
    #[must_use]
    pub fn network() -> Self {
        Self(Arc::new(Network(Arc::default())))
    }

    /// Through `transport`.
    pub fn over(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// Sends `request`, whose URI is absolute, once.
    pub async fn send(
        &self,
        request: http::Request<Bytes>,
        limits: OutboundLimits,
    ) -> Result<http::Response<Bytes>, OutboundError> {
        if request.uri().host().is_none() {
            return Err(OutboundError::Unsendable("the address has no host".into()));
        }
        let timeout = Duration::from_millis(limits.timeout_ms);
        let answer = limits.answer(request, timeout, |request| self.0.call(request));
        answer.await
    }
}

impl OutboundLimits {
    /// What `call` brings for `request` within `left`, which is no more than these limits allow.
    pub(crate) async fn answer(
        self,
        mut request: http::Request<Bytes>,
        left: Duration,
        call: impl FnOnce(http::Request<Bytes>) -> Answer,
    ) -> Result<http::Response<Bytes>, OutboundError> {
        request.extensions_mut().insert(self);
        let response = match tokio::time::timeout(left, call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(TransportError::Other(reason))) => {
                return Err(OutboundError::Unsendable(reason));
            }
            Ok(Err(error)) => return Err(OutboundError::NoAnswer(error.to_string())),
            Err(_) => {
                let waited = format!("{} ms have passed", self.timeout_ms);
                return Err(OutboundError::NoAnswer(waited));
            }
        };
        if response.body().len() > self.max_response_bytes {
            return Err(OutboundError::TooLarge(self.max_response_bytes));
        }
        Ok(response)
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Outbound")
    }
}

/// Connections to whomever the system trusts.
struct Network(Arc<OnceCell<Connector>>);

impl Transport for Network {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let connector = shared
                .get_or_try_init(|| async {
                    let trust = trust_of_system()?;
                    Ok(Connector::new(trust, Addresses::OfSystem, CONNECT_TIMEOUT))
                })
                .await
                .map_err(|error: TrustError| TransportError::Other(causes(&error)))?;
            exchange(connector, request).await
        })
    }
}

/// Sends `request` through `connector` and reads the answer: whole, or as much of it as shows that
/// it is larger than the request's [`OutboundLimits`] allow.
pub(crate) async fn exchange(
    connector: &Connector,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, TransportError> {
    let limits = request.extensions().get::<OutboundLimits>();
    let most = limits.map_or(MAX_BYTES, |limits| limits.max_response_bytes);
    let response = connector.send(request.map(SdkBody::from)).await;
    let response = response.map_err(|error| TransportError::Io(causes(&error)))?;
    let (head, mut body) = response.into_parts();
    let mut read = BytesMut::new();
    while read.len() <= most
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|error| TransportError::Io(error.to_string()))?;
        read.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
    }
    Ok(http::Response::from_parts(head, read.freeze()))
}
