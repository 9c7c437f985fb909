//! `POST /v1/orders/{id}/receipt`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Path};

use super::{answer, order_out::OrderOut, parties::must_be_buyer};
use crate::{App, fulfilment};

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptIn {}

/// Confirm receipt
///
/// For the buyer of an order that is `shipped`: the seller gets the money. Whoever says nothing is
/// taken to have received it after some days.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/receipt",
    tag = "orders",
    request_body = ReceiptIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The order, received", body = OrderOut),
        (status = 404, description = "`not_found`: the caller bought no such order", body = web::Problem),
        (status = 409, description = "`state_conflict`: there is nothing to receive, or it was received", body = web::Problem),
    )
)]
pub(crate) async fn receive(
    State(app): State<App>,
    Path(order): Path<Id<kind::Order>>,
    request: Idempotent<ReceiptIn>,
) -> Result<Response, ApiError> {
    let ReceiptIn {} = request.body;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_buyer(&order, &request.caller)?;
        Ok(fulfilment::receive(order, now)?.into())
    });
    Ok(answer::order(StatusCode::OK, done.await?))
}
