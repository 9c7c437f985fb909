//! What sellers change about a listing, and when they may.

use kernel::{Id, Timestamp, kind};

use super::{Illustration, Listing, ListingState};
use crate::{
    attributes::Attributes,
    owners::Owners,
    product_type::Review,
    sku::{MAX_DOWNLOADS, MAX_SKUS, Sku},
    text::{Prose, Title},
};

/// A change of what a listing says of itself: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListingEdit {
    pub(crate) title: Option<Title>,
    pub(crate) description: Option<Option<Prose>>,
    pub(crate) attributes: Option<Attributes>,
    pub(crate) media: Option<Vec<Illustration>>,
    pub(crate) released_at: Option<Option<Timestamp>>,
    /// Accepts the terms of selling here; they cannot be un-accepted.
    pub(crate) accepts_terms: bool,
}

/// Why a listing cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ListingEditError {
    /// An operator is looking at it, or has taken it off the market.
    #[error("a listing that is {} stays as it is", .0.as_str())]
    Locked(ListingState),
    /// What was reviewed, or judged by its rights, is not changed while it is sold.
    #[error("this can be changed while the listing is paused, not while it is published")]
    PauseFirst,
    /// One item holds no more.
    #[error("a listing has at most {MAX_SKUS} variants")]
    TooManySkus,
    /// One item holds no more.
    #[error("all variants of a listing have at most {MAX_DOWNLOADS} files to download")]
    TooManyDownloads,
}

impl Listing {
    /// The listing after an edit, under the review that its type has. What was approved is looked at
    /// again when it says something else.
    pub(crate) fn edited(
        self,
        edit: ListingEdit,
        review: Review,
        now: Timestamp,
    ) -> Result<Self, ListingEditError> {
        self.check_open()?;
        let before = self.clone();
        let next = self.next(now);
        let edited = Self {
            title: edit.title.unwrap_or(next.title),
            description: edit.description.unwrap_or(next.description),
            attributes: edit.attributes.unwrap_or(next.attributes),
            media: edit.media.unwrap_or(next.media),
            released_at: edit.released_at.unwrap_or(next.released_at),
            terms_accepted_at: next.terms_accepted_at.or(edit.accepts_terms.then_some(now)),
            ..next
        };
        let reviewed_anew = review == Review::Required && !edited.says_the_same_as(&before);
        let judged_anew = edited.attributes != before.attributes;
        match before.state {
            ListingState::Published if reviewed_anew || judged_anew => {
                Err(ListingEditError::PauseFirst)
            }
            ListingState::Approved | ListingState::Paused if reviewed_anew => {
                Ok(edited.into_state(ListingState::Draft))
            }
            _ => Ok(edited),
        }
    }

    /// The listing with a new variant, or with another in place of the one with its id.
    pub(crate) fn with_sku(mut self, sku: Sku, now: Timestamp) -> Result<Self, ListingEditError> {
        self.check_open()?;
        match self.skus.iter_mut().find(|known| known.id == sku.id) {
            Some(known) => *known = sku,
            None => self.skus.push(sku),
        }
        let downloads: usize = self.skus.iter().map(|sku| sku.downloads.len()).sum();
        if self.skus.len() > MAX_SKUS {
            return Err(ListingEditError::TooManySkus);
        }
        if downloads > MAX_DOWNLOADS {
            return Err(ListingEditError::TooManyDownloads);
        }
        Ok(self.next(now))
    }

    /// The listing without a variant. What is published keeps something to sell.
    pub(crate) fn without_sku(
        mut self,
        sku: Id<kind::Sku>,
        now: Timestamp,
    ) -> Result<Self, ListingEditError> {
        self.check_open()?;
        self.skus.retain(|known| known.id != sku);
        let has_offer = self.skus.iter().any(Sku::is_offered);
        if self.state == ListingState::Published && !has_offer {
            return Err(ListingEditError::PauseFirst);
        }
        Ok(self.next(now))
    }

    /// The listing with other owners, who do not change while it is sold.
    pub(crate) fn with_owners(
        self,
        owners: Owners,
        now: Timestamp,
    ) -> Result<Self, ListingEditError> {
        self.check_open()?;
        if self.state == ListingState::Published {
            return Err(ListingEditError::PauseFirst);
        }
        Ok(Self {
            owners,
            ..self.next(now)
        })
    }

    fn check_open(&self) -> Result<(), ListingEditError> {
        use ListingState::{Approved, Draft, Paused, Published, Removed, Submitted, Suspended};
        match self.state {
            Draft | Approved | Published | Paused => Ok(()),
            Submitted | Suspended | Removed => Err(ListingEditError::Locked(self.state)),
        }
    }

    /// Whether an operator who has approved the other has approved this one.
    fn says_the_same_as(&self, other: &Self) -> bool {
        self.title == other.title
            && self.description == other.description
            && self.attributes == other.attributes
            && self.media == other.media
    }
}
