//! Copies of files. A listing takes what it needs of one when it refers to it, so nothing follows.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{App, copies::MediaCopy};

/// What matters of a file that did not pass.
#[derive(Deserialize)]
struct Rejected {
    media: Id<kind::Media>,
    version: u64,
}

/// Keeps a file that is ready.
pub(super) async fn keep(app: &App, event: Event) -> Result<(), ConsumeError> {
    let copy: MediaCopy = serde_json::from_value(event.data)?;
    Ok(app.store.keep_media(copy).await?)
}

/// Forgets a file that was ready and is not any more.
pub(super) async fn reject(app: &App, event: Event) -> Result<(), ConsumeError> {
    let rejected: Rejected = serde_json::from_value(event.data)?;
    let Rejected { media, version } = rejected;
    Ok(app.store.reject_media(media, version).await?)
}
