//! What a move of a case does to its listing, and the one way to commit both.

use kernel::{Id, Timestamp, kind};
use platform::ServiceError;

use super::{CaseMove, CaseMoveError, CaseState, RightsCase};
use crate::{
    App,
    listing::{Listing, ListingMove, ListingMoveError, ListingState, SuspensionCause},
    store::SaveCaseError,
};

/// Why a case was not moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveCaseError {
    /// There is no such case.
    #[error("there is no such case")]
    Absent,
    /// It cannot be moved so.
    #[error(transparent)]
    Move(#[from] CaseMoveError),
    /// Its listing cannot follow.
    #[error(transparent)]
    Listing(#[from] ListingMoveError),
    /// The case or its listing changed as often as it was looked at.
    #[error("the case or its listing changes too fast")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// How often a case is looked at that changes meanwhile, or whose listing does.
const MAX_TRIES: u32 = 5;

/// Moves a case, in one transaction with what that does to its listing.
pub(crate) async fn move_case(
    app: &App,
    id: Id<kind::RightsCase>,
    step: CaseMove,
) -> Result<RightsCase, MoveCaseError> {
    for _ in 0..MAX_TRIES {
        let before = app.store.case(id).await?.ok_or(MoveCaseError::Absent)?;
        let after = before.clone().moved(step.clone())?;
        let listing = app.store.listing(before.listing).await?;
        let listing = listing.ok_or(MoveCaseError::Absent)?;
        let changed = consequence(&after, &before, &listing, app.clock.now())?;
        let saved = app
            .store
            .save_case_and_listing((&before, &after), &listing, changed.as_ref());
        match saved.await {
            Ok(()) => return Ok(after),
            Err(SaveCaseError::Changed) => {}
            Err(SaveCaseError::Service(error)) => return Err(error.into()),
        }
    }
    Err(MoveCaseError::Contended)
}

/// The listing after its case has moved; `None` if it stays as it is. A dismissal gives it back to its
/// seller, who publishes it again.
fn consequence(
    after: &RightsCase,
    before: &RightsCase,
    listing: &Listing,
    now: Timestamp,
) -> Result<Option<Listing>, ListingMoveError> {
    let is_upheld = after.state == CaseState::Upheld;
    let is_withheld = after.is_withholding() && !before.is_withholding();
    if listing.state == ListingState::Removed || !(is_upheld || is_withheld) {
        return Ok(None);
    }
    let suspended = if listing.state == ListingState::Suspended {
        None
    } else {
        let reason = after.ruling.as_ref().map(|ruling| ruling.reason.clone());
        let suspend = ListingMove::Suspend(SuspensionCause::Rights, reason);
        Some(listing.clone().moved(suspend, now)?)
    };
    if !is_upheld {
        return Ok(suspended);
    }
    let suspended = suspended.unwrap_or_else(|| listing.clone());
    suspended.moved(ListingMove::TakeDown, now).map(Some)
}
