//! `DELETE /v1/accounts/me/listening-tokens/{id}`

use axum::{extract::State, http::StatusCode};
use kernel::{Id, kind};
use web::{ApiError, Caller, Path};

use crate::{
    App,
    store::{RevokeTokenError, RevokedToken},
};

/// Revoke a listening token
///
/// Players that have it are refused a few seconds later, and for good.
#[utoipa::path(
    delete,
    path = "/v1/accounts/me/listening-tokens/{id}",
    tag = "accounts",
    params(("id" = String, Path, description = "The token's id", example = "ltk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 204, description = "The token is revoked"),
        (status = 404, description = "`not_found`: the account has no such token", body = web::Problem),
    )
)]
pub(crate) async fn revoke_listening_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::ListeningToken>>,
) -> Result<StatusCode, ApiError> {
    let revoked = RevokedToken {
        account: caller.account,
        id,
        revoked_at: app.clock.now(),
    };
    match app.store.revoke_listening_token(&revoked).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(RevokeTokenError::Absent) => Err(ApiError::not_found()),
        Err(RevokeTokenError::Service(error)) => Err(error.into()),
    }
}
