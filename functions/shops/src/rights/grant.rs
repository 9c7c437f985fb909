//! A grant: the right to use a work or a recording, given by its holder to another organization.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;

use super::{Terms, Window};
use crate::{
    country::Country,
    product_type::{Subject, UseType},
};

/// A grant. It never changes, but that it is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) id: Id<kind::Grant>,
    /// To whom.
    pub(crate) licensee: Id<kind::Organization>,
    pub(crate) terms: Terms,
    /// From when on it holds no more, whatever its terms say.
    pub(crate) revoked_from: Option<Timestamp>,
    pub(crate) granted_at: Timestamp,
}

/// A grant, of what, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) subject: Subject,
    pub(crate) holder: Id<kind::Organization>,
    pub(crate) grant: Grant,
}

/// Where in its time a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RightsGrantState)]
pub(crate) enum GrantState {
    /// Its window has not begun.
    Upcoming,
    /// It holds.
    Live,
    /// Its window is over.
    Ended,
    /// It was revoked, and that has taken effect.
    Revoked,
}

impl Grant {
    /// When it holds: the window of its terms, unless it is revoked before its end.
    pub(crate) fn window(&self) -> Window {
        let window = self.terms.window;
        self.revoked_from.map_or(window, |from| window.cut(from))
    }

    /// Whether it can never hold again.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.window().is_over(now)
    }

    /// Whether it allows this, then and there.
    pub(crate) fn allows(&self, use_type: &UseType, region: Country, at: Timestamp) -> bool {
        self.window().contains(at)
            && self.terms.uses.contains(use_type)
            && self.terms.territories.contains(region)
    }

    /// Whether both cannot be: two parties alone for the same use, in the same country, at the same
    /// moment.
    pub(crate) fn conflicts(&self, other: &Self) -> bool {
        self.terms.exclusive
            && other.terms.exclusive
            && self.licensee != other.licensee
            && self.terms.meet(&other.terms)
            && self.window().overlaps(other.window())
    }

    /// Where in its time it stands.
    pub(crate) fn state(&self, now: Timestamp) -> GrantState {
        // A revocation always comes before the end that the terms had in mind.
        if self.revoked_from.is_some_and(|from| from <= now) {
            GrantState::Revoked
        } else if self.is_over(now) {
            GrantState::Ended
        } else if self.terms.window.from() > now {
            GrantState::Upcoming
        } else {
            GrantState::Live
        }
    }
}
