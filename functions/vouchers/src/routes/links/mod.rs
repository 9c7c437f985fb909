//! Links between accounts and members of partners: offered by one side, confirmed by the other,
//! ended by either.

pub(crate) mod confirm;
pub(crate) mod hook_confirm;
pub(crate) mod hook_offer;
pub(crate) mod hook_unlink;
mod link_out;
pub(crate) mod list;
pub(crate) mod offer;
pub(crate) mod unlink;

use kernel::{Id, kind};
use web::{ApiError, Code, Limit};

use crate::{
    App,
    link::{ConfirmError, Link, UnlinkError},
    store::SaveLinkError,
    transaction::PartnerTransaction,
};

/// Codes that one account may ask for: people do it once.
const OFFERS: Limit = Limit {
    name: "partner-link-offers",
    max: 20,
    window_s: HOUR_S,
};
/// Wrong codes of one account. With forty bits to guess and a quarter of an hour for each code, this
/// leaves nobody a chance.
const GUESSES: Limit = Limit {
    name: "partner-link-guesses",
    max: 10,
    window_s: HOUR_S,
};
/// Wrong codes of one partner, whose members type them in all over the country.
const GUESSES_OF_PARTNER: Limit = Limit {
    name: "partner-link-guesses-of-partner",
    max: 10_000,
    window_s: HOUR_S,
};
const HOUR_S: i64 = 60 * 60;

/// How often a link is looked at anew because it changed meanwhile. It changes twice in its life.
const MAX_TRIES: usize = 4;

/// The link that an earlier request under the partner's transaction id has led to, if there was one.
async fn repeated(app: &App, transaction: &PartnerTransaction) -> Result<Option<Link>, ApiError> {
    let Some(recorded) = app.store.recorded(transaction).await? else {
        return Ok(None);
    };
    let id: Id<kind::PartnerLink> = recorded.of_same()?;
    let link = app.store.link(id).await?;
    // An offer that came to nothing is forgotten some time after its code has ended.
    link.map(Some).ok_or_else(|| ApiError::new(Code::Gone))
}

/// What remains once repetitions and changes are dealt with.
impl From<SaveLinkError> for ApiError {
    fn from(error: SaveLinkError) -> Self {
        match error {
            SaveLinkError::Conflict => Self::new(Code::LinkConflict),
            SaveLinkError::Repeated | SaveLinkError::Changed => Self::new(Code::Unavailable),
            SaveLinkError::Service(error) => error.into(),
        }
    }
}

impl From<ConfirmError> for ApiError {
    fn from(_: ConfirmError) -> Self {
        Self::not_found()
    }
}

impl From<UnlinkError> for ApiError {
    fn from(_: UnlinkError) -> Self {
        Self::not_found()
    }
}
