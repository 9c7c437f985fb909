//! `PATCH /v1/accounts/me`

use axum::{extract::State, response::Response};
use kernel::Zone;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, IfMatch, Json, fields::parsed_if_present, with_version};

use super::account_out::AccountOut;
use crate::{
    App,
    account::{Account, Edit},
    name::Name,
    store::EditError,
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountPatch {
    /// One line of 1 to 64 characters.
    #[serde(default, deserialize_with = "parsed_if_present")]
    #[schema(value_type = String, required = false, example = "Ada", min_length = 1, max_length = 64)]
    display_name: Option<Name>,
    /// A zone of the IANA database. Days that have begun are counted as they were.
    #[serde(default, deserialize_with = "parsed_if_present")]
    #[schema(value_type = String, required = false, example = "Asia/Shanghai")]
    time_zone: Option<Zone>,
}

/// Change one's own account
///
/// With `If-Match`, only if it still has that version. A patch that would change nothing is
/// answered without a new version.
#[utoipa::path(
    patch,
    path = "/v1/accounts/me",
    tag = "accounts",
    request_body = AccountPatch,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on")),
    responses(
        (status = 200, description = "The account as it is now", body = AccountOut),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or cannot be changed", body = web::Problem),
    )
)]
pub(crate) async fn update_me(
    State(app): State<App>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Json(patch): Json<AccountPatch>,
) -> Result<Response, ApiError> {
    let account = app.store.account(caller.account).await?;
    let account = account.ok_or_else(ApiError::not_found)?;
    if version.is_some_and(|version| version != account.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    let edit = Edit {
        display_name: patch.display_name,
        time_zone: patch.time_zone,
    };
    let account = match account.changes(edit) {
        Some(changes) => commit(&app, &account, &changes, version).await?,
        None => account,
    };
    Ok(with_version(
        account.version,
        Json(AccountOut::from(&account)),
    ))
}

async fn commit(
    app: &App,
    account: &Account,
    changes: &Edit,
    version: Option<u64>,
) -> Result<Account, ApiError> {
    app.store
        .edit(account.id, changes, version, app.clock.now())
        .await
        .map_err(|error| match error {
            EditError::Changed => ApiError::new(Code::PreconditionFailed),
            EditError::Service(error) => error.into(),
        })
}
