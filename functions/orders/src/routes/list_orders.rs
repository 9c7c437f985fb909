//! `GET /v1/orders`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Acting, ApiError, Caller, Json, List, Paging, Query};

use super::{order_out::OrderOut, parties};
use crate::{App, dispute::Side};

/// Whose orders are listed, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOrdersParams {
    /// What was bought of this shop, instead of what the caller ordered.
    #[param(value_type = Option<String>, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Option<Id<kind::Shop>>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List orders
///
/// One's own, or with `shop` those of a shop of the organization that the access token acts for,
/// from payment on. Newest first; an order appears within moments.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "orders",
    params(ListOrdersParams),
    responses(
        (status = 200, description = "A page of orders", body = List<OrderOut>),
        (status = 403, description = "`organization_required`, `forbidden`: the access token is not for a shop's sales", body = web::Problem),
        (status = 404, description = "`not_found`: the organization has no such shop", body = web::Problem),
    )
)]
pub(crate) async fn list_orders(
    State(app): State<App>,
    caller: Caller,
    Query(params): Query<ListOrdersParams>,
) -> Result<Json<List<OrderOut>>, ApiError> {
    let paging = Paging::of(params.cursor, params.limit)?;
    let after = paging.start()?;
    let (page, side) = match params.shop {
        None => {
            let own = app
                .store
                .orders_of_buyer(caller.account, after, paging.limit);
            (own.await?, Side::Buyer)
        }
        Some(shop) => {
            let acting = Acting::of(&caller)?;
            acting.require(parties::ORDERS)?;
            let known = app.store.shop(shop).await?;
            known
                .filter(|known| known.organization == acting.organization)
                .ok_or_else(ApiError::not_found)?;
            let sold = app.store.orders_of_seller(shop, after, paging.limit);
            (sold.await?, Side::Seller)
        }
    };
    let next = page.next.map(|next| next.to_string());
    let items = page.items.iter().map(|order| OrderOut::of(order, side));
    Ok(Json(List::new(items.collect(), next.as_deref())))
}
