//! `POST /v1/partners/{id}/go-live`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Operator, Path};

use super::{
    change_partner::{change, shown},
    partner_out::PartnerOut,
};
use crate::App;

/// Take a partner out of the sandbox
///
/// For operators. From now on what it does is worth something, and there is no way back. Its keys stay good; its
/// links, transactions and grants of the sandbox stay there. Asking twice changes nothing.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/go-live",
    tag = "vouchers",
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The partner, live; its version is the `ETag`", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn go_live(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Response, ApiError> {
    let partner = change(&app, id, |partner| Ok::<_, ApiError>(partner.gone_live()));
    Ok(shown(&partner.await?))
}
