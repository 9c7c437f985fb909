//! `POST /v1/rewards/{id}/code-batches`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Json, Operator, Path, RequestKey, replayed};

use super::code_batch_out::CodeBatchOut;
use crate::{
    App,
    code_batch::CodeBatch,
    code_file::{Promise, PromiseError, Sha256},
    store::CreateBatchError,
};

/// A batch to announce: what its file will be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeBatchIn {
    /// How many codes the file has.
    #[schema(example = 500, minimum = 1, maximum = 50_000)]
    count: u32,
    /// The SHA-256 hash of the file, in hexadecimal digits.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    sha256: Sha256,
    /// How many bytes the file has.
    #[schema(example = 6500, minimum = 1, maximum = 8_388_608)]
    byte_size: u64,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    batch: Id<kind::CodeBatch>,
}

/// Announce a batch of codes
///
/// For operators. The answer says where to upload the file: text, one code a line, with or without
/// the heading `code`. Then ask for the batch to be loaded.
#[utoipa::path(
    post,
    path = "/v1/rewards/{id}/code-batches",
    tag = "vouchers",
    request_body = CodeBatchIn,
    params(
        ("id" = String, Path, description = "The reward", example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The batch. A repeated answer has a new link", body = CodeBatchOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such reward", body = web::Problem),
        (status = 422, description = "`validation_failed`; `idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn create_code_batch(
    State(app): State<App>,
    _: Operator,
    Path(reward): Path<Id<kind::Reward>>,
    request: Idempotent<CodeBatchIn>,
) -> Result<Response, ApiError> {
    if let Some(answer) = repeat(&app, &request.key).await? {
        return Ok(answer);
    }
    let reward = app.store.reward(reward).await?;
    let reward = reward.ok_or_else(ApiError::not_found)?;
    let wanted = request.body;
    let promise = Promise::new(wanted.count, wanted.byte_size, wanted.sha256).map_err(refusal)?;
    let id = request.key.derive("code batch");
    let batch = CodeBatch::announced(id, &reward, promise, app.clock.now());
    let record = app
        .requests
        .record(&request.key, &Done { batch: batch.id })?;
    match app.store.create_batch(&batch, record).await {
        Ok(()) => Ok(Json(CodeBatchOut::with_upload(&app, &batch)?).created()),
        Err(CreateBatchError::Repeated) => repeat(&app, &request.key)
            .await?
            .ok_or_else(|| ApiError::internal("a request that was done has no record")),
        Err(CreateBatchError::Service(error)) => Err(error.into()),
    }
}

/// The batch that the request announced before, if it did.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(done) = app.requests.find::<Done>(key).await? else {
        return Ok(None);
    };
    let batch = app.store.batch(done.batch).await?;
    let batch = batch.ok_or_else(|| ApiError::internal("an announced batch is not there"))?;
    let out = CodeBatchOut::with_upload(app, &batch)?;
    Ok(Some(replayed(Json(out).created())))
}

fn refusal(error: PromiseError) -> ApiError {
    let pointer = match error {
        PromiseError::Count => "/count",
        PromiseError::ByteSize => "/byte_size",
    };
    ApiError::field(pointer, error.to_string())
}
