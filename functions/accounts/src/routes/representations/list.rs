//! `GET /v1/organizations/{id}/representations`

use axum::extract::State;
use web::{ApiError, Json, List, Paging, PagingParams};

use super::representation_out::RepresentationOut;
use crate::{App, routes::standing::AsMember};

/// List the representations of an organization
///
/// Whichever side it is on, and however they stand; oldest first. For its members.
#[utoipa::path(
    get,
    path = "/v1/organizations/{id}/representations",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of representations", body = List<RepresentationOut>),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
    )
)]
pub(crate) async fn list_representations(
    State(app): State<App>,
    AsMember { organization, .. }: AsMember,
    paging: Paging,
) -> Result<Json<List<RepresentationOut>>, ApiError> {
    let page = app
        .store
        .representations(organization.id, paging.start()?, paging.limit)
        .await?;
    let last = page.items.last().map(|last| last.id.to_string());
    let next = last.filter(|_| page.has_more);
    let now = app.clock.now();
    let items = page
        .items
        .iter()
        .map(|representation| RepresentationOut::at(representation, now))
        .collect();
    Ok(Json(List::new(items, next.as_deref())))
}
