//! `POST /v1/partner-hooks/{partner}/balance`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json};

use super::balance_out::BalanceOut;
use crate::{App, partner_key::Scope, signed::Signed};

/// Which balance a partner asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BalanceIn {
    /// `true` for what was only tried out.
    #[serde(default)]
    #[schema(required = false)]
    sandbox: bool,
}

/// Ask for one's balance
///
/// For partners, with a key of the scope `statements`.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/balance",
    tag = "partner hooks",
    request_body = BalanceIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The balance", body = BalanceOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
    )
)]
pub(crate) async fn balance_hook(
    State(app): State<App>,
    signed: Signed<BalanceIn>,
) -> Result<Json<BalanceOut>, ApiError> {
    signed.require(Scope::Statements)?;
    let out = BalanceOut::load(&app, &signed.partner, signed.body.sandbox).await?;
    Ok(Json(out))
}
