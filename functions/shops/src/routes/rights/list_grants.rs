//! `GET /v1/works/{id}/grants`, `GET /v1/recordings/{id}/grants`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, List, Paging, PagingParams, Path};

use super::{catalogue_of, grant_out::RightsGrantOut};
use crate::{App, product_type::Subject};

/// List the grants of a work
///
/// With the scope `catalogue`: who registered the work sees all of them, anybody else those to their
/// own organization. Oldest first; those that are over stay in the list. A page may have fewer than
/// there are.
#[utoipa::path(
    get,
    path = "/v1/works/{id}/grants",
    tag = "rights",
    params(
        ("id" = String, Path, description = "The work", example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of grants", body = List<RightsGrantOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn list_grants_of_work(
    State(app): State<App>,
    acting: Acting,
    Path(work): Path<Id<kind::Work>>,
    paging: Paging,
) -> Result<Json<List<RightsGrantOut>>, ApiError> {
    list(&app, &acting, Subject::Work(work), &paging).await
}

/// List the grants of a recording
///
/// With the scope `catalogue`: who registered the recording sees all of them, anybody else those to
/// their own organization. Oldest first; those that are over stay in the list. A page may have fewer
/// than there are.
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}/grants",
    tag = "rights",
    params(
        ("id" = String, Path, description = "The recording", example = "rcd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of grants", body = List<RightsGrantOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn list_grants_of_recording(
    State(app): State<App>,
    acting: Acting,
    Path(recording): Path<Id<kind::Recording>>,
    paging: Paging,
) -> Result<Json<List<RightsGrantOut>>, ApiError> {
    list(&app, &acting, Subject::Recording(recording), &paging).await
}

async fn list(
    app: &App,
    acting: &Acting,
    subject: Subject,
    paging: &Paging,
) -> Result<Json<List<RightsGrantOut>>, ApiError> {
    let organization = catalogue_of(acting)?;
    let after = paging.start()?;
    let rights = app.store.rights_of(subject).await?;
    let rights = rights.ok_or_else(ApiError::not_found)?;
    let page = app.store.grants_of(subject, after, paging.limit).await?;
    let grants = page.items.iter();
    let seen = grants
        .filter(|granted| rights.holder == organization || granted.grant.licensee == organization);
    let items = seen
        .map(|granted| RightsGrantOut::of(granted, app.clock.now()))
        .collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
