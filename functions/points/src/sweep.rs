//! What time does to wallets: lots and holds that have ended are booked.
//!
//! Housekeeping: every balance is right without it. It makes the journal tell of what expired when
//! nobody touches the wallet.

use std::convert::Infallible;

use jiff::SignedDuration;
use kernel::{Id, kind};
use platform::{ServiceError, logging, serve::Schedule};
use wallet::CommitError;

use crate::App;

const END_LOTS_AND_HOLDS: &str = "end-lots-and-holds";

/// How many wallets are asked for at once.
const PAGE: u32 = 200;
/// When a run stops, well before its function's time is over. The next one goes on.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(40);

/// Runs a schedule of this context.
pub(crate) async fn run(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != END_LOTS_AND_HOLDS {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    let started_at = app.clock.now();
    let mut booked = 0_u32;
    loop {
        let due = app.wallets.due(PAGE).await?;
        let mut booked_of_page = 0;
        for account in due {
            booked_of_page += u32::from(settle(app, account).await);
        }
        booked += booked_of_page;
        let run = app.clock.now().duration_since(started_at);
        // A page without progress holds only what the index does not know to be booked, and what
        // cannot be: neither gets better by asking again at once.
        if booked_of_page == 0 || run > LONGEST_RUN {
            tracing::info!(booked, "ended lots and holds are booked");
            return Ok(());
        }
    }
}

/// Books what has ended in one wallet; whether anything had. A wallet that cannot be booked does
/// not keep the others from it.
async fn settle(app: &App, account: Id<kind::Account>) -> bool {
    let now = app.clock.now();
    let settled = app.wallets.commit(account, |wallet| {
        wallet.settle(now);
        Ok::<_, Infallible>(wallet.is_changed())
    });
    match settled.await {
        Ok(changed) => changed,
        Err(CommitError::Refused(never)) => match never {},
        Err(error @ (CommitError::Contended | CommitError::Service(_))) => {
            let error = logging::causes(&error);
            tracing::error!(%account, error, "what ended in a wallet could not be booked");
            false
        }
    }
}
