//! What others tell: organizations, concerts, files.
//!
//! A copy is kept first, and only if it is later than the one there is; then what depends on it is
//! made to follow the copy as it is kept. So a message that comes twice, late, or after a worker died
//! half-way ends in the same state.

mod concert;
mod media;
mod organization;

use kernel::{Event, id::IdError};
use platform::ServiceError;

use crate::{
    App, rights,
    store::{SaveListingError, SaveShopError},
};

/// How often something that changes meanwhile is looked at again before the message is left to come
/// once more.
const MAX_TRIES: usize = 8;

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// Its data is not what its kind has.
    #[error("its data cannot be read: {0}")]
    Data(#[from] serde_json::Error),
    /// Its subject is not what its kind has.
    #[error("its subject cannot be read: {0}")]
    Subject(#[from] IdError),
    /// It is of a kind that nobody here listens to.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// Something changed again and again meanwhile.
    #[error("what it is about changes too fast")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what one message asks for.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        "organization.approved"
        | "organization.updated"
        | "organization.suspended"
        | "organization.reinstated" => organization::follow(app, event).await,
        "concert.changed" => concert::follow(app, event).await,
        "media.ready" => media::keep(app, event).await,
        "media.rejected" => media::reject(app, event).await,
        _ => rights::consume(app, event).await,
    }
}

/// Whether a shop that was not kept should be looked at again.
fn is_race(error: SaveShopError) -> Result<(), ConsumeError> {
    match error {
        SaveShopError::Changed | SaveShopError::SlugTaken | SaveShopError::Organization => Ok(()),
        SaveShopError::Service(error) => Err(error.into()),
    }
}

/// Whether a listing that was not kept should be looked at again.
fn is_listing_race(error: SaveListingError) -> Result<(), ConsumeError> {
    match error {
        SaveListingError::Changed
        | SaveListingError::ShopNotOpen
        | SaveListingError::RightsChanged
        | SaveListingError::ConcertChanged
        | SaveListingError::StockChanged => Ok(()),
        SaveListingError::Service(error) => Err(error.into()),
    }
}
