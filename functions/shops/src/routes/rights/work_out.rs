//! How a work is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rights::{Work, Writer};

/// A work, as everybody who is signed in sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkOut {
    /// Names the work.
    #[schema(value_type = String, example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Work>,
    /// Who registered it and holds the rights.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    holder: Id<kind::Organization>,
    /// What it is called.
    #[schema(example = "Night Ferry")]
    title: String,
    /// Who wrote it.
    writers: Vec<Writer>,
    /// Its International Standard Musical Work Code, if it has one.
    #[schema(example = "T-034.524.680-1")]
    iswc: Option<String>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    registered_at: Timestamp,
}

impl From<&Work> for WorkOut {
    fn from(work: &Work) -> Self {
        Self {
            id: work.id,
            holder: work.holder,
            title: work.title.to_string(),
            writers: work.writers.clone(),
            iswc: work.iswc.map(|iswc| iswc.to_string()),
            registered_at: work.registered_at,
        }
    }
}
