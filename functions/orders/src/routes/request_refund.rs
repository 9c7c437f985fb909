//! `POST /v1/orders/{id}/refund-requests`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Path};

use super::{
    answer,
    parties::must_be_buyer,
    refund_in::{RefundPartIn, wishes},
    refund_out::RefundRequestOut,
};
use crate::{
    App,
    refund::{self, Asked},
    words::Reason,
};

/// What is to go back, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundRequestIn {
    /// For what, each line once. Tickets are named in a request of their own.
    pub(super) lines: Vec<RefundPartIn>,
    /// Why: 1 to 500 characters.
    #[schema(value_type = String, example = "It is too small.")]
    reason: Reason,
    /// Whether the goods are sent back before the money is; only for what came in a parcel.
    #[serde(default)]
    return_goods: bool,
}

/// Ask for a refund
///
/// For the buyer of a paid order; after receipt, as long as the lines can be returned. The seller
/// decides. With the same `Idempotency-Key` it is asked once.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refund-requests",
    tag = "refunds",
    request_body = RefundRequestIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The request", body = RefundRequestOut),
        (status = 404, description = "`not_found`: the caller bought no such order", body = web::Problem),
        (status = 409, description = "`refund_exceeds_paid`: so much is not left; `state_conflict`: it cannot be asked for now", body = web::Problem),
    )
)]
pub(crate) async fn request_refund(
    State(app): State<App>,
    Path(order): Path<Id<kind::Order>>,
    request: Idempotent<RefundRequestIn>,
) -> Result<Response, ApiError> {
    let id = request.key.derive("refund request");
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_buyer(&order, &request.caller)?;
        let asked = asked(id, wishes(&order, &request.body.lines)?, &request.body);
        Ok(refund::ask(order, asked, now)?.into())
    });
    answer::refund_request(StatusCode::CREATED, done.await?, id)
}

/// What the request asks for, as the rules want it.
pub(super) fn asked(
    id: Id<kind::RefundRequest>,
    parts: Vec<(Id<kind::OrderLine>, refund::Wish)>,
    body: &RefundRequestIn,
) -> Asked {
    Asked {
        id,
        parts,
        reason: body.reason.clone(),
        return_goods: body.return_goods,
    }
}
