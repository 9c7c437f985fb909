//! `POST /v1/orders/{id}/refunds`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use web::{Acting, ApiError, Idempotent, Path};

use super::{
    answer,
    parties::{ORDERS, must_be_seller},
    refund_in::wishes,
    refund_out::RefundRequestOut,
    request_refund::{RefundRequestIn, asked},
};
use crate::{App, refund};

/// Refund without being asked
///
/// For the seller, with the scope `orders`. Money goes back at once, or as soon as goods or tickets
/// have. With the same `Idempotency-Key` it goes back once.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refunds",
    tag = "refunds",
    request_body = RefundRequestIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The request that the seller made and granted", body = RefundRequestOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization sold no such order", body = web::Problem),
        (status = 409, description = "`refund_exceeds_paid`: so much is not left; `state_conflict`: it cannot go back now", body = web::Problem),
    )
)]
pub(crate) async fn refund_order(
    State(app): State<App>,
    Path(order): Path<Id<kind::Order>>,
    acting: Acting,
    request: Idempotent<RefundRequestIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let id = request.key.derive("refund unasked");
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        let asked = asked(id, wishes(&order, &request.body.lines)?, &request.body);
        Ok(refund::refund_unasked(order, asked, now)?)
    });
    answer::refund_request(StatusCode::CREATED, done.await?, id)
}
