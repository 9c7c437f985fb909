//! `POST /v1/disputes`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent};

use super::{answer, dispute_out::DisputeOut, parties::must_be_buyer};
use crate::{
    App,
    dispute::{self, DisputeReason},
    words::Statement,
};

/// What is wrong with an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisputeIn {
    /// Which order.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    order: Id<kind::Order>,
    /// Why.
    reason: DisputeReason,
    /// What happened: 1 to 2,000 characters.
    #[schema(value_type = String, example = "The parcel was empty.")]
    statement: Statement,
}

/// Dispute an order
///
/// For the buyer of an order that was handed over, or is said to be, until some days after receipt.
/// The seller's money waits for an operator's ruling. With the same `Idempotency-Key` it is disputed
/// once.
#[utoipa::path(
    post,
    path = "/v1/disputes",
    tag = "disputes",
    request_body = DisputeIn,
    params(("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters")),
    responses(
        (status = 201, description = "The dispute", body = DisputeOut),
        (status = 404, description = "`not_found`: the caller bought no such order", body = web::Problem),
        (status = 409, description = "`state_conflict`: it cannot be disputed yet, or any more", body = web::Problem),
    )
)]
pub(crate) async fn open_dispute(
    State(app): State<App>,
    request: Idempotent<DisputeIn>,
) -> Result<Response, ApiError> {
    let DisputeIn {
        order,
        reason,
        statement,
    } = &request.body;
    let done = app.change_once(*order, &request.key, |order, now| {
        must_be_buyer(&order, &request.caller)?;
        let statement = statement.clone();
        Ok(dispute::open(order, *reason, statement, app.periods, now)?.into())
    });
    answer::dispute(StatusCode::CREATED, done.await?)
}
