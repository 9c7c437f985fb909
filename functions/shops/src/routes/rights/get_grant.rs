//! `GET /v1/grants/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, Path};

use super::{catalogue_of, grant_out::RightsGrantOut};
use crate::App;

/// See a grant
///
/// For its two parties, with the scope `catalogue`.
#[utoipa::path(
    get,
    path = "/v1/grants/{id}",
    tag = "rights",
    params(("id" = String, Path, description = "The grant", example = "grt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The grant", body = RightsGrantOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_grant(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Grant>>,
) -> Result<Json<RightsGrantOut>, ApiError> {
    let organization = catalogue_of(&acting)?;
    let granted = app.store.grant(id).await?;
    let granted = granted
        .filter(|granted| [granted.holder, granted.grant.licensee].contains(&organization))
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(RightsGrantOut::of(&granted, app.clock.now())))
}
