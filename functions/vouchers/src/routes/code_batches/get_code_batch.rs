//! `GET /v1/code-batches/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Operator, Path};

use super::code_batch_out::CodeBatchOut;
use crate::App;

/// See where a batch of codes stands
///
/// For operators.
#[utoipa::path(
    get,
    path = "/v1/code-batches/{id}",
    tag = "vouchers",
    params(("id" = String, Path, description = "The batch", example = "cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The batch", body = CodeBatchOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_code_batch(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::CodeBatch>>,
) -> Result<Json<CodeBatchOut>, ApiError> {
    let batch = app.store.batch(id).await?;
    let batch = batch.ok_or_else(ApiError::not_found)?;
    Ok(Json(CodeBatchOut::of(&batch)))
}
