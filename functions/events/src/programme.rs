//! What a concert announces.

use kernel::Region;
use serde::{Deserialize, Serialize};

use crate::{
    text::{Name, Prose},
    times::{Times, TimesEdit, TimesError},
};

/// What, where and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Programme {
    pub(crate) title: Name,
    pub(crate) venue: Name,
    pub(crate) region: Region,
    pub(crate) times: Times,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<Prose>,
}

/// A change of the programme: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) title: Option<Name>,
    pub(crate) venue: Option<Name>,
    pub(crate) region: Option<Region>,
    pub(crate) times: TimesEdit,
    pub(crate) about: Option<Option<Prose>>,
}

impl Programme {
    /// The programme after `edit`.
    pub(crate) fn edited(self, edit: Edit) -> Result<Self, TimesError> {
        Ok(Self {
            title: edit.title.unwrap_or(self.title),
            venue: edit.venue.unwrap_or(self.venue),
            region: edit.region.unwrap_or(self.region),
            times: self.times.edited(edit.times)?,
            about: edit.about.unwrap_or(self.about),
        })
    }
}
