//! `GET /v1/organizations/{id}/invitations`

use axum::extract::State;
use web::{ApiError, Json, List, Paging, PagingParams};

use super::invitation_out::InvitationOut;
use crate::{App, routes::standing::AsManager};

/// List the invitations of an organization
///
/// Those that are open. For owners and managers.
#[utoipa::path(
    get,
    path = "/v1/organizations/{id}/invitations",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of invitations", body = List<InvitationOut>),
        (status = 403, description = "`forbidden`: the caller is neither owner nor manager", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
    )
)]
pub(crate) async fn list_invitations(
    State(app): State<App>,
    AsManager { organization, .. }: AsManager,
    paging: Paging,
) -> Result<Json<List<InvitationOut>>, ApiError> {
    let page = app
        .store
        .invitations(organization.id, paging.start()?, paging.limit)
        .await?;
    let last = page.items.last().map(|last| last.id.to_string());
    let next = last.filter(|_| page.has_more);
    let now = app.clock.now();
    // What has expired stays in the table for a while and is nobody's business any more.
    let open = page
        .items
        .iter()
        .filter(|invitation| invitation.is_open(now));
    let items = open.map(InvitationOut::of);
    let items = items.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(List::new(items, next.as_deref())))
}
