//! The partner of a laptop: a chain of restaurants on an internet of the platform's own.
//!
//! Whatever the functions send to public names goes through that internet: the chain's name leads to
//! the chain, every other one to the real network. The chain's own messages come over HTTP, as
//! anybody's would.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use kernel::Clock;
use partner::{Chain, Internet};
use platform::{
    Aws, Outbound, OutboundError, OutboundLimits,
    transport::{Transport, TransportError},
};

/// How long the platform may take over a message of the chain.
const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 10_000,
    max_response_bytes: 64 * 1024,
};

/// The internet as the functions see it.
pub(crate) fn internet(aws: &Aws, clock: &Clock) -> Internet {
    Internet::before(&aws.public_outbound(), clock.clone())
}

/// A chain without contracts, on `internet`, that knows the platform at `url`.
pub(crate) fn open(internet: &Internet, aws: &Aws, clock: &Clock, url: &str) -> Chain {
    let planet = Arc::new(OverHttp(aws.outbound()));
    let chain = Chain::new(clock.clone(), planet, url);
    chain.open(internet);
    chain
}

/// The way to the platform that everybody outside has.
struct OverHttp(Outbound);

impl Transport for OverHttp {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let outbound = self.0.clone();
        Box::pin(async move {
            let answer = outbound.send(request, LIMITS).await;
            answer.map_err(|error| match error {
                OutboundError::Unsendable(reason) => TransportError::Other(reason),
                OutboundError::NoAnswer(_) => TransportError::Timeout,
                OutboundError::TooLarge(_) => TransportError::Io(error.to_string()),
            })
        })
    }
}
