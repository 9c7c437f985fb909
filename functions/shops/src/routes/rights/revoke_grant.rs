//! `POST /v1/grants/{id}/revoke`

use std::time::Duration;

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, Json, Path, fields::if_present};

use super::{catalogue_of, grant_out::RightsGrantOut};
use crate::{
    App,
    rights::{GrantState, Granted, RevokeError},
    store::SaveRightsError,
};

/// When a grant is to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationIn {
    /// From when on it holds no more; absent, or in the past, if from now on.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, format = DateTime, required = false)]
    effective_at: Option<Timestamp>,
}

/// How often the rights are looked at that change meanwhile.
const MAX_TRIES: u32 = 8;
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Revoke a grant
///
/// For the organization that made it, with the scope `catalogue`. From then on its licensee's
/// listings are suspended unless they have the right in another way; what buyers have bought stays
/// theirs. A revocation can come sooner than was said, but is not taken back.
#[utoipa::path(
    post,
    path = "/v1/grants/{id}/revoke",
    tag = "rights",
    request_body = RevocationIn,
    params(("id" = String, Path, description = "The grant", example = "grt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The grant as it is now; the same if it is revoked so already", body = RightsGrantOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such grant, or it is another's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is over, or revoked from an earlier time on", body = web::Problem),
    )
)]
pub(crate) async fn revoke_grant(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Grant>>,
    Json(wanted): Json<RevocationIn>,
) -> Result<Json<RightsGrantOut>, ApiError> {
    let holder = catalogue_of(&acting)?;
    for _ in 0..MAX_TRIES {
        let granted = app.store.grant(id).await?;
        let granted = granted.filter(|granted| granted.holder == holder);
        let granted = granted.ok_or_else(ApiError::not_found)?;
        match revoke(&app, &granted, wanted.effective_at).await? {
            Some(grant) => return Ok(Json(RightsGrantOut::of(&grant, app.clock.now()))),
            None => continue,
        }
    }
    Err(ApiError::new(Code::Unavailable).retry_after(TRY_AGAIN_AFTER))
}

/// The grant as it is revoked; `None` if the rights changed meanwhile.
async fn revoke(
    app: &App,
    granted: &Granted,
    effective_at: Option<Timestamp>,
) -> Result<Option<Granted>, ApiError> {
    let now = app.clock.now();
    if granted.grant.state(now) == GrantState::Revoked {
        return Ok(Some(granted.clone()));
    }
    let rights = app.store.rights_of(granted.subject).await?;
    let rights = rights.ok_or_else(|| ApiError::internal("a grant of nothing"))?;
    let revoked = rights.revoked(granted.grant.id, effective_at.unwrap_or(now), now);
    let Some((next, grant)) = revoked.map_err(refusal)? else {
        return Ok(Some(granted.clone()));
    };
    match app.store.commit_revocation(&next, &grant).await {
        Ok(()) => Ok(Some(Granted {
            grant,
            ..granted.clone()
        })),
        Err(SaveRightsError::Changed | SaveRightsError::Repeated) => Ok(None),
        Err(SaveRightsError::Service(error)) => Err(error.into()),
    }
}

fn refusal(error: RevokeError) -> ApiError {
    match error {
        RevokeError::Over | RevokeError::Earlier => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
    }
}
