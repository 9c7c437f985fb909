//! `GET /v1/partners/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Operator, Path};

use super::partner_out::PartnerOut;
use crate::App;

/// Look at a partner
///
/// For operators.
#[utoipa::path(
    get,
    path = "/v1/partners/{id}",
    tag = "vouchers",
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The partner", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_partner(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Json<PartnerOut>, ApiError> {
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    Ok(Json(PartnerOut::from(&partner)))
}
