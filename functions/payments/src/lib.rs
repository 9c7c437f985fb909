//! Payments: intents, captures, refunds and chargebacks, with Alipay as the provider.
//!
//! Invariants:
//!
//! - An order group has one intent, and an intent has one number at the provider for ever: both
//!   derive from the group, so that no retry and no second device can pay an order twice.
//! - What is told by nobody is asked for: a notify only makes it faster (see `asking.rs`).
//! - A notify changes something only if its signature is the provider's and it names our application,
//!   our account, this trade and this amount. `success` is answered after the change is durable.
//! - Refunds and chargebacks never exceed what was captured, however many come at once: what is to go
//!   back is set aside in the transaction that creates it.
//! - A refund is submitted under one number for ever. Without an answer it is `unknown`, and only the
//!   provider's word resolves it.
//! - Money that comes for what was closed is captured all the same: orders decides what becomes of it.
//!
//! Start reading at [`api`], the table of routes. The rules are in `intent.rs`, `refund.rs` and
//! `returned.rs`, all pure; `collect.rs` and `pay_back.rs` bring them together with the provider.

mod asking;
mod chargeback;
mod collect;
mod config;
mod consume;
mod events;
mod intent;
mod keys;
#[cfg(test)]
mod laws;
mod method;
mod notice;
mod opening;
mod pay_back;
mod provider;
mod refund;
mod returned;
mod routes;
mod store;
mod sweep;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment,
    serve::{Function, StartError, each},
};
use tokens::CheckoutKey;
use web::{Api, Requests, routes};

use crate::{config::Config, provider::Provider, store::Store};

/// What the routes, the worker and the sweeper work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    requests: Requests,
    checkout_key: CheckoutKey,
    provider: Provider,
}

/// The routes of this context. No stage holds them back: a payment begins with the claim of an order that
/// was placed.
pub fn api() -> Api<App> {
    Api::new()
        .public(routes!(routes::notify_alipay::notify_alipay))
        .route(routes!(routes::create_intent::create_intent))
        .route(routes!(routes::get_intent::get_intent))
        .route(routes!(routes::cancel_intent::cancel_intent))
        .route(routes!(routes::list_refunds::list_refunds))
        .route(routes!(routes::create_chargeback::create_chargeback))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let checkout_secret = aws.secret(&config.checkout_secret_arn).await?;
    let alipay_secret = aws.secret(&config.alipay_secret_arn).await?;
    let app = Arc::new(Parts {
        store: Store::new(&aws, &config.payments_table, clock.clone()),
        requests: Requests::new(aws.table(&config.requests_table), clock.clone()),
        checkout_key: CheckoutKey::of(&checkout_secret),
        provider: Provider::new(
            &alipay_secret,
            config.alipay_gateway_url,
            &config.public_url,
            aws.outbound(),
            clock.clone(),
        ),
        clock,
    });
    let orders = aws.queue(config.orders_queue_url);
    let (worker, sweeper) = (app.clone(), app.clone());
    Ok(Function::new()
        .http(api().router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { each(batch, |event| consume::handle(&app, event)).await }
        })
        .publish(move |change| {
            let events = events::events(change)?.into_iter();
            Ok(events.map(|event| (orders.clone(), event)).collect())
        })
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep::run(&app, &schedule).await }
        }))
}
