//! Concerts, their ticket quotas, tickets and the door.
//!
//! Invariants:
//!
//! - A ticket is issued once, however often its order is told to be paid or its grant to be claimed:
//!   its id derives from the order line or the grant and its number.
//! - A ticket has one live secret, which only its holder sees. A transfer rotates it in the write
//!   that changes the holder, so the old one fails at the door from then on. At rest it is hashed
//!   and sealed; it is in no log, event, error or idempotency record.
//! - A ticket lets somebody in once for each day it covers, and never after it was refunded or its
//!   concert was called off: check-in, transfer and recall write the ticket under the version they
//!   have seen, so one of them is first.
//! - Tickets that are asked back go back all together or not at all, decided once. Units of the quota
//!   are neither taken nor given back for tickets here: `orders` does for what is bought, `vouchers`
//!   for what a partner grants.
//! - When a concert is called off, each of its lines ends void once, also one whose tickets are being
//!   issued at that moment (see `line.rs`).
//!
//! Start reading at [`api`], the table of routes. The rules are in `concert.rs`, `ticket.rs`,
//! `line.rs`, `recall.rs` and `door.rs`; secrets are made and recognised in `secret.rs`; all that is
//! kept is in `store/`; what the worker does is in `consume/`; what the others are told in
//! `events.rs`. What tickets are issued for is an `Origin` (`origin.rs`).

mod availability;
mod concert;
mod config;
mod consume;
mod days;
mod door;
mod events;
mod keys;
mod line;
mod origin;
mod programme;
mod recall;
mod routes;
mod secret;
mod store;
mod text;
mod ticket;
mod ticket_quota;
mod times;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment, Queue, ServiceError,
    serve::{Function, StartError, each},
    table::Change,
};
use quota::Quotas;
use web::{Api, Capability, Requests, routes};

use crate::{
    availability::Availability, config::Config, events::Subscriber, secret::TicketKeys,
    store::Store,
};

/// What the routes and the worker work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    quotas: Quotas,
    requests: Requests,
    keys: TicketKeys,
    availability: Availability,
    events_queue: Queue,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .capability(Capability::Trade)
        .public(routes!(routes::list_concerts::list_concerts))
        .public(routes!(routes::get_availability::get_availability))
        .route(routes!(routes::create_concert::create_concert))
        .route(routes!(routes::publish_concert::publish_concert))
        .route(routes!(routes::create_ticket_quota::create_ticket_quota))
        .route(routes!(routes::edit_ticket_quota::edit_ticket_quota))
        .whatever_stage(
            Capability::Trade,
            "concerts with tickets take place, change or are called off",
        )
        .public(routes!(routes::get_concert::get_concert))
        .route(routes!(routes::list_own_concerts::list_own_concerts))
        .route(routes!(routes::get_own_concert::get_own_concert))
        .route(routes!(routes::edit_concert::edit_concert))
        .route(routes!(routes::cancel_concert::cancel_concert))
        .route(routes!(routes::end_concert::end_concert))
        .whatever_stage(
            Capability::Trade,
            "tickets are shown, given away and checked",
        )
        .route(routes!(routes::list_tickets::list_tickets))
        .route(routes!(routes::get_ticket::get_ticket))
        .route(routes!(
            routes::offer_ticket::offer_ticket,
            routes::withdraw_offer::withdraw_offer
        ))
        .route(routes!(routes::claim_ticket::claim_ticket))
        .route(routes!(routes::check_in::check_in))
        .route(routes!(routes::list_check_ins::list_check_ins))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let secret = aws.secret(&config.secret_arn).await?;
    let subscribers = Subscribers {
        events: aws.queue(config.events_queue_url),
        orders: aws.queue(config.orders_queue_url),
        shops: aws.queue(config.shops_queue_url),
        vouchers: aws.queue(config.vouchers_queue_url),
        webhooks: aws.queue(config.webhooks_queue_url),
    };
    let app = Arc::new(Parts {
        store: Store::new(&aws, &config.events_table),
        quotas: Quotas::new(aws.table(&config.quotas_table), clock.clone()),
        requests: Requests::new(aws.table(&config.requests_table), clock.clone()),
        keys: TicketKeys::new(&secret),
        availability: Availability::default(),
        events_queue: subscribers.events.clone(),
        clock,
    });
    let api = api().stage(Capability::Trade, config.trade);
    let worker = app.clone();
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { each(batch, |event| consume::handle(&app, event)).await }
        })
        .publish(move |change| subscribers.of(change)))
}

/// Where the events of this context go.
struct Subscribers {
    events: Queue,
    orders: Queue,
    shops: Queue,
    vouchers: Queue,
    webhooks: Queue,
}

impl Subscribers {
    /// The events of a change, each with the queue of its subscriber.
    fn of(&self, change: &Change) -> Result<Vec<(Queue, kernel::Event)>, ServiceError> {
        let events = events::events(change)?.into_iter();
        Ok(events
            .filter_map(|(subscriber, event)| {
                let queue = match subscriber {
                    Subscriber::Events => &self.events,
                    Subscriber::Orders => &self.orders,
                    Subscriber::Shops => &self.shops,
                    Subscriber::Vouchers => &self.vouchers,
                    Subscriber::Webhooks => &self.webhooks,
                    Subscriber::Nobody => return None,
                };
                Some((queue.clone(), event))
            })
            .collect())
    }
}
