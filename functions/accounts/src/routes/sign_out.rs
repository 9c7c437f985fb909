//! `DELETE /v1/sessions/current`

use axum::{extract::State, http::StatusCode};
use web::{ApiError, Caller};

use crate::App;

/// Sign out
///
/// Ends the session of the access token that is shown. Access tokens that are out already hold
/// for up to 15 minutes.
#[utoipa::path(
    delete,
    path = "/v1/sessions/current",
    tag = "accounts",
    responses((status = 204, description = "The session is over"))
)]
pub(crate) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    // Every access token of ours names its session.
    let session = caller.session.ok_or_else(ApiError::not_found)?;
    app.store.revoke_session(session, caller.account).await?;
    Ok(StatusCode::NO_CONTENT)
}
