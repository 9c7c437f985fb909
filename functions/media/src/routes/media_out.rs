//! How a file is shown.

use std::{collections::BTreeMap, time::Duration};

use kernel::{Id, Timestamp, kind};
use platform::Upload;
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    App,
    format::Purpose,
    media::{FORM_HOLDS, Media, State},
    rejection::Rejection,
};

/// How long a link for looking at one's own file holds.
const LINK_HOLDS: Duration = Duration::from_secs(5 * 60);

/// A file of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MediaOut {
    /// Names the file.
    #[schema(value_type = String, example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Media>,
    /// Whose it is.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Id<kind::Organization>,
    /// Who announced it.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    uploaded_by: Id<kind::Account>,
    /// What for.
    purpose: Purpose,
    /// What it is called when it is saved.
    #[schema(example = "cover.png")]
    file_name: String,
    /// What it is.
    #[schema(example = "image/png")]
    content_type: &'static str,
    /// How many bytes it has.
    #[schema(example = 48213)]
    size_bytes: u64,
    /// Its hash, 64 hexadecimal digits.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    sha256: String,
    /// How it stands.
    state: State,
    /// What was wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Rejection>,
    /// The form to upload it with, while it is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<MediaUploadOut>,
    /// Where it can be fetched for the next five minutes, once it is ready; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    download_url: Option<String>,
    /// When it was announced.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Counts its changes.
    #[schema(example = 1)]
    version: u64,
}

/// A form for one file: `POST` it as `multipart/form-data`, the fields first and the file last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MediaUploadOut {
    /// Where to send it.
    url: String,
    /// The fields, to be sent exactly so.
    fields: BTreeMap<String, String>,
    /// What the file's own field is called.
    #[schema(example = "file")]
    file_field: &'static str,
    /// For how many seconds the form can be used.
    #[schema(example = 300)]
    expires_in: u64,
}

impl MediaOut {
    /// A file as it stands now.
    pub(super) fn of(app: &App, media: &Media) -> Self {
        Self {
            id: media.id,
            organization: media.organization,
            uploaded_by: media.uploaded_by,
            purpose: media.purpose,
            file_name: media.file_name.as_str().to_owned(),
            content_type: media.format.content_type(),
            size_bytes: media.size_bytes,
            sha256: media.sha256.to_string(),
            state: media.state_at(app.clock.now()),
            reason: media.rejection,
            upload: None,
            download_url: None,
            created_at: media.created_at,
            updated_at: media.updated_at,
            version: media.version,
        }
    }

    /// The same, with the form to upload it if it is awaited.
    pub(super) fn with_upload(app: &App, media: &Media) -> Result<Self, ApiError> {
        let mut out = Self::of(app, media);
        if out.state == State::AwaitingUpload {
            let form = app.bucket.presign_post(&Upload {
                key: &media.upload_key(),
                content_type: media.format.content_type(),
                content_length: media.size_bytes,
                valid_for: FORM_HOLDS,
            })?;
            out.upload = Some(MediaUploadOut {
                url: form.url,
                fields: form.fields,
                file_field: "file",
                expires_in: FORM_HOLDS.as_secs(),
            });
        }
        Ok(out)
    }

    /// The same, with a link to fetch it if it is ready.
    pub(super) fn with_download(app: &App, media: &Media) -> Result<Self, ApiError> {
        let mut out = Self::of(app, media);
        if out.state == State::Ready {
            let key = media.clean_key();
            let (name, content_type) = (media.file_name.as_str(), media.format.content_type());
            let link = app
                .bucket
                .presign_get(&key, name, content_type, LINK_HOLDS)?;
            out.download_url = Some(link);
        }
        Ok(out)
    }
}
