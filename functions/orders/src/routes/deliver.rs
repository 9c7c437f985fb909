//! `POST /v1/orders/{id}/deliveries`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Idempotent, Path};

use super::{
    answer,
    order_out::OrderOut,
    parties::{ORDERS, must_be_seller},
    ship::{HandedOverIn, handed_over},
};
use crate::{App, fulfilment};

/// Services that were rendered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryIn {
    /// Which, and how many units of each.
    lines: Vec<HandedOverIn>,
}

/// Say that a service was rendered
///
/// For the seller, with the scope `orders`. Once all lines of the order are handed over it is
/// `shipped`. With the same `Idempotency-Key` it is said once.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/deliveries",
    tag = "orders",
    request_body = DeliveryIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The order as it is then", body = OrderOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization sold no such order", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not to be handed over, or not so much of it", body = web::Problem),
    )
)]
pub(crate) async fn deliver(
    State(app): State<App>,
    Path(order): Path<Id<kind::Order>>,
    acting: Acting,
    request: Idempotent<DeliveryIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let lines = handed_over(&request.body.lines);
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        Ok(fulfilment::deliver(order, &lines, now)?.into())
    });
    Ok(answer::order(StatusCode::OK, done.await?))
}
