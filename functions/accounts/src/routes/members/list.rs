//! `GET /v1/organizations/{id}/members`

use axum::extract::State;
use web::{ApiError, Json, List, Paging, PagingParams};

use super::member_out::MemberOut;
use crate::{App, routes::standing::AsMember};

/// List the members of an organization
///
/// For its members.
#[utoipa::path(
    get,
    path = "/v1/organizations/{id}/members",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of members", body = List<MemberOut>),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
    )
)]
pub(crate) async fn list_members(
    State(app): State<App>,
    AsMember { organization, .. }: AsMember,
    paging: Paging,
) -> Result<Json<List<MemberOut>>, ApiError> {
    let page = app
        .store
        .members(organization.id, paging.start()?, paging.limit)
        .await?;
    let last = page.items.last().map(|last| last.account.to_string());
    let next = last.filter(|_| page.has_more);
    let items = page.items.iter().map(MemberOut::from).collect();
    Ok(Json(List::new(items, next.as_deref())))
}
