//! Orders: checkout over several shops, what becomes of an order, and who gets its money back.
//!
//! Invariants:
//!
//! - An order and the units that it holds are one transaction, and so is every move that holds,
//!   commits, releases or gives back units. Nothing is sold twice, and nothing stays held longer
//!   than it can be paid.
//! - An order moves along the edges of its state machine and no others; each move is a write under
//!   the version that was read.
//! - What an account has of a limited ticket quota is the sum of what its orders count, and never
//!   more than the limit at the moment it becomes more.
//! - A group's total is the sum of its orders, and an order's the sum of its lines; what was agreed
//!   is frozen on the line.
//! - Money that comes for an order ends in exactly one of {goods committed} and {refund due}.
//! - More than was paid never goes back, and the seller's money is released by receipt, by time or
//!   by a ruling.
//!
//! Start reading at [`api`], the table of routes, then `order.rs` and `state.rs` (the life of an order),
//! `checkout.rs` (what is asked before one is placed), `purchase_limit.rs`, `fulfilment.rs` and
//! `refund/`. All that is kept is in `store/`; what other contexts report is in `consume/`; what time
//! does in `sweep.rs`; what the others are told in `events.rs`.

mod address;
mod changes;
mod checkout;
#[cfg(test)]
mod checkout_laws;
mod config;
mod consume;
mod desk;
mod dispute;
mod entitlement;
mod events;
#[cfg(test)]
mod example;
mod fulfilment;
mod goods;
mod keys;
#[cfg(test)]
mod laws;
mod offer;
mod order;
mod placing;
mod purchase_limit;
mod refund;
mod routes;
mod state;
mod store;
mod sweep;
mod unpaid;
mod words;

use std::sync::Arc;

use jiff::SignedDuration;
use kernel::Clock;
use platform::{
    Aws, Bucket, Environment,
    serve::{Function, StartError, each},
};
use quota::Quotas;
use tokens::CheckoutKey;
use web::{Api, Capability, RateLimits, Requests, routes};

use crate::{config::Config, events::Subscribers, fulfilment::Periods, goods::Known, store::Store};

/// What the routes, the worker and the sweeper work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    quotas: Quotas,
    requests: Requests,
    limits: RateLimits,
    /// Which quotas a SKU takes from, as far as this process has seen.
    known: Known,
    checkout_key: CheckoutKey,
    media_bucket: Bucket,
    /// How long an order can be paid.
    payment: SignedDuration,
    /// How long it waits after that.
    periods: Periods,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .capability(Capability::Trade)
        .route(routes!(routes::place::place_orders))
        .whatever_stage(
            Capability::Trade,
            "what was ordered is handed over, received, disputed and paid back",
        )
        .route(routes!(routes::list_orders::list_orders))
        .route(routes!(routes::list_waiting::list_waiting_orders))
        .route(routes!(routes::get_order::get_order))
        .route(routes!(routes::get_group::get_order_group))
        .route(routes!(routes::cancel_group::cancel_order_group))
        .route(routes!(routes::ship::ship))
        .route(routes!(routes::deliver::deliver))
        .route(routes!(routes::receive::receive))
        .route(routes!(routes::request_refund::request_refund))
        .route(routes!(routes::decide_refund::approve_refund))
        .route(routes!(routes::decide_refund::reject_refund))
        .route(routes!(routes::decide_refund::cancel_refund))
        .route(routes!(routes::return_received::return_received))
        .route(routes!(routes::refund::refund_order))
        .route(routes!(routes::retry_refund::retry_refund))
        .route(routes!(routes::paid_elsewhere::refund_paid_elsewhere))
        .route(routes!(routes::open_dispute::open_dispute))
        .route(routes!(routes::get_dispute::get_dispute))
        .route(routes!(routes::add_statement::add_statement))
        .route(routes!(routes::rule_dispute::rule_dispute))
        .route(routes!(routes::list_entitlements::list_entitlements))
        .route(routes!(routes::download::download))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let secret = aws.secret(&config.checkout_secret_arn).await?;
    let subscribers = Subscribers {
        payments: aws.queue(config.payments_queue_url),
        events: aws.queue(config.events_queue_url),
        webhooks: aws.queue(config.webhooks_queue_url),
    };
    let app = Arc::new(Parts {
        store: Store::new(
            &aws,
            &config.orders_table,
            &config.quotas_table,
            config.periods,
        ),
        quotas: Quotas::new(aws.table(&config.quotas_table), clock.clone()),
        requests: Requests::new(aws.table(&config.requests_table), clock.clone()),
        limits: RateLimits::new(aws.table(&config.requests_table), clock.clone()),
        known: Known::default(),
        checkout_key: CheckoutKey::of(&secret),
        media_bucket: aws.bucket(config.media_bucket),
        payment: config.payment,
        periods: config.periods,
        clock,
    });
    let api = api().stage(Capability::Trade, config.trade);
    let (worker, sweeper) = (app.clone(), app.clone());
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { each(batch, |event| consume::handle(&app, event)).await }
        })
        .publish(move |change| subscribers.told(change))
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep::run(&app, &schedule).await }
        }))
}
