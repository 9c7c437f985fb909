//! A concert changed: its copy is kept, and what was kept for partners of one that does not take
//! place ends.

use kernel::{Event, Id, kind};

use super::ConsumeError;
use crate::{
    App, allotment,
    concert::{ConcertCopy, ConcertState},
    grant,
    granting::{Under, move_allotment, move_grant},
};

/// How many grants are looked for at once.
const PAGE: u32 = 100;

/// Keeps the copy and lets all follow it as it is kept by now, which may be a later one.
///
/// Each allotment is closed first, so that nothing is granted of it any more; then each of its
/// grants that waits to be claimed becomes void, and waits no longer. A repetition finds what is
/// left. What was claimed is decided on by `events`, which has the tickets.
pub(super) async fn follow(app: &App, event: Event) -> Result<(), ConsumeError> {
    let told: ConcertCopy = serde_json::from_value(event.data)?;
    app.store.keep_concert(&told).await?;
    let kept = app.store.concert(told.id).await?;
    if kept.is_none_or(|concert| concert.state != ConcertState::Cancelled) {
        return Ok(());
    }
    for allotment in app.store.allotments_of(told.id).await? {
        end(app, allotment).await?;
    }
    Ok(())
}

async fn end(app: &App, id: Id<kind::Allotment>) -> Result<(), ConsumeError> {
    move_allotment(app, id, allotment::Move::Cancel, None).await?;
    loop {
        let waiting = app.store.waiting_grants(id, PAGE).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut voided = 0;
        for grant in waiting {
            let moved = move_grant(app, grant, &grant::Move::Cancel, Under::Nothing).await?;
            voided += usize::from(moved.is_new);
        }
        // Another worker does the same, and what waits is gone; or it never goes.
        if voided == 0 && !app.store.waiting_grants(id, 1).await?.is_empty() {
            return Err(ConsumeError::Waiting(id));
        }
    }
}
