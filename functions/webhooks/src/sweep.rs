//! What time does: lanes that are due are run.
//!
//! Retries, pauses that are over, and lanes whose worker died all show as a lane that is due. A lane
//! that is told of twice is run once.

use kernel::{Event, Id, kind};
use platform::{ServiceError, serve::Schedule};

use crate::{App, events, keys::DUE_SHARDS};

const WAKE_LANES: &str = "wake-lanes";

/// Runs a schedule of this context.
pub(crate) async fn run(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != WAKE_LANES {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    let mut told = 0;
    for shard in DUE_SHARDS {
        let mut after = None;
        loop {
            let (due, next) = app.store.due_lanes(shard, after).await?;
            told += due.len();
            tell(app, due).await?;
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    tracing::info!(told, "lanes that are due are run");
    Ok(())
}

async fn tell(app: &App, due: Vec<Id<kind::WebhookEndpoint>>) -> Result<(), ServiceError> {
    let now = app.clock.now();
    // The index does not know how often a lane was woken, and nobody asks.
    let events = due
        .into_iter()
        .map(|endpoint| events::lane_due(endpoint, 0, now));
    let events: Vec<Event> = events.collect::<Result<_, _>>()?;
    app.deliveries_queue.send_events(&events).await
}
