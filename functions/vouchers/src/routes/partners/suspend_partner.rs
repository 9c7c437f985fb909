//! `POST /v1/partners/{id}/suspend`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Operator, Path};

use super::{
    change_partner::{change, shown},
    partner_out::PartnerOut,
};
use crate::{App, partner::State as PartnerState};

/// Suspend a partner
///
/// For operators. None of its messages is accepted until it is reinstated; what members hold of it stays as it is.
/// Suspending it twice changes nothing.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/suspend",
    tag = "vouchers",
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The partner, suspended; its version is the `ETag`", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn suspend_partner(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Response, ApiError> {
    let partner = change(&app, id, |partner| {
        Ok::<_, ApiError>(partner.in_state(PartnerState::Suspended))
    });
    Ok(shown(&partner.await?))
}
