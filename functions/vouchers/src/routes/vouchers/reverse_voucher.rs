//! `POST /v1/partner-hooks/{partner}/vouchers/reverse`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use web::ApiError;

use super::voucher_hook::{self, Moved, PartnerVoucherOut};
use crate::{
    App,
    code::VoucherCode,
    member::TransactionId,
    partner_key::Scope,
    signed::Signed,
    voucher::{ReversalReason, Voucher},
};

/// A voucher to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VoucherReversalIn {
    /// The partner's own name of this transaction: 1 to 64 visible characters, never used again.
    #[schema(value_type = String, example = "till-7-000123", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// The code that was shown.
    #[schema(value_type = String, example = "GR-7F3K9Q", min_length = 1, max_length = 64)]
    code: VoucherCode,
    /// Why.
    reason: ReversalReason,
}

/// Reverse a voucher
///
/// For partners, with a key of the scope `vouchers`. The member's points come back, each with its own
/// expiry, and nothing is owed for the voucher. An unused voucher until some time after its end, a
/// used one until some time after its use; how long was agreed.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/vouchers/reverse",
    tag = "partner hooks",
    request_body = VoucherReversalIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher as it is then", body = PartnerVoucherOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: no member has a voucher of this code", body = web::Problem),
        (status = 409, description = "`voucher_not_valid`: it is reversed or reserved, or it is too late; `transaction_conflict`: the transaction id was used for another request", body = web::Problem),
    )
)]
pub(crate) async fn reverse_voucher(
    State(app): State<App>,
    signed: Signed<VoucherReversalIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Vouchers)?;
    let wanted = &signed.body;
    let transaction = signed.transaction("reverse a voucher", &wanted.transaction_id);
    let hours = signed.partner.terms.reversal_hours;
    let decide = |voucher: Voucher, now| {
        let (voucher, spent) = voucher.reversed(wanted.reason, hours, now)?;
        let restored = Some(spent);
        Ok(Moved { voucher, restored })
    };
    voucher_hook::move_on(&app, &signed.partner, &transaction, &wanted.code, decide).await
}
