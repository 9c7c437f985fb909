//! `DELETE /v1/partner-links/{id}`

use axum::extract::State;
use http::StatusCode;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Path};

use super::MAX_TRIES;
use crate::{
    App,
    link::{Side, Stage},
    store::SaveLinkError,
};

/// End a link with a partner
///
/// What the partner has granted and issued stays; nothing new of it reaches the account. Ending it
/// twice changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/partner-links/{id}",
    tag = "vouchers",
    params(("id" = String, Path, description = "The link", example = "plk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 204, description = "It has ended"),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::PartnerLink>>,
) -> Result<StatusCode, ApiError> {
    for _ in 0..MAX_TRIES {
        let found = app.store.link(id).await?;
        let own = found.filter(|link| match &link.stage {
            Stage::Linked { pair } | Stage::Unlinked { pair, .. } => pair.account == caller.account,
            Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => false,
        });
        let link = own.ok_or_else(ApiError::not_found)?;
        let version = link.version;
        let link = link.unlinked(Side::Account, app.clock.now())?;
        if link.version == version {
            return Ok(StatusCode::NO_CONTENT);
        }
        match app.store.end_link(&link, None).await {
            Ok(()) => return Ok(StatusCode::NO_CONTENT),
            Err(SaveLinkError::Service(error)) => return Err(error.into()),
            Err(SaveLinkError::Repeated | SaveLinkError::Changed | SaveLinkError::Conflict) => {}
        }
    }
    Err(ApiError::new(Code::Unavailable))
}
