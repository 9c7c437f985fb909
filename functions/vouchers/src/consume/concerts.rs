//! A concert changed: its copy is kept, and what was kept for partners of one that does not take
//! place ends.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{
    App, allotment,
    concert::{ConcertCopy, ConcertState},
    grant,
    granting::{Under, move_allotment, move_grant},
};

/// How many grants a message ends. An allotment may have more than a worker has time for.
const PAGE: u32 = 25;

/// Keeps the copy and lets all follow it as it is kept by now, which may be a later one.
///
/// The allotments are closed first, so that nothing is granted of them any more; then the grants that
/// wait to be claimed become void, a page with each message, and wait no longer. A repetition finds
/// what is left. What was claimed is decided on by `events`, which has the tickets.
pub(super) async fn follow(app: &App, event: Event) -> Result<(), ConsumeError> {
    let told: ConcertCopy = ConcertCopy::deserialize(&event.data)?;
    app.store.keep_concert(&told).await?;
    let kept = app.store.concert(told.id).await?;
    if kept.is_none_or(|concert| concert.state != ConcertState::Cancelled) {
        return Ok(());
    }
    let allotments = app.store.allotments_of(told.id).await?;
    for allotment in &allotments {
        move_allotment(app, *allotment, allotment::Move::Cancel, None).await?;
    }
    for allotment in allotments {
        if !void_some(app, allotment).await? {
            return Ok(app.vouchers_queue.send_event(&event).await?);
        }
    }
    Ok(())
}

/// Voids a page of the grants that wait; whether none waits any more.
async fn void_some(app: &App, id: Id<kind::Allotment>) -> Result<bool, ConsumeError> {
    let waiting = app.store.waiting_grants(id, PAGE).await?;
    let mut voided = 0;
    for grant in waiting {
        let moved = move_grant(app, grant, &grant::Move::Cancel, Under::Nothing).await?;
        voided += usize::from(moved.is_new);
    }
    let is_done = app.store.waiting_grants(id, 1).await?.is_empty();
    // Another worker does the same, and what waits is gone; or it never goes.
    if voided == 0 && !is_done {
        return Err(ConsumeError::Waiting(id));
    }
    Ok(is_done)
}
