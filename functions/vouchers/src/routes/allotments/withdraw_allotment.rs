//! `POST /v1/allotments/{id}/withdraw`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, Path};

use super::{allotment_out::AllotmentOut, get_allotment::own};
use crate::{App, allotment::Move, granting::move_allotment};

/// Take an offered allotment back
///
/// The tickets are in the public quota again. An allotment that the partner has accepted stays.
#[utoipa::path(
    post,
    path = "/v1/allotments/{id}/withdraw",
    tag = "partner grants",
    params(("id" = String, Path, description = "The allotment", example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The allotment, withdrawn now or before", body = AllotmentOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such allotment, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: the partner has answered, or its time is over", body = web::Problem),
    )
)]
pub(crate) async fn withdraw_allotment(
    State(app): State<App>,
    Path(id): Path<Id<kind::Allotment>>,
    acting: Acting,
) -> Result<Json<AllotmentOut>, ApiError> {
    own(&app, &acting, id).await?;
    let moved = move_allotment(&app, id, Move::Withdraw, None).await?;
    Ok(Json(AllotmentOut::from(&moved.thing)))
}
