//! `POST /v1/orders/{id}/refunds/{refund}/retry`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Operator, Path};

use super::{answer, order_out::OrderOut};
use crate::{App, refund};

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryIn {}

/// Try a failed refund again
///
/// For operators: the provider has said for good that it does not pay a refund, which is owed all the
/// same. It is tried under another id, once.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refunds/{refund}/retry",
    tag = "refunds",
    request_body = RetryIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("refund" = String, Path, description = "The refund", example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The order, with the new refund", body = OrderOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such refund", body = web::Problem),
        (status = 409, description = "`state_conflict`: it did not fail, or was tried again", body = web::Problem),
    )
)]
pub(crate) async fn retry_refund(
    State(app): State<App>,
    Path((order, id)): Path<(Id<kind::Order>, Id<kind::Refund>)>,
    _: Operator,
    request: Idempotent<RetryIn>,
) -> Result<Response, ApiError> {
    let RetryIn {} = request.body;
    let done = app.change_once(order, &request.key, |order, now| {
        Ok(refund::retry(order, id, now)?.into())
    });
    Ok(answer::order(StatusCode::OK, done.await?))
}
