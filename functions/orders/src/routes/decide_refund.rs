//! `POST /v1/orders/{id}/refund-requests/{request}/approve`, `…/reject` and `…/cancel`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Idempotent, Path};

use super::{
    answer,
    parties::{ORDERS, must_be_buyer, must_be_seller},
    refund_out::RefundRequestOut,
};
use crate::{App, refund, words::Reason};

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalIn {}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectionIn {
    /// Why not: 1 to 500 characters.
    #[schema(value_type = String, example = "It was worn.")]
    reason: Reason,
}

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawalIn {}

type Named = Path<(Id<kind::Order>, Id<kind::RefundRequest>)>;

/// Approve a refund
///
/// For the seller, with the scope `orders`. The money goes back at once, or, where goods are to be
/// returned or tickets could have been used, as soon as that is settled.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refund-requests/{request}/approve",
    tag = "refunds",
    request_body = ApprovalIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("request" = String, Path, description = "The request", example = "rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The request, granted, or awaiting goods or tickets", body = RefundRequestOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization has no such request", body = web::Problem),
        (status = 409, description = "`refund_exceeds_paid`: so much is not left; `state_conflict`: it was decided", body = web::Problem),
    )
)]
pub(crate) async fn approve_refund(
    State(app): State<App>,
    Path((order, id)): Named,
    acting: Acting,
    request: Idempotent<ApprovalIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let ApprovalIn {} = request.body;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        Ok(refund::approve(order, id, now)?)
    });
    answer::refund_request(StatusCode::OK, done.await?, id)
}

/// Reject a refund
///
/// For the seller, with the scope `orders`; also when goods were to be returned and were not, or
/// not in the state they were sent in.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refund-requests/{request}/reject",
    tag = "refunds",
    request_body = RejectionIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("request" = String, Path, description = "The request", example = "rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The request, rejected", body = RefundRequestOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization has no such request", body = web::Problem),
        (status = 409, description = "`state_conflict`: it was decided", body = web::Problem),
    )
)]
pub(crate) async fn reject_refund(
    State(app): State<App>,
    Path((order, id)): Named,
    acting: Acting,
    request: Idempotent<RejectionIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        Ok(refund::reject(order, id, &request.body.reason, now)?.into())
    });
    answer::refund_request(StatusCode::OK, done.await?, id)
}

/// Withdraw a request for a refund
///
/// For the buyer, until the money is on its way.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refund-requests/{request}/cancel",
    tag = "refunds",
    request_body = WithdrawalIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("request" = String, Path, description = "The request", example = "rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The request, cancelled", body = RefundRequestOut),
        (status = 404, description = "`not_found`: the caller has no such request", body = web::Problem),
        (status = 409, description = "`state_conflict`: it was decided", body = web::Problem),
    )
)]
pub(crate) async fn cancel_refund(
    State(app): State<App>,
    Path((order, id)): Named,
    request: Idempotent<WithdrawalIn>,
) -> Result<Response, ApiError> {
    let WithdrawalIn {} = request.body;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_buyer(&order, &request.caller)?;
        Ok(refund::cancel(order, id, now)?.into())
    });
    answer::refund_request(StatusCode::OK, done.await?, id)
}
