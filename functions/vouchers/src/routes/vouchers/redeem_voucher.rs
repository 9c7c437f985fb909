//! `POST /v1/partner-hooks/{partner}/vouchers/redeem`

use axum::{extract::State, response::Response};
use web::ApiError;

use super::voucher_hook::{self, Moved, PartnerVoucherOut, VoucherUseIn};
use crate::{App, partner_key::Scope, signed::Signed, voucher::Voucher};

/// Redeem a voucher
///
/// For partners, with a key of the scope `vouchers`. A voucher is redeemed once, however many tills
/// try at once.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/vouchers/redeem",
    tag = "partner hooks",
    request_body = VoucherUseIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher as it is then", body = PartnerVoucherOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: no member has a voucher of this code", body = web::Problem),
        (status = 409, description = "`voucher_not_valid`: it is used, over, reversed or reserved by another transaction; `transaction_conflict`: the transaction id was used for another request", body = web::Problem),
    )
)]
pub(crate) async fn redeem_voucher(
    State(app): State<App>,
    signed: Signed<VoucherUseIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Vouchers)?;
    let wanted = &signed.body;
    let transaction = signed.transaction("redeem a voucher", &wanted.transaction_id);
    let decide = |voucher: Voucher, now| {
        let redeemed = voucher.redeemed(wanted.reservation.as_ref(), now);
        redeemed.map(Moved::from)
    };
    voucher_hook::move_on(&app, &signed.partner, &transaction, &wanted.code, decide).await
}
