//! What time does: the provider is asked for what nobody has told us.
//!
//! Open payments are asked for at growing intervals and closed when their time is over; refunds whose
//! outcome is unknown are asked for until it is known. See `asking.rs` for when.

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use kernel::Timestamp;
use platform::{ServiceError, logging, serve::Schedule};

use crate::{App, collect, keys::Due, pay_back};

const ASK_PROVIDER: &str = "ask-provider";

/// How many things are looked at before looking for more.
const PAGE: u32 = 200;
/// How many questions are open at the provider at once, so that one slow answer is not everybody's.
const AT_ONCE: usize = 8;
/// When a run stops, well before its function's time is over. The next one goes on.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(40);

/// Runs a schedule of this context.
pub(crate) async fn run(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != ASK_PROVIDER {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    let started_at = app.clock.now();
    let mut asked = 0;
    loop {
        let due = app.store.due(PAGE).await?;
        let asked_of_page = stream::iter(due)
            .map(|due| attend(app, due, started_at))
            .buffer_unordered(AT_ONCE)
            .filter(|was_due| std::future::ready(*was_due))
            .count()
            .await;
        asked += asked_of_page;
        let run = app.clock.now().duration_since(started_at);
        // A page without progress holds only what the index does not know to be done, and what
        // cannot be: neither gets better by asking again at once.
        if asked_of_page == 0 || run > LONGEST_RUN {
            tracing::info!(asked, "the provider was asked");
            return Ok(());
        }
    }
}

/// Asks for one thing; whether it was due and is not any more. One that goes wrong does not keep the
/// others from it.
async fn attend(app: &App, due: Due, now: Timestamp) -> bool {
    let attended = match due {
        Due::Intent(id) => match app.store.intent(id).await {
            Ok(Some(intent)) if intent.is_due(now) => {
                let asked = collect::ask(app, intent).await;
                asked.map(|_| ()).map_err(|error| logging::causes(&error))
            }
            Ok(_) => return false,
            Err(error) => Err(logging::causes(&error)),
        },
        Due::Refund(intent, id) => match app.store.refund(intent, id).await {
            Ok(Some(refund)) if refund.is_due(now) => {
                let advanced = pay_back::advance(app, refund).await;
                advanced
                    .map(|_| ())
                    .map_err(|error| logging::causes(&error))
            }
            Ok(_) => return false,
            Err(error) => Err(logging::causes(&error)),
        },
    };
    match attended {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(?due, error, "the provider could not be asked");
            false
        }
    }
}
