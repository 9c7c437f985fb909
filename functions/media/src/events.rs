//! What this context tells the others.

use kernel::Event;
use platform::{ServiceError, table::Change};
use serde_json::{Value, json};

use crate::{
    keys,
    media::{Media, Status},
    store,
};

/// What `change` means to `shops`: that a file can be used, or never will be.
pub(crate) fn events(change: &Change) -> Result<Vec<Event>, ServiceError> {
    if change.sk.as_deref() != Some(keys::MEDIA_SORT_KEY) {
        return Ok(Vec::new());
    }
    let old = change.old.clone().map(store::media_of).transpose()?;
    let Some(media) = change.new.clone().map(store::media_of).transpose()? else {
        return Ok(Vec::new());
    };
    let was_checking = old.is_some_and(|old| old.status == Status::Checking);
    let kind = match media.status {
        Status::Ready if was_checking => "media.ready",
        Status::Rejected if was_checking => "media.rejected",
        Status::AwaitingUpload | Status::Checking | Status::Ready | Status::Rejected => {
            return Ok(Vec::new());
        }
    };
    let event = Event::derived(
        kind,
        media.id.to_string(),
        media.version,
        media.updated_at,
        told(&media),
    );
    let event = event.map_err(|error| ServiceError::malformed("the event", error))?;
    Ok(vec![event])
}

/// What others are told of a file. What was rejected is nowhere, so it has no key.
fn told(media: &Media) -> Value {
    let is_ready = media.status == Status::Ready;
    json!({
        "media": media.id,
        "organization": media.organization,
        "purpose": media.purpose,
        "key": is_ready.then(|| media.clean_key()),
        "file_name": media.file_name.as_str(),
        "content_type": media.format.content_type(),
        "size_bytes": media.size_bytes,
        "sha256": media.sha256,
        "reason": media.rejection,
        "version": media.version,
    })
}
