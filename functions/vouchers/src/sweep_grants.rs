//! What time does to grants and allotments.

use platform::table::Key;

use crate::{
    App,
    allotment::{self, AllotmentError},
    grant::{self, GrantError},
    granting::{MoveError, Under, move_allotment, move_grant},
};

/// Ends the grant in the row at `key` that nobody claimed; whether it was due and is not any more.
pub(crate) async fn expire_grant(app: &App, key: &Key) -> Result<bool, MoveError<GrantError>> {
    let Some(grant) = app.store.grant_at(key).await? else {
        return Ok(false);
    };
    match move_grant(app, grant.id, &grant::Move::Expire, Under::Nothing).await {
        Ok(moved) => Ok(moved.is_new),
        Err(MoveError::Refused(GrantError::NotYet)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Closes the allotment in the row at `key` whose time is over; whether it was due and is not any
/// more. What is free of it is in the public quota then.
pub(crate) async fn close_allotment(
    app: &App,
    key: &Key,
) -> Result<bool, MoveError<AllotmentError>> {
    let Some(allotment) = app.store.allotment_at(key).await? else {
        return Ok(false);
    };
    match move_allotment(app, allotment.id, allotment::Move::Close, None).await {
        Ok(moved) => Ok(moved.is_new),
        Err(MoveError::Refused(AllotmentError::NotYet)) => Ok(false),
        Err(error) => Err(error),
    }
}
