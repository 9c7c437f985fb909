//! `POST /v1/partner-hooks/{partner}/grants/{id}/revoke`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Path, fields::if_present, replayed};

use super::granted_out::GrantedOut;
use crate::{
    App,
    grant::{self, Grant, Move},
    granting::{MoveError, Under, move_grant},
    member::TransactionId,
    partner_key::Scope,
    signed::Signed,
    text::Name,
    transaction::PartnerTransaction,
};

/// Why a grant is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerGrantRevocationIn {
    /// How the partner calls this transaction; 1 to 64 visible characters.
    #[schema(value_type = String, example = "return-4711", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// Why, for support; one line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "the purchase was returned", min_length = 1, max_length = 100)]
    reason: Option<Name>,
}

/// Take a grant back
///
/// In time, and before somebody comes with its ticket. Where tickets were asked for, those who issue
/// them decide, and the answer comes as `partner_grant.revoked` or
/// `partner_grant.revocation_refused`.
#[utoipa::path(
    post,
    operation_id = "revoke_partner_grant",
    path = "/v1/partner-hooks/{partner}/grants/{id}/revoke",
    tag = "partner hooks",
    request_body = PartnerGrantRevocationIn,
    params(
        ("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("id" = String, Path, description = "The grant", example = "pgr_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The grant, taken back", body = GrantedOut),
        (status = 202, description = "The grant, about which is being decided", body = GrantedOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 404, description = "`not_found`: the partner has no such grant", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is too late, or somebody has come with its ticket; `transaction_conflict`", body = web::Problem),
        (status = 410, description = "`gone`: nobody claimed it in time", body = web::Problem),
    )
)]
pub(crate) async fn revoke_grant(
    State(app): State<App>,
    path: Path<(Id<kind::Partner>, Id<kind::PartnerGrant>)>,
    signed: Signed<PartnerGrantRevocationIn>,
) -> Result<Response, ApiError> {
    let Path((_, id)) = path;
    signed.require(Scope::Grants)?;
    let grant = app.store.grant(id).await?;
    grant
        .filter(|grant| grant.partner.id == signed.partner.id)
        .ok_or_else(ApiError::not_found)?;
    let transaction = signed.transaction("grant.revoke", &signed.body.transaction_id);
    if let Some(answer) = repeat(&app, &transaction).await? {
        return Ok(answer);
    }
    let reason = signed.body.reason.as_ref().map(Name::as_str);
    match move_grant(&app, id, &Move::Revoke, Under::Transaction(&transaction)).await {
        Ok(moved) => {
            tracing::info!(
                grant = id.to_string(),
                reason,
                "a partner takes a grant back"
            );
            Ok(answer(&app, &moved.thing))
        }
        // What refuses us may be what our own twin has just done: then the answer is the twin's.
        Err(error @ (MoveError::Repeated | MoveError::Refused(_))) => {
            let before = repeat(&app, &transaction).await?;
            before.ok_or_else(|| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// As it is by now: a repetition learns how far the decision is.
fn answer(app: &App, grant: &Grant) -> Response {
    let status = match grant.state {
        grant::State::Revoking => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    };
    (status, Json(GrantedOut::of(app, grant))).into_response()
}

async fn repeat(app: &App, transaction: &PartnerTransaction) -> Result<Option<Response>, ApiError> {
    let Some(recorded) = app.store.recorded(transaction).await? else {
        return Ok(None);
    };
    let grant = app.store.grant(recorded.of_same()?).await?;
    let grant = grant.ok_or_else(|| ApiError::internal("a recorded grant is not there"))?;
    Ok(Some(replayed(answer(app, &grant))))
}
