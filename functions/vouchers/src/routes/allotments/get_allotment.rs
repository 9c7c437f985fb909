//! `GET /v1/allotments/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, Path};

use super::{allotment_out::AllotmentOut, offer_allotment::SCOPE};
use crate::{App, allotment::Allotment};

/// See one of one's allotments
#[utoipa::path(
    get,
    path = "/v1/allotments/{id}",
    tag = "partner grants",
    params(("id" = String, Path, description = "The allotment", example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The allotment", body = AllotmentOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such allotment, or it is another organization's", body = web::Problem),
    )
)]
pub(crate) async fn get_allotment(
    State(app): State<App>,
    Path(id): Path<Id<kind::Allotment>>,
    acting: Acting,
) -> Result<Json<AllotmentOut>, ApiError> {
    let allotment = own(&app, &acting, id).await?;
    Ok(Json(AllotmentOut::from(&allotment)))
}

/// The allotment `id` of the organization that is acted for.
pub(super) async fn own(
    app: &App,
    acting: &Acting,
    id: Id<kind::Allotment>,
) -> Result<Allotment, ApiError> {
    acting.require(SCOPE)?;
    let allotment = app.store.allotment(id).await?;
    allotment
        .filter(|allotment| allotment.organization == acting.organization)
        .ok_or_else(ApiError::not_found)
}
