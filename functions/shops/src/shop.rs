//! A shop: whose it is, and whether it sells.
//!
//! `draft → pending_approval → open → on_leave → open`; `open | on_leave → suspended → open |
//! terminated`. Everything here is pure; each move answers the shop one version on.

use kernel::{CommissionRate, Currency, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    copies::OrganizationCopy,
    country::Country,
    text::{Name, Prose, Slug},
};

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shop {
    pub(crate) id: Id<kind::Shop>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) name: Name,
    pub(crate) slug: Option<Slug>,
    pub(crate) region: Country,
    /// In which all its prices are.
    pub(crate) currency: Currency,
    pub(crate) about: Option<Prose>,
    pub(crate) state: ShopState,
    /// Why an operator rejected, suspended or terminated it last.
    pub(crate) reason: Option<Prose>,
    /// What the platform keeps of its sales.
    pub(crate) commission: CommissionRate,
    /// Whether its organization belongs to the house that runs this platform. Shown; counts for
    /// nothing.
    pub(crate) house_owned: bool,
    /// Set while it is suspended for its organization's sake: the state that it comes back to.
    pub(crate) resumes_as: Option<ShopState>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

/// Whether a shop sells.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShopState {
    /// Being prepared; nobody else sees it.
    Draft,
    /// Waiting for an operator.
    PendingApproval,
    /// Selling.
    Open,
    /// Shown, and not selling for a while.
    OnLeave,
    /// Taken off the market, by an operator or with its organization.
    Suspended,
    /// Ended for good.
    Terminated,
}

/// What can be done with a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ShopMove {
    /// Ask for approval.
    Submit,
    /// Let it open.
    Approve,
    /// Send it back, and say why.
    Reject(Prose),
    /// Stop selling for a while.
    Leave,
    /// Sell again.
    Return,
    /// Take it off the market, and say why.
    Suspend(Prose),
    /// Let it sell again.
    Reinstate,
    /// End it, and say why.
    Terminate(Prose),
}

/// Why a shop cannot be moved so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shop that is {} cannot be {done}", from.as_str())]
pub(crate) struct ShopMoveError {
    from: ShopState,
    done: &'static str,
}

/// A change of what a shop says of itself: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShopEdit {
    pub(crate) name: Option<Name>,
    pub(crate) slug: Option<Option<Slug>>,
    pub(crate) region: Option<Country>,
    pub(crate) currency: Option<Currency>,
    pub(crate) about: Option<Option<Prose>>,
}

/// Why a shop cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShopEditError {
    /// Its listings have prices and are found by region.
    #[error("region and currency can be changed in a draft alone")]
    NotDraft,
    /// It has ended.
    #[error("a terminated shop stays as it is")]
    Terminated,
}

impl Shop {
    /// The shop after a move.
    pub(crate) fn moved(self, step: ShopMove, now: Timestamp) -> Result<Self, ShopMoveError> {
        use ShopState::{Draft, OnLeave, Open, PendingApproval, Suspended, Terminated};
        let (state, reason) = match (self.state, step) {
            (Draft, ShopMove::Submit) => (PendingApproval, self.reason.clone()),
            (PendingApproval, ShopMove::Approve) => (Open, None),
            (PendingApproval, ShopMove::Reject(reason)) => (Draft, Some(reason)),
            (Open, ShopMove::Leave) => (OnLeave, None),
            (OnLeave, ShopMove::Return) => (Open, None),
            (Open | OnLeave, ShopMove::Suspend(reason)) => (Suspended, Some(reason)),
            // An operator's own reason outlasts the organization's.
            (Suspended, ShopMove::Suspend(reason)) if self.resumes_as.is_some() => {
                (Suspended, Some(reason))
            }
            // What is suspended with its organization comes back with it and not before.
            (Suspended, ShopMove::Reinstate) if self.resumes_as.is_none() => (Open, None),
            (Suspended, ShopMove::Terminate(reason)) => (Terminated, Some(reason)),
            (from, step) => {
                let done = step.done();
                return Err(ShopMoveError { from, done });
            }
        };
        Ok(Self {
            state,
            reason,
            resumes_as: None,
            ..self.next(now)
        })
    }

    /// The shop after an edit.
    pub(crate) fn edited(self, edit: ShopEdit, now: Timestamp) -> Result<Self, ShopEditError> {
        if self.state == ShopState::Terminated {
            return Err(ShopEditError::Terminated);
        }
        let moves = edit.region.is_some_and(|region| region != self.region)
            || edit.currency.is_some_and(|other| other != self.currency);
        if moves && self.state != ShopState::Draft {
            return Err(ShopEditError::NotDraft);
        }
        let shop = self.next(now);
        Ok(Self {
            name: edit.name.unwrap_or(shop.name),
            slug: edit.slug.unwrap_or(shop.slug),
            region: edit.region.unwrap_or(shop.region),
            currency: edit.currency.unwrap_or(shop.currency),
            about: edit.about.unwrap_or(shop.about),
            ..shop
        })
    }

    /// The shop with another commission, for orders from now on.
    pub(crate) fn with_commission(self, commission: CommissionRate, now: Timestamp) -> Self {
        Self {
            commission,
            ..self.next(now)
        }
    }

    /// The shop as its organization's copy wants it; `None` if it is so already.
    pub(crate) fn following(
        &self,
        organization: &OrganizationCopy,
        now: Timestamp,
    ) -> Option<Self> {
        use ShopState::{OnLeave, Open, Suspended};
        let (state, resumes_as) = match (self.state, self.resumes_as) {
            (Open | OnLeave, _) if !organization.is_approved() => (Suspended, Some(self.state)),
            (Suspended, Some(resumed)) if organization.is_approved() => (resumed, None),
            as_it_is => as_it_is,
        };
        let house_owned = organization.house_owned;
        if (state, house_owned) == (self.state, self.house_owned) {
            return None;
        }
        Some(Self {
            state,
            resumes_as,
            house_owned,
            ..self.clone().next(now)
        })
    }

    fn next(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

impl ShopState {
    /// Whether anybody may look at it.
    pub(crate) fn is_public(self) -> bool {
        matches!(self, Self::Open | Self::OnLeave)
    }

    /// The state as people read it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::PendingApproval => "pending approval",
            Self::Open => "open",
            Self::OnLeave => "on leave",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
        }
    }
}

impl ShopMove {
    fn done(&self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Approve => "approved",
            Self::Reject(_) => "rejected",
            Self::Leave => "sent on leave",
            Self::Return => "called back",
            Self::Suspend(_) => "suspended",
            Self::Reinstate => "reinstated",
            Self::Terminate(_) => "terminated",
        }
    }
}

#[cfg(test)]
mod tests;
