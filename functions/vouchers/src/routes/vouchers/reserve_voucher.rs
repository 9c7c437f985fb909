//! `POST /v1/partner-hooks/{partner}/vouchers/reserve`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use web::ApiError;

use super::voucher_hook::{self, Moved, PartnerVoucherOut};
use crate::{
    App, code::VoucherCode, member::TransactionId, partner_key::Scope, signed::Signed,
    voucher::Voucher,
};

/// A voucher to keep for a transaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReservationIn {
    /// The partner's own name of this transaction: 1 to 64 visible characters, never used again.
    #[schema(value_type = String, example = "till-7-000123", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// The code that was shown.
    #[schema(value_type = String, example = "GR-7F3K9Q", min_length = 1, max_length = 64)]
    code: VoucherCode,
}

/// Reserve a voucher
///
/// For partners, with a key of the scope `vouchers`. Nobody else can use it for as long as was agreed;
/// then it is free again by itself.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/vouchers/reserve",
    tag = "partner hooks",
    request_body = ReservationIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher as it is then", body = PartnerVoucherOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: no member has a voucher of this code", body = web::Problem),
        (status = 409, description = "`voucher_not_valid`: it is reserved, used, over or reversed; `transaction_conflict`: the transaction id was used for another request", body = web::Problem),
    )
)]
pub(crate) async fn reserve_voucher(
    State(app): State<App>,
    signed: Signed<ReservationIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Vouchers)?;
    let wanted = &signed.body;
    let transaction = signed.transaction("reserve a voucher", &wanted.transaction_id);
    let minutes = signed.partner.terms.reservation_minutes;
    let decide = |voucher: Voucher, now| {
        let by = wanted.transaction_id.clone();
        voucher.reserved(by, minutes, now).map(Moved::from)
    };
    voucher_hook::move_on(&app, &signed.partner, &transaction, &wanted.code, decide).await
}
