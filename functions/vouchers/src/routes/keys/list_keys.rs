//! `GET /v1/partners/{id}/keys`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, List, Operator, Path};

use super::key_out::PartnerKeyOut;
use crate::App;

/// List a partner's keys
///
/// For operators. Oldest first; never with a secret. Keys that have ended are shown until the
/// partner gets a new one.
#[utoipa::path(
    get,
    path = "/v1/partners/{id}/keys",
    tag = "vouchers",
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "All of them, on one page", body = List<PartnerKeyOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn list_keys(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Json<List<PartnerKeyOut>>, ApiError> {
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    let keys = partner.keys.iter().map(PartnerKeyOut::from).collect();
    Ok(Json(List::new(keys, None)))
}
