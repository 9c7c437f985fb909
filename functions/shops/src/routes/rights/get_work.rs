//! `GET /v1/works/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Path};

use super::work_out::WorkOut;
use crate::App;

/// See a work
///
/// For everybody who is signed in: who wants a grant must see of what.
#[utoipa::path(
    get,
    path = "/v1/works/{id}",
    tag = "rights",
    params(("id" = String, Path, description = "The work", example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The work", body = WorkOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_work(
    State(app): State<App>,
    Path(id): Path<Id<kind::Work>>,
) -> Result<Json<WorkOut>, ApiError> {
    let work = app.store.work(id).await?;
    let work = work.ok_or_else(ApiError::not_found)?;
    Ok(Json(WorkOut::from(&work)))
}
