//! `GET /v1/organizations/in-state/{state}`

use axum::extract::State as AppState;
use web::{ApiError, Json, List, Operator, Paging, PagingParams, Path};

use super::organization_out::OrganizationOut;
use crate::{App, organization::State};

/// List the organizations in one state
///
/// For operators, who find under `submitted` what waits for them; oldest first.
#[utoipa::path(
    get,
    path = "/v1/organizations/in-state/{state}",
    tag = "organizations",
    params(("state" = State, Path, description = "The state"), PagingParams),
    responses(
        (status = 200, description = "A page of organizations with their answers", body = List<OrganizationOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such state", body = web::Problem),
    )
)]
pub(crate) async fn list_organizations_in_state(
    AppState(app): AppState<App>,
    _operator: Operator,
    Path(state): Path<State>,
    paging: Paging,
) -> Result<Json<List<OrganizationOut>>, ApiError> {
    let page = app
        .store
        .organizations_in(state, paging.start()?, paging.limit)
        .await?;
    let last = page.items.last().map(|last| last.id.to_string());
    let next = last.filter(|_| page.has_more);
    let items = page
        .items
        .iter()
        .map(|organization| OrganizationOut::for_operator(&app, organization));
    let items = items.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(List::new(items, next.as_deref())))
}
