//! What a browser asks before it calls from a page of another origin (CORS).
//!
//! The gateway adds the headers that the template's `CorsConfiguration` grants, whatever stands in the
//! answer. All it needs of a function is that there is one, with a status that says yes.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{Method, StatusCode};

/// Answers `OPTIONS` of any path.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    if request.method() != Method::OPTIONS {
        return next.run(request).await;
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
