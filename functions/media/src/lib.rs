//! Uploads, checked before anybody sees them.
//!
//! Invariants:
//!
//! - Nothing is under `clean/` that was not found to be of the announced size, hash and kind; and what
//!   is there never changes.
//! - Whoever uploads chooses neither where a file goes, nor how large it may be, nor what it is served
//!   as: all of that is signed into the form.
//! - A file is never held in memory as a whole.
//!
//! A file is announced, uploaded straight to the bucket by a presigned form (POST, whose policy names
//! the exact key, type and size, and ends after five minutes), completed, and checked by the worker:
//! `quarantine/` is where uploads wait, `clean/` is what others are told of. The embedded S3 enforces
//! such policies, as S3 does; so there is no second way with presigned PUT.
//!
//! Start reading at [`api`], then `media.rs` (the rules), `consume/check_upload.rs` (the check) and
//! `inspect/` (what makes a PNG a PNG).

mod config;
mod consume;
mod events;
mod file_name;
mod format;
mod inspect;
mod keys;
mod limits;
mod media;
mod rejection;
mod routes;
mod sha256;
mod store;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Bucket, Environment, Queue,
    serve::{Function, StartError, each},
};
use web::{Api, Capability, RateLimits, Requests, routes};

use crate::{config::Config, limits::Limits, store::Store};

/// What the routes and the worker work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    requests: Requests,
    limits: Limits,
    bucket: Bucket,
    media_queue: Queue,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .capability(Capability::Trade)
        .route(routes!(routes::announce::announce_media))
        .whatever_stage(
            Capability::Trade,
            "what was announced is uploaded, checked and shown",
        )
        .route(routes!(routes::list::list_media))
        .route(routes!(routes::get::get_media))
        .route(routes!(routes::complete::complete_media))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let requests_table = aws.table(&config.requests_table);
    let app = Arc::new(Parts {
        store: Store::new(&aws, &config.media_table),
        requests: Requests::new(requests_table.clone(), clock.clone()),
        limits: Limits::new(RateLimits::new(requests_table, clock.clone())),
        bucket: aws.bucket(config.media_bucket),
        media_queue: aws.queue(config.media_queue_url),
        clock,
    });
    let api = api().stage(Capability::Trade, config.trade);
    let shops = aws.queue(config.shops_queue_url);
    let worker = app.clone();
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { each(batch, |event| consume::check_upload::handle(&app, event)).await }
        })
        .publish(move |change| {
            let events = events::events(change)?.into_iter();
            Ok(events.map(|event| (shops.clone(), event)).collect())
        }))
}
