//! `POST /v1/disputes/{id}/statements`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Path};

use super::{answer, dispute_out::DisputeOut, parties::side_of};
use crate::{
    App,
    dispute::{self, order_of},
    words::Statement,
};

/// What one side has to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementIn {
    /// What: 1 to 2,000 characters.
    #[schema(value_type = String, example = "We weighed the parcel: 800 grams.")]
    text: Statement,
}

/// Say something in a dispute
///
/// For the buyer and the seller (with the scope `orders`), at most 20 times together, until the
/// ruling. With the same `Idempotency-Key` it is said once.
#[utoipa::path(
    post,
    path = "/v1/disputes/{id}/statements",
    tag = "disputes",
    request_body = StatementIn,
    params(
        ("id" = String, Path, description = "The dispute", example = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The dispute, with the statement", body = DisputeOut),
        (status = 404, description = "`not_found`: the caller has no part in such a dispute", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is over, or everything has been said", body = web::Problem),
    )
)]
pub(crate) async fn add_statement(
    State(app): State<App>,
    Path(dispute): Path<Id<kind::Dispute>>,
    request: Idempotent<StatementIn>,
) -> Result<Response, ApiError> {
    let done = app.change_once(order_of(dispute), &request.key, |order, now| {
        let side = side_of(&order, &request.caller)?;
        let text = request.body.text.clone();
        Ok(dispute::state(order, side, text, now)?.into())
    });
    answer::dispute(StatusCode::CREATED, done.await?)
}
