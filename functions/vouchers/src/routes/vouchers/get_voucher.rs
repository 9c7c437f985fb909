//! `GET /v1/vouchers/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::voucher_out::VoucherOut;
use crate::App;

/// Look at one of one's vouchers
#[utoipa::path(
    get,
    path = "/v1/vouchers/{id}",
    tag = "vouchers",
    params(("id" = String, Path, description = "The voucher", example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher", body = VoucherOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn get_voucher(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Voucher>>,
) -> Result<Json<VoucherOut>, ApiError> {
    let voucher = app.store.voucher(id).await?;
    let voucher = voucher
        .filter(|voucher| voucher.order.holder == caller.account)
        .ok_or_else(ApiError::not_found)?;
    VoucherOut::of(&app, &voucher).map(Json)
}
