//! A listing: what a shop offers, and whether it is for sale.
//!
//! `draft → submitted → approved → published → paused → published`; anything but what is removed →
//! `suspended` → back, or `removed`; what is suspended for its rights, its seller publishes again once
//! it has them. `sold_out` is no state: it is what a published listing looks like while its quotas have
//! nothing left. Everything here is pure; each move answers the listing one version on. What sellers
//! change is in `listing/edit.rs`.

mod edit;
#[cfg(test)]
mod tests;

pub(crate) use edit::{ListingEdit, ListingEditError};

use kernel::{Currency, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    attributes::Attributes,
    copies::ConcertCopy,
    country::Country,
    owners::Owners,
    product_type::{Review, Word},
    sku::{Sku, Supply, TicketTerms},
    text::{Prose, Title},
};

/// What a shop offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) id: Id<kind::Listing>,
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) organization: Id<kind::Organization>,
    /// The shop's, and the currency of all prices too.
    pub(crate) region: Country,
    pub(crate) currency: Currency,
    pub(crate) product_type: Word,
    pub(crate) title: Title,
    pub(crate) description: Option<Prose>,
    pub(crate) attributes: Attributes,
    pub(crate) media: Vec<Illustration>,
    pub(crate) skus: Vec<Sku>,
    pub(crate) owners: Owners,
    /// When what is bought is delivered, if not at once.
    pub(crate) released_at: Option<Timestamp>,
    /// When the seller accepted the terms of selling here.
    pub(crate) terms_accepted_at: Option<Timestamp>,
    pub(crate) state: ListingState,
    /// Why and from where it was suspended, while it is; why it was removed, for ever.
    pub(crate) suspension: Option<Suspension>,
    /// Why an operator sent it back last.
    pub(crate) rejection: Option<Prose>,
    /// When it was published first.
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

/// A file that shows a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Illustration {
    pub(crate) purpose: Word,
    pub(crate) media: Id<kind::Media>,
}

/// Whether a listing is for sale.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListingState {
    /// Being prepared.
    Draft,
    /// Waiting for an operator.
    Submitted,
    /// May be published.
    Approved,
    /// For sale.
    Published,
    /// Not for sale for a while.
    Paused,
    /// Taken off the market by an operator, or because its shop does not hold the rights any more.
    Suspended,
    /// Taken down for good.
    Removed,
}

/// Why and from where a listing was suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspension {
    pub(crate) cause: SuspensionCause,
    pub(crate) reason: Option<Prose>,
    /// The state that it comes back to.
    pub(crate) from: ListingState,
}

/// Why a listing was suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SuspensionCause {
    /// Its shop does not hold the rights, or somebody says so.
    Rights,
    /// It breaks the rules of this platform.
    Policy,
}

/// What can be done with a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListingMove {
    /// Ask for approval, which is given at once where the type needs no review.
    Submit(Review),
    /// Let it be published.
    Approve,
    /// Send it back, and say why.
    Reject(Prose),
    /// Sell it. The caller has made sure that it can be sold.
    Publish,
    /// Stop selling it for a while.
    Pause,
    /// Take it off the market.
    Suspend(SuspensionCause, Option<Prose>),
    /// Put it back to where it was. The caller has made sure that it can be sold if that is where.
    Reinstate,
    /// Take it down for good.
    TakeDown,
}

/// Why a listing cannot be moved so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a listing that is {} cannot be {done}", from.as_str())]
pub(crate) struct ListingMoveError {
    pub(crate) from: ListingState,
    pub(crate) done: &'static str,
}

