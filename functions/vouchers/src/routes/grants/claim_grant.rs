//! `POST /v1/partner-grants/{id}/claim`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Path};

use super::{claim_by_code::claim, get_grant::visible, grant_out::PartnerGrantOut};
use crate::{App, granting::Under};

/// Claim what was granted to oneself
///
/// For an account that is linked to the partner's member for whom it was granted; no code is needed.
/// Points are credited at once; tickets follow.
#[utoipa::path(
    post,
    path = "/v1/partner-grants/{id}/claim",
    tag = "partner grants",
    params(("id" = String, Path, description = "The grant", example = "pgr_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The grant, claimed now or before", body = PartnerGrantOut),
        (status = 404, description = "`not_found`: nothing is granted to the caller under this id", body = web::Problem),
        (status = 409, description = "`state_conflict`: the concert does not take place", body = web::Problem),
        (status = 410, description = "`gone`: it was to be claimed before", body = web::Problem),
    )
)]
pub(crate) async fn claim_grant(
    State(app): State<App>,
    Path(id): Path<Id<kind::PartnerGrant>>,
    caller: Caller,
) -> Result<Response, ApiError> {
    visible(&app, id, caller.account).await?;
    let under = Under::Link(caller.account);
    claim(&app, id, caller.account, under).await
}
