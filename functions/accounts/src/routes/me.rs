//! `GET /v1/accounts/me`

use axum::{extract::State, response::Response};
use web::{ApiError, Caller, Json, with_version};

use super::account_out::AccountOut;
use crate::App;

/// Look at one's own account
#[utoipa::path(
    get,
    path = "/v1/accounts/me",
    tag = "accounts",
    responses((status = 200, description = "The account; its version is the `ETag`", body = AccountOut))
)]
pub(crate) async fn me(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    let account = app.store.account(caller.account).await?;
    let account = account.ok_or_else(ApiError::not_found)?;
    Ok(with_version(
        account.version,
        Json(AccountOut::from(&account)),
    ))
}
