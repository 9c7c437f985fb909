//! `GET /v1/media/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{media_out::MediaOut, sight::seen};
use crate::App;

/// Look at a file
///
/// Once it is ready, with a link to fetch it. For tokens that act for its organization, and for
/// operators. Documents are seen with the scope `organization`, and by whoever announced them.
#[utoipa::path(
    get,
    path = "/v1/media/{id}",
    tag = "media",
    params(("id" = String, Path, description = "The file", example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The file", body = MediaOut),
        (status = 403, description = "`organization_required`: the token acts for no organization", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such file that the caller may see", body = web::Problem),
    )
)]
pub(crate) async fn get_media(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Media>>,
) -> Result<Json<MediaOut>, ApiError> {
    let media = seen(&app, &caller, id).await?;
    MediaOut::with_download(&app, &media).map(Json)
}
