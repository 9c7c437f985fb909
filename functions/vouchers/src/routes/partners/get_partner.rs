//! `GET /v1/partners/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Operator, Path};

use super::{change_partner::shown, partner_out::PartnerOut};
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
        (status = 200, description = "The partner; its version is the `ETag`", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_partner(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Response, ApiError> {
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    Ok(shown(&partner))
}
