//! `GET /v1/orders/waiting`

use axum::extract::State;
use kernel::{Currency, Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Json, List, Operator, Paging, PagingParams};

use super::{dispute_out::DisputeOut, refund_out::RefundOut};
use crate::{App, desk, order::Order};

/// An order with which an operator has something to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingOrderOut {
    /// Names the order.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Order>,
    /// Whose shop sold it.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// Since when the oldest of it waits.
    #[schema(value_type = String, format = DateTime)]
    waiting_since: Timestamp,
    /// The dispute to rule on; null if there is none.
    dispute: Option<DisputeOut>,
    /// The refunds to try again, or to pay on another way.
    failed_refunds: Vec<RefundOut>,
    /// In what they are paid.
    #[schema(value_type = String, example = "CNY")]
    currency: Currency,
}

/// List what waits for an operator
///
/// For operators: disputes to rule on, and refunds that the provider will not pay and that are owed all
/// the same. Those first that have waited longest; an order appears, and is gone, within moments.
#[utoipa::path(
    get,
    path = "/v1/orders/waiting",
    tag = "orders",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of orders", body = List<WaitingOrderOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn list_waiting_orders(
    State(app): State<App>,
    _: Operator,
    paging: Paging,
) -> Result<Json<List<WaitingOrderOut>>, ApiError> {
    let page = app.store.orders_waiting(paging.start()?, paging.limit);
    let page = page.await?;
    let next = page.next.map(|next| next.to_string());
    // The index lags; what was done a moment ago is named no more.
    let items = page.items.iter().filter_map(WaitingOrderOut::of);
    Ok(Json(List::new(items.collect(), next.as_deref())))
}

impl WaitingOrderOut {
    /// What of an order waits, if anything does.
    fn of(order: &Order) -> Option<Self> {
        let waiting_since = desk::waits_since(order)?;
        Some(Self {
            id: order.id,
            shop: order.seller,
            waiting_since,
            dispute: desk::open_dispute(order).and(DisputeOut::of(order)),
            failed_refunds: desk::failed_refunds(order).map(RefundOut::from).collect(),
            currency: order.currency,
        })
    }
}
