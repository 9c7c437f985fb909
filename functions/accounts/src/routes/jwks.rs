//! `GET /.well-known/jwks.json`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use web::{ApiError, Json};

use crate::App;

/// Read the keys that access tokens are verified with
///
/// A JWK set (RFC 7517) of Ed25519 keys. New keys are in it before the first token is signed with
/// them, so it may be kept for five minutes.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "accounts",
    responses((status = 200, description = "The keys", body = serde_json::Value))
)]
pub(crate) async fn jwks(State(app): State<App>) -> Result<Response, ApiError> {
    let keys = app.published_keys.jwks().await?;
    let cacheable = [(header::CACHE_CONTROL, "public, max-age=300")];
    Ok((cacheable, Json(keys)).into_response())
}
