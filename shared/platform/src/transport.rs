//! How a signed AWS request leaves the process and its answer comes back.
//!
//! Every SDK client of the platform sends through one [`Transport`]. On AWS it is a TLS connection
//! pool; on a laptop and in tests it is the embedded engines, called without a socket; a bench or a
//! simulation wraps either to count, delay, lose or repeat calls. It sits below the SDK's signing,
//! serialisation and retries, so all of those run for real everywhere.

use bytes::Bytes;
use futures_util::future::BoxFuture;

/// Carries one HTTP request of an AWS client and brings its answer.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` whole and answers with the whole response.
    ///
    /// The request's URI is absolute; service and operation stand in its host and, for the JSON
    /// protocols, in `x-amz-target`. An error means that the outcome is unknown.
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>>;
}

/// Why no answer came. The request may or may not have taken effect.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The connection failed or broke.
    #[error("the connection failed: {0}")]
    Io(String),
    /// No answer came in time.
    #[error("no answer came in time")]
    Timeout,
    /// Anything that a retry cannot mend.
    #[error("the request could not be carried: {0}")]
    Other(String),
}
