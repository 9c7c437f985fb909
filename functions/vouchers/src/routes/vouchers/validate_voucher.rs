//! `POST /v1/partner-hooks/{partner}/vouchers/validate`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json};

use super::voucher_hook::{self, PartnerVoucherOut};
use crate::{App, code::VoucherCode, partner_key::Scope, signed::Signed};

/// A code to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidationIn {
    /// The code that was shown.
    #[schema(value_type = String, example = "GR-7F3K9Q", min_length = 1, max_length = 64)]
    code: VoucherCode,
}

/// Look at a voucher
///
/// For partners, with a key of the scope `vouchers`. Changes nothing: only a reservation keeps others
/// from it.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/vouchers/validate",
    tag = "partner hooks",
    request_body = ValidationIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher; it can be used if its state is `issued`", body = PartnerVoucherOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: no member has a voucher of this code", body = web::Problem),
    )
)]
pub(crate) async fn validate_voucher(
    State(app): State<App>,
    signed: Signed<ValidationIn>,
) -> Result<Json<PartnerVoucherOut>, ApiError> {
    signed.require(Scope::Vouchers)?;
    let voucher = voucher_hook::find(&app, &signed.partner, &signed.body.code).await?;
    Ok(Json(PartnerVoucherOut::of(&voucher, app.clock.now())))
}