impl Listing {
    /// The listing after a move.
    pub(crate) fn moved(self, step: ListingMove, now: Timestamp) -> Result<Self, ListingMoveError> {
        use ListingState::{Approved, Draft, Paused, Published, Removed, Submitted, Suspended};
        let from = self.state;
        let next = self.next(now);
        let moved = match (from, step) {
            (Draft, ListingMove::Submit(Review::Required)) => next.into_state(Submitted),
            (Draft, ListingMove::Submit(Review::None)) => next.into_state(Approved),
            (Submitted, ListingMove::Approve) => Self {
                rejection: None,
                ..next.into_state(Approved)
            },
            (Submitted, ListingMove::Reject(reason)) => Self {
                rejection: Some(reason),
                ..next.into_state(Draft)
            },
            (Approved | Paused, ListingMove::Publish) => next.into_published(now),
            // What has been suspended for its rights alone is sold again as soon as it has them.
            (Suspended, ListingMove::Publish) if next.may_be_resumed() => Self {
                suspension: None,
                ..next.into_published(now)
            },
            (Published, ListingMove::Pause) => next.into_state(Paused),
            (
                Draft | Submitted | Approved | Published | Paused,
                ListingMove::Suspend(cause, reason),
            ) => Self {
                suspension: Some(Suspension {
                    cause,
                    reason,
                    from,
                }),
                ..next.into_state(Suspended)
            },
            (Suspended, ListingMove::Reinstate) => {
                let state = next.resumes_as();
                Self {
                    suspension: None,
                    ..next.into_state(state)
                }
            }
            (Suspended, ListingMove::TakeDown) => next.into_state(Removed),
            (from, step) => {
                let done = step.done();
                return Err(ListingMoveError { from, done });
            }
        };
        Ok(moved)
    }

    /// The state that a suspended listing comes back to.
    pub(crate) fn resumes_as(&self) -> ListingState {
        let suspension = self.suspension.as_ref();
        suspension.map_or(self.state, |suspension| suspension.from)
    }

    /// Whether its seller may publish it again out of a suspension: not before it was approved, nor
    /// against the rules of this platform. A rights case that is open is in the way by itself.
    fn may_be_resumed(&self) -> bool {
        self.suspension.as_ref().is_some_and(|suspension| {
            let was_sold = [ListingState::Published, ListingState::Paused];
            suspension.cause == SuspensionCause::Rights && was_sold.contains(&suspension.from)
        })
    }

    /// The listing as the copy of a concert wants it, whose tickets it sells; `None` if it is so
    /// already. A concert that does not take place is not sold; days may have changed, and how many
    /// tickets one account may buy. Being a version of the listing, that is told to orders.
    pub(crate) fn following(&self, concert: &ConcertCopy, now: Timestamp) -> Option<Self> {
        let mut followed = self.clone();
        for sku in &mut followed.skus {
            if let Supply::Tickets(tickets) = &mut sku.supply
                && tickets.concert == concert.id
                && let Some(copy) = concert.ticket_quota(tickets.ticket_quota)
            {
                *tickets = TicketTerms::of(concert.id, copy);
            }
        }
        if followed.state == ListingState::Published && !concert.is_published() {
            followed.state = ListingState::Paused;
        }
        (followed != *self).then(|| followed.next(now))
    }

    /// The variant `id`.
    pub(crate) fn sku(&self, id: Id<kind::Sku>) -> Option<&Sku> {
        self.skus.iter().find(|sku| sku.id == id)
    }

    /// The same listing, one version on.
    pub(crate) fn next(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }

    fn into_state(self, state: ListingState) -> Self {
        Self { state, ..self }
    }

    fn into_published(self, now: Timestamp) -> Self {
        Self {
            // Pausing and publishing again brings nothing to the top of the list.
            published_at: self.published_at.or(Some(now)),
            ..self.into_state(ListingState::Published)
        }
    }
}

impl ListingState {
    /// Whether it is for sale, and found.
    pub(crate) fn is_published(self) -> bool {
        self == Self::Published
    }

    /// The state as people read it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }
}

impl ListingMove {
    fn done(&self) -> &'static str {
        match self {
            Self::Submit(_) => "submitted",
            Self::Approve => "approved",
            Self::Reject(_) => "rejected",
            Self::Publish => "published",
            Self::Pause => "paused",
            Self::Suspend(..) => "suspended",
            Self::Reinstate => "reinstated",
            Self::TakeDown => "taken down",
        }
    }
}
