//! Who may see and touch which file.

use kernel::{Id, kind};
use web::{Acting, ApiError, Caller};

use crate::{App, format::Purpose, media::Media};

/// The scope of whoever may see all papers of an organization.
const ORGANIZATION: &str = "organization";
const CATALOGUE: &str = "catalogue";

/// The file `id`, as far as it exists for `caller`.
pub(super) async fn seen(
    app: &App,
    caller: &Caller,
    id: Id<kind::Media>,
) -> Result<Media, ApiError> {
    let media = app.store.media(id).await?;
    let media = media.ok_or_else(ApiError::not_found)?;
    if caller.has("operator") {
        return Ok(media);
    }
    let acting = Acting::of(caller)?;
    if may_see(&acting, &media) {
        Ok(media)
    } else {
        Err(ApiError::not_found())
    }
}

/// Whether whoever acts may see `media`. Papers are seen by those who speak for the organization, and by
/// whoever brought them: the proof of somebody's identity is no business of an editor's.
pub(super) fn may_see(acting: &Acting, media: &Media) -> bool {
    if media.organization != acting.organization {
        return false;
    }
    match media.purpose {
        Purpose::Image | Purpose::Audio | Purpose::Archive => acting.caller.has(CATALOGUE),
        Purpose::Document => {
            acting.caller.has(ORGANIZATION)
                || acting.caller.has(CATALOGUE) && media.uploaded_by == acting.caller.account
        }
    }
}

/// Refuses whoever may not upload for `purpose`.
pub(super) fn require_uploader(acting: &Acting, purpose: Purpose) -> Result<(), ApiError> {
    let scopes = purpose.scopes();
    if scopes.iter().any(|scope| acting.caller.has(scope)) {
        return Ok(());
    }
    acting.require(CATALOGUE)
}
