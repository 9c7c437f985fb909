//! Points: from listens to balances, and the journal of every wallet.
//!
//! Invariants:
//!
//! - A minute earns once, however often and in whatever order its plays are reported: marking
//!   minutes is idempotent (see [`wallet`]), so no event needs to be remembered.
//! - However many messages and plays of a member a batch holds, they cost one read and one write.
//! - The entries of a wallet sum to its balance; each is written once, under the version of the
//!   wallet it comes from.
//! - An adjustment has its effect at most once, in the transaction that marks it approved by somebody
//!   who did not propose it.
//! - A version of the earn rule never changes, and is published before its first date begins
//!   anywhere on earth, so that all workers agree on what a date is worth.
//!
//! Start reading at [`api`], the table of routes, and at `consume`, where listens come in.

mod adjustment;
mod config;
mod consume;
mod earn_rule;
mod entry;
mod journal;
mod keys;
mod routes;
mod store;
mod sweep;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment,
    serve::{Function, StartError},
};
use wallet::Wallets;
use web::{Api, Requests, routes};

use crate::{
    config::Config,
    store::{Adjustments, EarnRules, Entries},
};

/// What this context works with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    aws: Aws,
    clock: Clock,
    wallets: Wallets,
    earn_rules: EarnRules,
    entries: Entries,
    adjustments: Adjustments,
    requests: Requests,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .route(routes!(routes::balance::balance))
        .route(routes!(routes::list_entries::list_entries))
        .route(routes!(routes::list_earn_rules::list_earn_rules))
        .route(routes!(routes::get_earn_rule::get_earn_rule))
        .route(routes!(routes::publish_version::publish_version))
        .route(routes!(routes::propose_adjustment::propose_adjustment))
        .route(routes!(routes::list_adjustments::list_adjustments))
        .route(routes!(routes::get_adjustment::get_adjustment))
        .route(routes!(routes::approve_adjustment::approve_adjustment))
        .route(routes!(routes::reject_adjustment::reject_adjustment))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let points = aws.table(config.points_table);
    let app = Arc::new(Parts {
        wallets: Wallets::new(aws.table(config.wallets_table), clock.clone()),
        earn_rules: EarnRules::new(points.clone(), clock.clone()),
        entries: Entries::new(points.clone()),
        adjustments: Adjustments::new(points),
        requests: Requests::new(aws.table(config.requests_table), clock.clone()),
        aws,
        clock,
    });
    let (worker, journal, sweeper) = (app.clone(), app.clone(), app.clone());
    Ok(Function::new()
        .http(api().router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { consume::consume(&app, batch).await }
        })
        .stream(move |changes| {
            let app = journal.clone();
            async move { journal::write(&app.entries, changes).await }
        })
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep::run(&app, &schedule).await }
        }))
}
