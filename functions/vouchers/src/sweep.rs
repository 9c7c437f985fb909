//! What time does: vouchers and grants end, allotments close, partners are asked for what they have
//! not answered.
//!
//! Whatever ends, ends at its moment, whoever looks; the sweeper makes the rows say so and tells the
//! others. A partner that was asked once is asked again here alone.

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use kernel::Timestamp;
use platform::{ServiceError, logging, serve::Schedule, table::Key};

use crate::{
    App, allotment::AllotmentError, due::Due, grant::GrantError, granting::MoveError,
    on_demand::BuyError, sweep_grants, sweep_vouchers,
};

const END_AND_ASK: &str = "end-and-ask";

/// How many rows of a kind are looked at before looking for more.
const PAGE: u32 = 30;
/// How many rows are worked on at once: a whole page, so that it takes no longer than its slowest
/// row, and a partner that does not answer is not everybody's.
const AT_ONCE: usize = 30;
/// When no further page is begun. A page takes three calls to a partner at most, half a minute, so
/// that the run ends before its function's time is over. The next one goes on.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(20);

/// Why what was due was not done. It stays due.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SweepError {
    /// A grant did not end.
    #[error(transparent)]
    Grant(#[from] MoveError<GrantError>),
    /// An allotment did not close.
    #[error(transparent)]
    Allotment(#[from] MoveError<AllotmentError>),
    /// A purchase did not go on.
    #[error(transparent)]
    Purchase(#[from] BuyError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Runs a schedule of this context.
pub(crate) async fn run(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != END_AND_ASK {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    let started_at = app.clock.now();
    for what in Due::ALL {
        let done = sweep(app, what, started_at).await?;
        tracing::info!(?what, done, "what was due is done");
    }
    Ok(())
}

/// Does all of one kind that is due; answers how many were done.
async fn sweep(app: &App, what: Due, started_at: Timestamp) -> Result<usize, ServiceError> {
    let mut done = 0;
    loop {
        let now = app.clock.now();
        let due = app.store.due(what, now, PAGE).await?;
        let done_of_page = stream::iter(due)
            .map(|key| attend(app, what, key, now))
            .buffer_unordered(AT_ONCE)
            .filter(|was_due| std::future::ready(*was_due))
            .count()
            .await;
        done += done_of_page;
        // A page without progress holds only what the index does not know to be done, and what
        // cannot be: neither gets better by trying again at once.
        if done_of_page == 0 || app.clock.now().duration_since(started_at) > LONGEST_RUN {
            return Ok(done);
        }
    }
}

/// Does one thing; whether it was due and is not any more. One that goes wrong does not keep the
/// others from it.
async fn attend(app: &App, what: Due, key: Key, now: Timestamp) -> bool {
    match try_attend(app, what, &key, now).await {
        Ok(was_due) => was_due,
        Err(error) => {
            let error = logging::causes(&error);
            tracing::error!(?what, ?key, error, "what is due could not be done");
            false
        }
    }
}

async fn try_attend(app: &App, what: Due, key: &Key, now: Timestamp) -> Result<bool, SweepError> {
    match what {
        // What the row at `key` says decides, not the index.
        Due::Allotment => Ok(sweep_grants::close_allotment(app, key).await?),
        Due::Grant => Ok(sweep_grants::expire_grant(app, key).await?),
        Due::Pending => Ok(sweep_vouchers::ask(app, key, now).await?),
        Due::Voucher => Ok(sweep_vouchers::expire(app, key, now).await?),
    }
}
