//! `POST /v1/orders/{id}/refund-requests/{request}/return-received`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Idempotent, Path};

use super::{
    answer,
    parties::{ORDERS, must_be_seller},
    refund_out::RefundRequestOut,
};
use crate::{App, refund};

/// In what state the goods came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnIn {
    /// Whether they can be sold again.
    #[schema(example = true)]
    restock: bool,
}

/// Say that returned goods are there
///
/// For the seller, with the scope `orders`: the money goes back, and with `restock` the units are on
/// sale again, in the same step.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refund-requests/{request}/return-received",
    tag = "refunds",
    request_body = ReturnIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("request" = String, Path, description = "The request", example = "rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The request, granted", body = RefundRequestOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization has no such request", body = web::Problem),
        (status = 409, description = "`state_conflict`: nothing is awaited", body = web::Problem),
    )
)]
pub(crate) async fn return_received(
    State(app): State<App>,
    Path((order, id)): Path<(Id<kind::Order>, Id<kind::RefundRequest>)>,
    acting: Acting,
    request: Idempotent<ReturnIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        let restock = request.body.restock;
        Ok(refund::return_received(order, id, restock, now)?)
    });
    answer::refund_request(StatusCode::OK, done.await?, id)
}
