//! Takes in what members listen to, from our own apps and from the scrobblers people already use.
//!
//! Three protocols end in one judgement and one message:
//!
//! - our own `POST /v1/listens`, for signed-in callers;
//! - the ListenBrainz convention, `POST /1/submit-listens` and `GET /1/validate-token`;
//! - AudioScrobbler 1.2 under `/scrobble/1.2`, which Debian's mpdscribble speaks.
//!
//! Invariants:
//!
//! - A request leads to at most one message, and only if it was answered with success. The message
//!   holds time spans that begin in the last fourteen days and end by the second of reception.
//! - Nothing about a track is kept or passed on: points depend on time alone.
//! - Whatever is sent to us is answered with success or a 4xx; only our own trouble is a 5xx.
//!
//! Start reading at [`api`], then the rules in `listen.rs` and what they lead to in `intake.rs`.

mod admission;
mod audioscrobbler;
mod checked;
mod config;
mod consume;
mod events;
mod intake;
mod keys;
mod listen;
mod listenbrainz;
mod routes;
mod store;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment, Queue,
    serve::{Function, StartError, each},
};
use tokens::Verifier;
use web::{Limit, RateLimits, routes};

use crate::{config::Config, store::Store};

/// What the routes and the consumer work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
#[derive(Debug)]
pub struct Parts {
    clock: Clock,
    store: Store,
    listens: Queue,
    verifier: Verifier,
    limits: RateLimits,
    limit: Limit,
}

/// The function, from its environment.
///
/// # Errors
/// [`StartError`] if a variable is missing or malformed.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::read(&environment)?;
    let app = Arc::new(Parts {
        store: Store::new(aws.table(config.listening_table)),
        listens: aws.queue(config.listens_queue),
        verifier: Verifier::new(aws.table(config.keys_table), clock.clone()),
        limits: RateLimits::new(aws.table(config.requests_table), clock.clone()),
        limit: admission::limit(config.requests_per_ten_seconds),
        clock,
    });
    let consumer = app.clone();
    Ok(Function::new().http(api().router(app)).queue(move |batch| {
        let app = consumer.clone();
        async move { each(batch, |event| consume::handle(&app.store, event)).await }
    }))
}

/// The routes. Those that are open to the gateway ask for a listening token themselves.
pub fn api() -> web::Api<App> {
    web::Api::new()
        .route(routes!(routes::listens::report_listens))
        .public(routes!(routes::submit_listens::submit_listens))
        .public(routes!(routes::validate_token::validate_token))
        .public(routes!(routes::scrobble_handshake::handshake))
        .public(routes!(routes::scrobble_now_playing::now_playing))
        .public(routes!(routes::scrobble_submissions::submissions))
}
