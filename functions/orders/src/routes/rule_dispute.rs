//! `POST /v1/disputes/{id}/ruling`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Operator, Path};

use super::{
    answer,
    dispute_out::DisputeOut,
    refund_in::{RefundPartIn, wishes},
};
use crate::{
    App,
    dispute::{self, order_of},
};

/// How a dispute is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "decision")]
pub(crate) enum RulingIn {
    /// The seller keeps all of the money.
    Release {},
    /// So much goes back; the seller keeps the rest.
    Refund {
        /// For what, each line once.
        lines: Vec<RefundPartIn>,
    },
}

/// Rule on a dispute
///
/// For operators. The ruling is final. With the same `Idempotency-Key` it is made once.
#[utoipa::path(
    post,
    path = "/v1/disputes/{id}/ruling",
    tag = "disputes",
    request_body = RulingIn,
    params(
        ("id" = String, Path, description = "The dispute", example = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 200, description = "The dispute, with its ruling", body = DisputeOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such dispute", body = web::Problem),
        (status = 409, description = "`refund_exceeds_paid`: so much is not left; `state_conflict`: it is over", body = web::Problem),
    )
)]
pub(crate) async fn rule_dispute(
    State(app): State<App>,
    Path(dispute): Path<Id<kind::Dispute>>,
    operator: Operator,
    request: Idempotent<RulingIn>,
) -> Result<Response, ApiError> {
    let by = operator.0.account;
    let done = app.change_once(
        order_of(dispute),
        &request.key,
        |order, now| match &request.body {
            RulingIn::Release {} => Ok(dispute::release(order, by, now)?.into()),
            RulingIn::Refund { lines } => {
                let wishes = wishes(&order, lines)?;
                Ok(dispute::refund(order, by, &wishes, now)?)
            }
        },
    );
    answer::dispute(StatusCode::OK, done.await?)
}
