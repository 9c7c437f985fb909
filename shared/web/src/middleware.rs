//! What happens around every request.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, header};
use platform::serve::RequestInfo;

use crate::{
    caller::Caller,
    error::{ApiError, Code, Raised},
};

/// Gives every response its request id, every error its body, and every panic an answer.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let request_id = request
        .extensions()
        .get::<RequestInfo>()
        .map(|info| info.request_id.clone())
        .unwrap_or_default();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // A handler that panics answers like any other defect; the next request is not its concern.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response =
        response.unwrap_or_else(|_| ApiError::internal("the handler panicked").into_response());
    let mut response = match response.extensions().get::<Raised>() {
        Some(Raised(error)) => {
            let rendered = error.respond(&request_id);
            let mut headers = response.headers().clone();
            headers.remove(header::CONTENT_LENGTH);
            headers.remove(header::CONTENT_TYPE);
            let (mut parts, body) = rendered.into_parts();
            for (name, value) in &headers {
                parts.headers.entry(name).or_insert_with(|| value.clone());
            }
            Response::from_parts(parts, body)
        }
        None => response,
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // What is answered to one caller is nobody else's; a route that may be cached says so itself.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    tracing::info!(
        request_id,
        method = method.as_str(),
        path,
        status = response.status().as_u16(),
        "answered"
    );
    response
}

/// Stands before every route that is not public.
pub(crate) async fn require_caller(request: Request, next: Next) -> Response {
    match Caller::of(request.extensions()) {
        Ok(_) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

pub(crate) async fn not_found() -> ApiError {
    ApiError::not_found()
}

pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::new(Code::MethodNotAllowed)
}
