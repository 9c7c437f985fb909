//! How a recording is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rights::{Isrc, Recording};

/// A recording, as everybody who is signed in sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordingOut {
    /// Names the recording.
    #[schema(value_type = String, example = "rcd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Recording>,
    /// Who registered it and holds the rights.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    holder: Id<kind::Organization>,
    /// What is played.
    #[schema(value_type = String, example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    work: Id<kind::Work>,
    /// What it is called.
    #[schema(example = "Night Ferry (Live)")]
    title: String,
    /// Who plays.
    artists: Vec<String>,
    /// How long it lasts.
    #[schema(example = 215_000)]
    duration_ms: u32,
    /// Its International Standard Recording Code, if it has one.
    #[schema(example = "USRC17607839")]
    isrc: Option<String>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    registered_at: Timestamp,
}

impl From<&Recording> for RecordingOut {
    fn from(recording: &Recording) -> Self {
        Self {
            id: recording.id,
            holder: recording.holder,
            work: recording.work,
            title: recording.title.to_string(),
            artists: recording.artists.iter().map(ToString::to_string).collect(),
            duration_ms: recording.play_time.as_ms(),
            isrc: recording.isrc.as_ref().map(Isrc::to_string),
            registered_at: recording.registered_at,
        }
    }
}
