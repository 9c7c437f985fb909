//! `POST /v1/code-batches/{id}/load`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use kernel::{Event, Id, kind};
use serde_json::json;
use web::{ApiError, Code, Json, Operator, Path};

use super::code_batch_out::CodeBatchOut;
use crate::{
    App,
    code_batch::{CodeBatch, LoadError, LoadStep},
    consume::load_codes::LOAD_REQUESTED,
};

/// Load a batch of codes
///
/// For operators, once the file is uploaded. It is checked as a whole before any code is taken; see
/// the batch for how far it is. Asking twice loads once.
#[utoipa::path(
    post,
    path = "/v1/code-batches/{id}/load",
    tag = "vouchers",
    params(("id" = String, Path, description = "The batch", example = "cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 202, description = "It will be loaded, or is", body = CodeBatchOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: it was rejected", body = web::Problem),
    )
)]
pub(crate) async fn load_code_batch(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::CodeBatch>>,
) -> Result<Response, ApiError> {
    let batch = find(&app, id).await?;
    match batch.load() {
        Ok(LoadStep::Done) => return Ok(accepted(&batch)),
        Ok(LoadStep::Tell) => {}
        Err(error @ LoadError::Rejected) => {
            return Err(ApiError::new(Code::StateConflict).detail(error.to_string()));
        }
    }
    app.store.start_loading(id).await?;
    let subject = id.to_string();
    let event = Event::derived(LOAD_REQUESTED, subject, 1, app.clock.now(), json!({}));
    let event = event.map_err(ApiError::internal)?;
    app.vouchers_queue.send_event(&event).await?;
    Ok(accepted(&find(&app, id).await?))
}

async fn find(app: &App, id: Id<kind::CodeBatch>) -> Result<CodeBatch, ApiError> {
    let batch = app.store.batch(id).await?;
    batch.ok_or_else(ApiError::not_found)
}

fn accepted(batch: &CodeBatch) -> Response {
    (StatusCode::ACCEPTED, Json(CodeBatchOut::of(batch))).into_response()
}
