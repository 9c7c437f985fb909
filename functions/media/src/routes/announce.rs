//! `POST /v1/media`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, Idempotent, Json, RequestKey, fields::parsed, replayed};

use super::{media_out::MediaOut, sight::require_uploader};
use crate::{
    App,
    file_name::FileName,
    format::{Format, Purpose},
    media::{AnnounceError, Announcement, Media},
    sha256::Sha256,
    store,
};

/// A file that is to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaIn {
    /// What for.
    purpose: Purpose,
    /// What it is called; its ending belongs to the content type.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "cover.png", min_length = 1, max_length = 150)]
    file_name: FileName,
    /// What it is.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "image/png")]
    content_type: Format,
    /// How many bytes it has, exactly.
    #[schema(example = 48213, minimum = 1)]
    size_bytes: u64,
    /// Its hash, 64 hexadecimal digits in small letters.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", pattern = "^[0-9a-f]{64}$")]
    sha256: Sha256,
}

/// What is remembered of a request: which file it announced.
#[derive(Serialize, Deserialize)]
struct Done {
    media: Id<kind::Media>,
}

/// Announce an upload
///
/// The answer has a form that takes this one file within five minutes; with the same `Idempotency-Key`
/// one gets a fresh one. Then complete it at `POST /v1/media/{id}/complete`, within two hours. For tokens
/// that act for an organization with the scope `catalogue`; for documents `organization` will do.
#[utoipa::path(
    post,
    path = "/v1/media",
    tag = "media",
    request_body = MediaIn,
    params(("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters")),
    responses(
        (status = 201, description = "The file, awaited; `Location` is where it is", body = MediaOut),
        (status = 403, description = "`organization_required`: the token acts for no organization; `forbidden`: it lacks the scope", body = web::Problem),
        (status = 422, description = "`validation_failed`: such a file is not taken; `idempotency_key_reused`: for another request", body = web::Problem),
        (status = 429, description = "`rate_limited`: the organization has announced 2,000 files today", body = web::Problem),
    )
)]
pub(crate) async fn announce_media(
    State(app): State<App>,
    request: Idempotent<MediaIn>,
) -> Result<Response, ApiError> {
    let acting = Acting::of(&request.caller)?;
    require_uploader(&acting, request.body.purpose)?;
    if let Some(answer) = repeat(&app, &acting, &request.key).await? {
        return Ok(answer);
    }
    let announcement = Announcement::from(request.body);
    announcement.check().map_err(refusal)?;
    app.limits.announce(acting.organization).await?;
    let media = Media::announced(
        request.key.derive("media"),
        acting.organization,
        acting.caller.account,
        announcement,
        app.clock.now(),
    );
    let record = app
        .requests
        .record(&request.key, &Done { media: media.id })?;
    match app.store.announce(&media, record).await {
        Ok(()) => answer(&app, &media),
        Err(store::AnnounceError::Repeated) => repeat(&app, &acting, &request.key)
            .await?
            .ok_or_else(|| ApiError::internal("a request that was done has no record")),
        Err(store::AnnounceError::Service(error)) => Err(error.into()),
    }
}

/// The file that the request announced before, if it did. A caller acts for several organizations and
/// may use one key for each: that is another request.
async fn repeat(
    app: &App,
    acting: &Acting,
    key: &RequestKey,
) -> Result<Option<Response>, ApiError> {
    let Some(done) = app.requests.find::<Done>(key).await? else {
        return Ok(None);
    };
    let media = app.store.media(done.media).await?;
    let media = media.ok_or_else(|| ApiError::internal("an announced file is not there"))?;
    if media.organization != acting.organization {
        return Err(ApiError::new(Code::IdempotencyKeyReused));
    }
    Ok(Some(replayed(answer(app, &media)?)))
}

fn answer(app: &App, media: &Media) -> Result<Response, ApiError> {
    let location = format!("/v1/media/{}", media.id);
    let out = MediaOut::with_upload(app, media)?;
    Ok(([(header::LOCATION, location)], Json(out).created()).into_response())
}

fn refusal(error: AnnounceError) -> ApiError {
    let pointer = match error {
        AnnounceError::Format => "/content_type",
        AnnounceError::FileName => "/file_name",
        AnnounceError::Size { .. } => "/size_bytes",
    };
    ApiError::field(pointer, error.to_string())
}

impl From<MediaIn> for Announcement {
    fn from(input: MediaIn) -> Self {
        Self {
            purpose: input.purpose,
            file_name: input.file_name,
            format: input.content_type,
            size_bytes: input.size_bytes,
            sha256: input.sha256,
        }
    }
}
