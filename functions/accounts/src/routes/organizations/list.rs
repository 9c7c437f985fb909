//! `GET /v1/organizations`

use std::collections::BTreeMap;

use axum::extract::State;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use super::organization_out::OrganizationOut;
use crate::App;

/// List one's organizations
///
/// Those that the caller is a member of, with the role; oldest first.
#[utoipa::path(
    get,
    path = "/v1/organizations",
    tag = "organizations",
    params(PagingParams),
    responses((status = 200, description = "A page of organizations", body = List<OrganizationOut>))
)]
pub(crate) async fn list_organizations(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<OrganizationOut>>, ApiError> {
    let page = app
        .store
        .memberships(caller.account, paging.start()?, paging.limit)
        .await?;
    let last = page.items.last().map(|last| last.organization.to_string());
    let next = last.filter(|_| page.has_more);
    let roles: BTreeMap<_, _> = page
        .items
        .iter()
        .map(|membership| (membership.organization, membership.role))
        .collect();
    let ids = page.items.iter().map(|membership| membership.organization);
    let organizations = app.store.organizations(ids).await?;
    let items = organizations.iter().map(|organization| {
        OrganizationOut::listed(organization, roles.get(&organization.id).copied())
    });
    Ok(Json(List::new(items.collect(), next.as_deref())))
}
