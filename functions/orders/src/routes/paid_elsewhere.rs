//! `POST /v1/orders/{id}/refunds/{refund}/paid-elsewhere`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Operator, Path};

use super::{answer, order_out::OrderOut};
use crate::{
    App,
    refund::{self, PaidElsewhere},
    words::Reference,
};

/// How it was paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaidElsewhereIn {
    /// By what the payment is found, in 1 to 200 characters. The buyer and the seller see it.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "bank transfer 2026-0611-204")]
    reference: Reference,
}

/// Tell that a failed refund was paid elsewhere
///
/// For operators: the provider has said for good that it does not pay a refund, and the buyer has got the
/// money on another way. No money moves by this; the refund counts as paid from then on.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refunds/{refund}/paid-elsewhere",
    tag = "refunds",
    request_body = PaidElsewhereIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("refund" = String, Path, description = "The refund", example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The order, with the refund that is paid", body = OrderOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such refund", body = web::Problem),
        (status = 409, description = "`state_conflict`: it did not fail, or was seen to before", body = web::Problem),
    )
)]
pub(crate) async fn refund_paid_elsewhere(
    State(app): State<App>,
    Path((order, id)): Path<(Id<kind::Order>, Id<kind::Refund>)>,
    operator: Operator,
    request: Idempotent<PaidElsewhereIn>,
) -> Result<Response, ApiError> {
    let paid = PaidElsewhere {
        by: operator.0.account,
        reference: request.body.reference.clone(),
    };
    let done = app.change_once(order, &request.key, |order, now| {
        Ok(refund::paid_elsewhere(order, id, paid.clone(), now)?.into())
    });
    Ok(answer::order(StatusCode::OK, done.await?))
}
