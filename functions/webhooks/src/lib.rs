//! Webhooks: what happens here is told to the servers of organizations and partners.
//!
//! Invariants:
//!
//! - An event that was taken in is delivered, or kept with the reason why not: its deliveries are
//!   written before its message is done, and what has ended can be sent again for a hundred days.
//! - Every attempt of a delivery carries the same `webhook-id` and the same bytes. A delivery is
//!   made at least once: a reply that gets lost makes it come twice.
//! - One worker is at an endpoint at a time, for at most 45 seconds, so that a slow endpoint holds up
//!   nobody else; and one that fails is probed, and costs no more than that (see `lane.rs`).
//! - Nothing is sent to an address that is not public, whatever its name led to when it was
//!   registered.
//! - A secret is shown once and sealed at rest. Whose endpoints somebody manages stands in their
//!   token: organizations their own, operators those of partners; any other is not there.
//!
//! Start reading at [`api`], the table of routes. The rules are in `endpoint.rs`, `delivery.rs`,
//! `lane.rs`, `schedule.rs`, `reply.rs` and `event_types.rs`, all pure; how an event comes in is in
//! `consume/intake.rs`, how a lane is run in `consume/run.rs`; all that is kept is in `store/`, under
//! the keys of `keys.rs`.

mod config;
mod consume;
mod delivery;
mod endpoint;
mod event_types;
mod events;
mod keys;
mod lane;
mod message;
mod owner;
mod reply;
mod routes;
mod schedule;
mod signing;
mod store;
mod subject;
mod sweep;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment, Queue,
    public::PublicOutbound,
    serve::{Function, StartError},
};
use web::{Api, Capability, RateLimits, routes};

use crate::{config::Config, events::Subscriber, signing::EndpointKeys, store::Store};

/// What the routes, the workers and the sweeper work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    keys: EndpointKeys,
    rate_limits: RateLimits,
    outbound: PublicOutbound,
    deliveries_queue: Queue,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .capability(Capability::Webhooks)
        .public(routes!(routes::list_event_types::list_event_types))
        .route(routes!(routes::create_endpoint::create_endpoint))
        .route(routes!(routes::enable_endpoint::enable_endpoint))
        .route(routes!(routes::test_endpoint::test_endpoint))
        .whatever_stage(
            Capability::Webhooks,
            "endpoints that are there are still delivered to",
        )
        .route(routes!(routes::list_endpoints::list_endpoints))
        .route(routes!(
            routes::get_endpoint::get_endpoint,
            routes::edit_endpoint::edit_endpoint,
            routes::delete_endpoint::delete_endpoint
        ))
        .route(routes!(routes::rotate_secret::rotate_secret))
        .route(routes!(routes::disable_endpoint::disable_endpoint))
        .route(routes!(routes::list_deliveries::list_deliveries))
        .route(routes!(routes::recover::recover))
        .route(routes!(routes::get_delivery::get_delivery))
        .route(routes!(routes::replay::replay))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let secret = aws.secret(&config.secret_arn).await?;
    let app = Arc::new(Parts {
        store: Store::new(&aws, &config.webhooks_table, clock.clone()),
        keys: EndpointKeys::new(&secret),
        rate_limits: RateLimits::new(aws.table(config.requests_table), clock.clone()),
        outbound: aws.public_outbound(),
        deliveries_queue: aws.queue(config.deliveries_queue_url),
        clock,
    });
    let api = api().stage(Capability::Webhooks, config.webhooks);
    let webhooks_queue = aws.queue(config.webhooks_queue_url);
    let (worker, stream, sweeper) = (app.clone(), app.clone(), app.clone());
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { consume::handle(&app, batch).await }
        })
        .publish(move |change| {
            let told = events::events(change, stream.clock.now())?.into_iter();
            let told = told.map(|(subscriber, event)| match subscriber {
                Subscriber::Deliveries => (stream.deliveries_queue.clone(), event),
                Subscriber::Webhooks => (webhooks_queue.clone(), event),
            });
            Ok(told.collect())
        })
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep::run(&app, &schedule).await }
        }))
}
