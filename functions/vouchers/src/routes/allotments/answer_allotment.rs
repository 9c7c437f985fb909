//! `POST /v1/partner-hooks/{partner}/allotments/{id}/accept` and `…/decline`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Path, replayed};

use super::allotment_out::AllotmentOut;
use crate::{
    App,
    allotment::Move,
    granting::{MoveError, move_allotment},
    member::TransactionId,
    partner_key::Scope,
    signed::Signed,
};

/// A partner's answer to an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllotmentAnswerIn {
    /// How the partner calls this transaction; 1 to 64 visible characters.
    #[schema(value_type = String, example = "allotment-7", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
}

/// Accept an allotment
///
/// For the partner that it is offered to: from now on it can grant tickets of it.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/allotments/{id}/accept",
    tag = "partner hooks",
    request_body = AllotmentAnswerIn,
    params(
        ("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("id" = String, Path, description = "The allotment", example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The allotment, open", body = AllotmentOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 404, description = "`not_found`: the partner has no such allotment", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is over; `transaction_conflict`", body = web::Problem),
    )
)]
pub(crate) async fn accept_allotment(
    State(app): State<App>,
    path: Path<(Id<kind::Partner>, Id<kind::Allotment>)>,
    signed: Signed<AllotmentAnswerIn>,
) -> Result<Response, ApiError> {
    let Path((_, id)) = path;
    answer(&app, id, signed, "allotment.accept", Move::Accept).await
}

/// Decline an allotment
///
/// For the partner that it is offered to: its tickets are in the public quota again.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/allotments/{id}/decline",
    tag = "partner hooks",
    request_body = AllotmentAnswerIn,
    params(
        ("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("id" = String, Path, description = "The allotment", example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The allotment, declined", body = AllotmentOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 404, description = "`not_found`: the partner has no such allotment", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is accepted, or over; `transaction_conflict`", body = web::Problem),
    )
)]
pub(crate) async fn decline_allotment(
    State(app): State<App>,
    path: Path<(Id<kind::Partner>, Id<kind::Allotment>)>,
    signed: Signed<AllotmentAnswerIn>,
) -> Result<Response, ApiError> {
    let Path((_, id)) = path;
    answer(&app, id, signed, "allotment.decline", Move::Decline).await
}

async fn answer(
    app: &App,
    id: Id<kind::Allotment>,
    signed: Signed<AllotmentAnswerIn>,
    operation: &'static str,
    what: Move,
) -> Result<Response, ApiError> {
    signed.require(Scope::Allotments)?;
    let allotment = app.store.allotment(id).await?;
    allotment
        .filter(|allotment| allotment.partner == signed.partner.id)
        .ok_or_else(ApiError::not_found)?;
    let transaction = signed.transaction(operation, &signed.body.transaction_id);
    let done_before = async || -> Result<Option<Response>, ApiError> {
        let Some(recorded) = app.store.recorded(&transaction).await? else {
            return Ok(None);
        };
        let allotment = app.store.allotment(recorded.of_same()?).await?;
        let allotment = allotment.ok_or_else(ApiError::not_found)?;
        Ok(Some(replayed(Json(AllotmentOut::from(&allotment)))))
    };
    if let Some(answer) = done_before().await? {
        return Ok(answer);
    }
    match move_allotment(app, id, what, Some(&transaction)).await {
        Ok(moved) => {
            if !moved.is_new {
                app.store.remember(&transaction, id).await?;
            }
            Ok(Json(AllotmentOut::from(&moved.thing)).into_response())
        }
        // What refuses us may be what our own twin has just done: then the answer is the twin's.
        Err(error @ (MoveError::Repeated | MoveError::Refused(_))) => match done_before().await? {
            Some(answer) => Ok(answer),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}
