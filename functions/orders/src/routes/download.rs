//! `POST /v1/entitlements/{id}/downloads`

use std::time::Duration;

use axum::{extract::State, response::Response};
use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, Limit, Path};

use crate::App;

/// How long a link works: long enough to begin a download, too short to be passed around.
const LINK_VALID_S: u32 = 300;

/// How many links one entitlement gives out in a day: enough for every device one has.
const LINKS: Limit = Limit {
    name: "download",
    max: 100,
    window_s: 86_400,
};

/// What to download.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownloadIn {
    /// Which of the entitlement's files.
    #[schema(value_type = String, example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    media: Id<kind::Media>,
}

/// Where to download it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DownloadOut {
    /// `GET` it, without any header of ours.
    url: String,
    /// How the file is called.
    #[schema(example = "first-light.flac")]
    file_name: String,
    /// What it is.
    #[schema(example = "audio/flac")]
    content_type: String,
    /// How large it is, in bytes.
    #[schema(example = 31_457_280)]
    size_bytes: u64,
    /// Until when a download can begin.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Download a file
///
/// Gives out a link that works for five minutes. A file can be downloaded again, as often as 100
/// times a day.
#[utoipa::path(
    post,
    path = "/v1/entitlements/{id}/downloads",
    tag = "downloads",
    request_body = DownloadIn,
    params(("id" = String, Path, description = "The entitlement", example = "etl_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The link", body = DownloadOut),
        (status = 404, description = "`not_found`: the caller has no such entitlement", body = web::Problem),
        (status = 410, description = "`gone`: the money went back", body = web::Problem),
        (status = 429, description = "`rate_limited`", body = web::Problem),
    )
)]
pub(crate) async fn download(
    State(app): State<App>,
    Path(id): Path<Id<kind::Entitlement>>,
    caller: Caller,
    Json(body): Json<DownloadIn>,
) -> Result<Response, ApiError> {
    let entitlement = app.store.entitlement(caller.account, id).await?;
    let entitlement = entitlement.ok_or_else(ApiError::not_found)?;
    let file = entitlement.file(body.media);
    let file = file.ok_or_else(|| ApiError::field("/media", "it is none of the files"))?;
    if entitlement.revoked_at.is_some() {
        return Err(ApiError::new(Code::Gone));
    }
    let _counted = app.limits.require(&LINKS, &id.to_string()).await?;
    if !app.store.count_download(&entitlement).await? {
        return Err(ApiError::new(Code::Gone));
    }
    let valid_for = Duration::from_secs(LINK_VALID_S.into());
    let name = (&file.file_name, &file.content_type);
    let url = app
        .media_bucket
        .presign_get(&file.key, name.0, name.1, valid_for)?;
    let lasts = SignedDuration::from_secs(LINK_VALID_S.into());
    let out = DownloadOut {
        url,
        file_name: file.file_name.clone(),
        content_type: file.content_type.clone(),
        size_bytes: file.size_bytes,
        expires_at: app.clock.now().checked_add(lasts).unwrap_or(Timestamp::MAX),
    };
    Ok(Json(out).created())
}
