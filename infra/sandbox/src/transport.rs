//! The sandbox called without a socket: HTTP within the process.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use platform::transport::{Transport, TransportError};
use tower::ServiceExt;

use crate::{Sandbox, routes::NoAnswer};

const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// For `Aws::with_outbound` and `Outbound::over`: requests to any host reach the sandbox's routes.
impl Transport for Sandbox {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let router = self.router();
        Box::pin(async move {
            let answer = router.oneshot(request.map(Body::from)).await;
            let response = answer.map_err(|never| match never {})?;
            if response.extensions().get::<NoAnswer>().is_some() {
                return Err(TransportError::Timeout);
            }
            let (head, body) = response.into_parts();
            let body = to_bytes(body, MAX_ANSWER_BYTES).await;
            let body = body.map_err(|error| TransportError::Io(error.to_string()))?;
            Ok(http::Response::from_parts(head, body))
        })
    }
}
