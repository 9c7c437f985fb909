//! `GET /v1/media`

use axum::extract::State;
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{media_out::MediaOut, sight::may_see};
use crate::App;

/// List the files of an organization
///
/// Newest first; those that the caller may see, so that a page may be shorter than asked for.
#[utoipa::path(
    get,
    path = "/v1/media",
    tag = "media",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of files", body = List<MediaOut>),
        (status = 403, description = "`organization_required`: the token acts for no organization", body = web::Problem),
    )
)]
pub(crate) async fn list_media(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<MediaOut>>, ApiError> {
    let after = paging.start()?;
    let page = app
        .store
        .media_of_organization(acting.organization, after, paging.limit)
        .await?;
    let next = page.next.map(|next| next.to_string());
    let items = page.items.iter().filter(|media| may_see(&acting, media));
    let items = items.map(|media| MediaOut::of(&app, media)).collect();
    Ok(Json(List::new(items, next.as_deref())))
}
