//! What every change of a concert has in common.

use axum::response::Response;
use kernel::{Id, kind};
use web::{Acting, ApiError, Code, Json, with_version};

use super::concert_out::ConcertOut;
use crate::{
    App,
    concert::{ChangeError, Concert},
    store::CommitError,
};

/// The scope of those who plan concerts.
const SCOPE: &str = "events";

/// The organization that the caller plans concerts for.
pub(super) fn organizer(acting: &Acting) -> Result<Id<kind::Organization>, ApiError> {
    acting.require(SCOPE)?;
    Ok(acting.organization)
}

/// A concert of the caller's organization.
pub(super) async fn own(
    app: &App,
    acting: &Acting,
    id: Id<kind::Concert>,
) -> Result<Concert, ApiError> {
    let organization = organizer(acting)?;
    let concert = app.store.concert(id).await?;
    concert
        .filter(|concert| concert.organization == organization)
        .ok_or_else(ApiError::not_found)
}

/// Refuses if the concert has another version than the one that the change is based on.
pub(super) fn expect_version(concert: &Concert, version: Option<u64>) -> Result<(), ApiError> {
    if version.is_some_and(|version| version != concert.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    Ok(())
}

/// Keeps what was decided, if it is a change at all, and shows it.
pub(super) async fn keep(
    app: &App,
    before: &Concert,
    after: Result<Concert, ChangeError>,
) -> Result<Response, ApiError> {
    let after = after.map_err(refusal)?;
    if after.version > before.version {
        let writes = app.store.save_concert(&after, Some(before));
        app.store.commit(writes).await.map_err(lost)?;
    }
    Ok(shown(&after))
}

/// A concert as the one who plans it sees it.
pub(super) fn shown(concert: &Concert) -> Response {
    with_version(concert.version, Json(ConcertOut::of(concert)))
}

/// Somebody else changed it between our read and our write: to the caller that is the same as having
/// come too late.
pub(super) fn lost(error: CommitError) -> ApiError {
    match error {
        CommitError::Lost | CommitError::Repeated => ApiError::new(Code::PreconditionFailed),
        CommitError::Service(error) => error.into(),
    }
}

pub(super) fn refusal(error: ChangeError) -> ApiError {
    match error {
        ChangeError::Over
        | ChangeError::Past
        | ChangeError::NotBegun
        | ChangeError::DaysWithTickets
        | ChangeError::TooManyQuotas => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        ChangeError::Times(_) | ChangeError::NoSuchDay => {
            ApiError::field("/days", error.to_string())
        }
    }
}
