//! `GET /v1/partner-grants/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::grant_out::PartnerGrantOut;
use crate::{App, grant::Grant};

/// See one of one's grants
///
/// Those that one has claimed, and those that wait for a member of a partner that one is linked to.
#[utoipa::path(
    get,
    operation_id = "get_partner_grant",
    path = "/v1/partner-grants/{id}",
    tag = "partner grants",
    params(("id" = String, Path, description = "The grant", example = "pgr_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The grant", body = PartnerGrantOut),
        (status = 404, description = "`not_found`: there is no such grant, or it is another's", body = web::Problem),
    )
)]
pub(crate) async fn get_grant(
    State(app): State<App>,
    Path(id): Path<Id<kind::PartnerGrant>>,
    caller: Caller,
) -> Result<Json<PartnerGrantOut>, ApiError> {
    let grant = visible(&app, id, caller.account).await?;
    Ok(Json(PartnerGrantOut::from(&grant)))
}

/// The grant `id`, if the account has claimed it, or nobody has and it is meant for it.
pub(super) async fn visible(
    app: &App,
    id: Id<kind::PartnerGrant>,
    account: Id<kind::Account>,
) -> Result<Grant, ApiError> {
    let grant = app.store.grant(id).await?.ok_or_else(ApiError::not_found)?;
    let is_own = match (&grant.claimed, &grant.member) {
        (Some(claimed), _) => claimed.account == account,
        (None, Some(member)) => {
            let (partner, mode) = (grant.partner.id, grant.mode());
            let linked = app.store.linked_account(partner, mode, member).await?;
            linked == Some(account)
        }
        (None, None) => false,
    };
    if is_own {
        Ok(grant)
    } else {
        Err(ApiError::not_found())
    }
}
