//! What time does to rights: grants end, exclusive ones begin.
//!
//! The gate asks for the time itself, so nothing is published under a grant that is over. What is
//! published already is judged again once the sweeper writes down that time has changed the rights:
//! that write tells the worker, like any other change of them.

use platform::ServiceError;

use super::keys::DUE_SHARDS;
use crate::App;

/// How many subjects are asked for at once.
const PART: u32 = 100;

/// Writes down every change that time has made by now.
pub(crate) async fn sweep(app: &App) -> Result<(), ServiceError> {
    for shard in 0..DUE_SHARDS {
        while sweep_some(app, shard).await? {}
    }
    Ok(())
}

/// Answers whether it did something and there may be more to do. The index is late at times and tells
/// again what is done; the item itself says whether it is due.
async fn sweep_some(app: &App, shard: u8) -> Result<bool, ServiceError> {
    let now = app.clock.now();
    let mut has_done = false;
    for subject in app.store.due_subjects(shard, now, PART).await? {
        if let Some(rights) = app.store.rights_due(subject, now).await? {
            app.store.tidy_rights(&rights.tidied(now)).await?;
            has_done = true;
        }
    }
    Ok(has_done)
}
