//! `GET /v1/vouchers`

use axum::extract::State;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use super::voucher_out::VoucherOut;
use crate::{App, store::HeldAt};

/// List one's vouchers
///
/// Newest first, each with its code if it has one by now.
#[utoipa::path(
    get,
    path = "/v1/vouchers",
    tag = "vouchers",
    params(PagingParams),
    responses((status = 200, description = "A page of vouchers", body = List<VoucherOut>))
)]
pub(crate) async fn list_vouchers(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<VoucherOut>>, ApiError> {
    let after = paging.start()?;
    let page = app
        .store
        .vouchers_of(caller.account, after, paging.limit)
        .await?;
    let last = page.items.last().map(|voucher| HeldAt {
        ordered_at: voucher.order.ordered_at,
        voucher: voucher.id,
    });
    let next = last.filter(|_| page.has_more).map(|last| last.to_string());
    let items = page
        .items
        .iter()
        .map(|voucher| VoucherOut::of(&app, voucher));
    let items = items.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(List::new(items, next.as_deref())))
}
