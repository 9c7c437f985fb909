//! HTTP to addresses that strangers gave: webhook endpoints and the interfaces of partners.
//!
//! Such an address is an invitation to call something that only this side of the wall can reach
//! (server-side request forgery), so these invariants hold for every call:
//!
//! - **A name, over TLS, at port 443.** [`PublicUrl`] holds nothing else.
//! - **Its name is resolved once, and what was judged is what is dialled.** A name server that
//!   answers in another way a moment later changes nothing.
//! - **Every address of the name is public** (see [`is_public`]), or nothing is dialled at all.
//! - **One call is one request.** Nothing is repeated, no redirect is followed, no proxy is asked, no
//!   more is read than the caller allows.
//!
//! Start at [`PublicOutbound::send`].

mod address;
mod network;
mod url;

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub use self::{
    address::is_public,
    url::{PublicUrl, PublicUrlError},
};
use crate::{
    outbound::{OutboundError, OutboundLimits},
    transport::TransportError,
};

/// The only port that is dialled.
const PORT: u16 = 443;
/// How long [`PublicOutbound::check`] waits for the name servers.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// Finds the addresses of a name.
pub trait Names: Send + Sync {
    /// All addresses of `host`, best first.
    fn addresses(&self, host: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, TransportError>>;
}

/// Carries one request to one address.
pub trait Dial: Send + Sync {
    /// Sends `request`, whose URI is absolute, to `address` and to no other, whatever the name in the
    /// URI leads to by now; that name is what the other side must prove to be.
    ///
    /// The request carries its [`OutboundLimits`] as an extension, so that no more is read from a
    /// network than anybody wants. [`TransportError::Other`] says that nothing was sent.
    fn call(
        &self,
        address: SocketAddr,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>>;
}

/// Sends requests to addresses that strangers gave. Cheap to clone.
#[derive(Clone)]
pub struct PublicOutbound {
    names: Arc<dyn Names>,
    dial: Arc<dyn Dial>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PublicError {
    /// Nothing was sent: the name does not lead to a public address.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was sent: the request cannot be.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
    /// The connection failed or broke, or no answer came in time. The other side may have acted.
    #[error("no answer came: {0}")]
    NoAnswer(String),
    /// The answer is larger than the caller allows. The other side has acted.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// Why a name is not dialled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name has no address, or the name servers gave no answer. It may have one later.
    #[error("the name of the host leads to no address: {0}")]
    Unresolved(String),
    /// One of the name's addresses is not a public one. The text does not say which: it is read by
    /// whoever gave the name, and would tell them how things are named inside.
    #[error("the name of the host leads to an address that is not public")]
    NotPublic(IpAddr),
}

impl PublicError {
    /// Whether anything has left for the other side, so that it may have acted.
    pub fn was_sent(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Unsendable(_) => false,
            Self::NoAnswer(_) | Self::TooLarge(_) => true,
        }
    }
}

impl From<OutboundError> for PublicError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Unsendable(reason) => Self::Unsendable(reason),
            OutboundError::NoAnswer(reason) => Self::NoAnswer(reason),
            OutboundError::TooLarge(bytes) => Self::TooLarge(bytes),
        }
    }
}

impl PublicOutbound {
    /// Over the network, trusting the roots that the system trusts.
    pub(crate) fn network() -> Self {
        Self::over(
            Arc::new(network::SystemNames),
            Arc::new(network::PinnedDial::default()),
        )
    }

    /// Over `names` and `dial`.
    pub fn over(names: Arc<dyn Names>, dial: Arc<dyn Dial>) -> Self {
        Self { names, dial }
    }

    /// What resolves and what dials, for whoever puts names of its own before them.
    pub fn parts(&self) -> (Arc<dyn Names>, Arc<dyn Dial>) {
        (Arc::clone(&self.names), Arc::clone(&self.dial))
    }

    /// Whether `url` could be called now. Only its name is resolved; [`send`](Self::send) does so
    /// again, because names change.
    pub async fn check(&self, url: &PublicUrl) -> Result<(), PublicError> {
        let found = tokio::time::timeout(CHECK_TIMEOUT, self.address_of(url)).await;
        let in_time = found.unwrap_or_else(|_| Err(Refusal::too_late(CHECK_TIMEOUT)));
        in_time.map(|_| ()).map_err(PublicError::from)
    }

    /// Sends one request to `url` and answers with what came back, whatever its status says.
    pub async fn send(
        &self,
        url: &PublicUrl,
        method: http::Method,
        headers: http::HeaderMap,
        body: Bytes,
        limits: OutboundLimits,
    ) -> Result<http::Response<Bytes>, PublicError> {
        let mut request = http::Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = url.uri();
        *request.headers_mut() = headers;
        let started = tokio::time::Instant::now();
        let timeout = Duration::from_millis(limits.timeout_ms);
        let found = tokio::time::timeout(timeout, self.address_of(url)).await;
        let address = found.unwrap_or_else(|_| Err(Refusal::too_late(timeout)))?;
        let left = timeout.saturating_sub(started.elapsed());
        let address = SocketAddr::new(address, PORT);
        let answer = limits.answer(request, left, |request| self.dial.call(address, request));
        answer.await.map_err(PublicError::from)
    }

    /// The one address to dial. A name with a public and a private address is refused whole: nobody
    /// honest has one, and the two would be mixed up by whoever connects to "the name".
    async fn address_of(&self, url: &PublicUrl) -> Result<IpAddr, Refusal> {
        let addresses = self.names.addresses(url.host()).await;
        let addresses = addresses.map_err(|error| Refusal::Unresolved(error.to_string()))?;
        if let Some(inside) = addresses.iter().find(|address| !is_public(**address)) {
            return Err(Refusal::NotPublic(*inside));
        }
        let first = addresses.first().copied();
        first.ok_or_else(|| Refusal::Unresolved("it has none".to_owned()))
    }
}

impl Refusal {
    fn too_late(timeout: Duration) -> Self {
        Self::Unresolved(format!("{} ms have passed", timeout.as_millis()))
    }
}

impl fmt::Debug for PublicOutbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PublicOutbound")
    }
}
