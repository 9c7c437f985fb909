//! Checks an upload, and promotes it or throws it away.
//!
//! Whoever has the form can upload once more until it ends, so the upload itself is never trusted to
//! stay as it is: it is copied to a place that only this check writes, the copy is looked at, and the
//! copy is what is promoted. The check can stop anywhere, run again, and run twice at once: each has a
//! copy of its own, whatever passes has the one hash that was announced, and the first verdict stands.

use kernel::{Event, Id, id::IdError, kind};
use platform::ServiceError;

use crate::{
    App,
    inspect::Inspection,
    media::{Media, Status},
    rejection::Rejection,
    store::SaveError,
};

/// The kind of event that asks for an upload to be checked; its subject is the file.
pub(crate) const CHECK_REQUESTED: &str = "media.check_requested";

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckUploadError {
    /// It asks for something else.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// It names no file.
    #[error("its subject is no file: {0}")]
    Subject(#[from] IdError),
    /// The file that it names was never completed.
    #[error("no check of {0} was asked for")]
    Unknown(Id<kind::Media>),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what one message asks for.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), CheckUploadError> {
    if event.kind != CHECK_REQUESTED {
        return Err(CheckUploadError::OtherKind(event.kind));
    }
    let id = event.subject.parse()?;
    let media = app.store.media(id).await?;
    let media = media.ok_or(CheckUploadError::Unknown(id))?;
    let media = match media.status {
        Status::AwaitingUpload => return Err(CheckUploadError::Unknown(id)),
        Status::Checking => check(app, &media).await?,
        Status::Ready | Status::Rejected => media,
    };
    clear(app, &media).await?;
    Ok(())
}

/// Gives the verdict on a file and answers the file as it stands then.
async fn check(app: &App, media: &Media) -> Result<Media, CheckUploadError> {
    let verdict = examine(app, media).await?;
    let judged = media.judged(verdict, app.clock.now());
    match app.store.save(media, &judged).await {
        Ok(()) => {
            let reason = verdict.err().map(|rejection| rejection.to_string());
            tracing::info!(media = %media.id, reason, "an upload was checked");
            Ok(judged)
        }
        // Another check was faster; its verdict stands.
        Err(SaveError::Changed) => {
            let media = app.store.media(judged.id).await?;
            Ok(media.ok_or(CheckUploadError::Unknown(judged.id))?)
        }
        Err(SaveError::Service(error)) => Err(error.into()),
    }
}

/// Looks at what was uploaded; what passes is in its clean place afterwards.
async fn examine(app: &App, media: &Media) -> Result<Result<(), Rejection>, ServiceError> {
    let uploaded = media.upload_key();
    let size_bytes = match app.bucket.head(&uploaded).await? {
        None => return Ok(Err(Rejection::NothingUploaded)),
        Some(head) => head.size_bytes,
    };
    if size_bytes != media.size_bytes {
        return Ok(Err(Rejection::SizeDiffers));
    }
    let held = media.held_key(&Id::<kind::Media>::generate(&app.clock).to_string());
    let content_type = media.format.content_type();
    app.bucket.copy(&uploaded, &held, content_type).await?;
    let verdict = inspect(app, media, &held).await?;
    if verdict.is_ok() {
        let clean = media.clean_key();
        app.bucket.copy(&held, &clean, content_type).await?;
    }
    app.bucket.delete(&held).await?;
    Ok(verdict)
}

async fn inspect(
    app: &App,
    media: &Media,
    key: &str,
) -> Result<Result<(), Rejection>, ServiceError> {
    let Some(mut reading) = app.bucket.read(key).await? else {
        return Ok(Err(Rejection::NothingUploaded));
    };
    let mut inspection = Inspection::of(media.promise());
    while let Some(piece) = reading.next().await? {
        if let Err(rejection) = inspection.see(&piece) {
            return Ok(Err(rejection));
        }
    }
    Ok(inspection.finish())
}

/// Removes what nobody shall find any more. Also when the verdict is old: an earlier try may have
/// stopped right before this, or a slower one have promoted what was rejected.
async fn clear(app: &App, media: &Media) -> Result<(), ServiceError> {
    if media.status == Status::Rejected {
        app.bucket.delete(&media.clean_key()).await?;
    }
    app.bucket.delete(&media.upload_key()).await
}
