//! Shops and what they offer: listings of every product type, variants and their stock, browsing,
//! search, and the rights without which no song is sold.
//!
//! Invariants:
//!
//! - What is offered to `orders` follows from the listing's own item: the stream turns every version
//!   of it into one event, and a listing that is not published is told to be unsaleable.
//! - A listing is published by one transaction that also checks what it depends on: that its shop is
//!   open and that the grants it needs are as they were read. So nothing is published a moment after
//!   it has become impossible.
//! - A product type is data. No rule here knows one by its name.
//! - Whose house a shop belongs to is shown and never counts: no row by which listings are found or
//!   ordered is made from it.
//!
//! Start reading at [`api`], the table of routes. The rules of shops are in `shop.rs`; those of
//! listings in `listing.rs`, `sku.rs` and `owners.rs`; when one may be published, in `publication.rs`;
//! product types in `product_type.rs` and `catalogue.rs`; how listings are found, in `search.rs`;
//! rights in `rights/`; all that is kept in `store/`; what others are told in `events.rs`.

mod attributes;
mod catalogue;
mod config;
mod consume;
mod copies;
mod country;
mod events;
mod keys;
mod listing;
mod offer;
mod owners;
mod product_type;
mod publication;
mod rights;
mod routes;
mod search;
mod shop;
mod sku;
mod store;
mod text;

use std::sync::Arc;

use kernel::{Clock, CommissionRate, Currencies};
use platform::{
    Aws, ConfigError, Environment, ServiceError,
    serve::{Function, Schedule, StartError, each},
};
use web::{Api, Capability, RateLimits, Requests, routes};

use crate::{catalogue::Catalogue, config::Config, events::Subscriber, store::Store};

/// The one schedule of this context.
const END_GRANTS_AND_RELEASE: &str = "end-grants-and-release";

/// What the routes and the workers work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) requests: Requests,
    pub(crate) rate_limits: RateLimits,
    pub(crate) catalogue: Catalogue,
    pub(crate) default_commission: CommissionRate,
    /// In which a price can be given.
    pub(crate) currencies: Currencies,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    let begins = Api::new().capability(Capability::Trade);
    let begins = listings_begin(shops_begin(browsed(begins)));
    let goes_on = routes::rights::begin(begins).whatever_stage(
        Capability::Trade,
        "what is there is shown to its people, decided on, paused and taken back",
    );
    let goes_on = routes::rights::go_on(listings_go_on(shops_go_on(goes_on)));
    routes::rights::cases(goes_on)
}

/// What everybody sees.
fn browsed(api: Api<App>) -> Api<App> {
    api.public(routes!(routes::list_product_types::list_product_types))
        .public(routes!(routes::list_listings::list_listings))
        .public(routes!(routes::ranking::ranking))
        .public(routes!(routes::get_listing::get_listing))
        .public(routes!(routes::get_shop::get_shop))
}

fn shops_begin(api: Api<App>) -> Api<App> {
    api.route(routes!(routes::create_shop::create_shop))
        .route(routes!(routes::edit_shop::edit_shop))
        .route(routes!(routes::shop_moves::submit_shop))
        .route(routes!(routes::shop_moves::return_shop))
}

fn shops_go_on(api: Api<App>) -> Api<App> {
    api.route(routes!(routes::list_shops::list_shops))
        .route(routes!(routes::manage_shop::manage_shop))
        .route(routes!(routes::shop_moves::leave_shop))
        .route(routes!(routes::shop_decisions::approve_shop))
        .route(routes!(routes::shop_decisions::reject_shop))
        .route(routes!(routes::shop_decisions::suspend_shop))
        .route(routes!(routes::shop_decisions::reinstate_shop))
        .route(routes!(routes::shop_decisions::terminate_shop))
        .route(routes!(routes::set_commission::set_commission))
        .route(routes!(routes::list_reviews::list_shop_reviews))
        .route(routes!(routes::list_reviews::list_listing_reviews))
}

fn listings_begin(api: Api<App>) -> Api<App> {
    api.route(routes!(routes::create_listing::create_listing))
        .route(routes!(routes::edit_listing::edit_listing))
        .route(routes!(routes::listing_moves::submit_listing))
        .route(routes!(routes::listing_moves::publish_listing))
        .route(routes!(routes::add_variant::add_variant))
        .route(routes!(routes::edit_variant::edit_variant))
        .route(routes!(routes::set_stock::set_stock))
        .route(routes!(routes::set_owners::set_owners))
        .route(routes!(routes::accept_share::accept_share))
}

fn listings_go_on(api: Api<App>) -> Api<App> {
    api.route(routes!(routes::list_shop_listings::list_shop_listings))
        .route(routes!(routes::manage_listing::manage_listing))
        .route(routes!(routes::listing_moves::pause_listing))
        .route(routes!(routes::listing_decisions::approve_listing))
        .route(routes!(routes::listing_decisions::reject_listing))
        .route(routes!(
            routes::listing_decisions::suspend_listing_for_policy
        ))
        .route(routes!(routes::listing_decisions::reinstate_listing))
        .route(routes!(routes::listing_decisions::take_down_listing))
        .route(routes!(routes::remove_variant::remove_variant))
        .route(routes!(routes::get_stock::get_stock))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let catalogue = Catalogue::embedded().map_err(|error| ConfigError::of(error.to_string()))?;
    let app = Arc::new(Parts {
        store: Store::new(
            &aws,
            &config.shops_table,
            &config.quotas_table,
            clock.clone(),
        ),
        rate_limits: RateLimits::new(aws.table(&config.requests_table), clock.clone()),
        requests: Requests::new(aws.table(config.requests_table), clock.clone()),
        catalogue,
        default_commission: config.default_commission,
        currencies: config.currencies,
        clock,
    });
    let api = api().stage(Capability::Trade, config.trade);
    let orders = aws.queue(config.orders_queue_url);
    let shops = aws.queue(config.shops_queue_url);
    let webhooks = aws.queue(config.webhooks_queue_url);
    let (worker, sweeper, publisher) = (app.clone(), app.clone(), app.clone());
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { each(batch, |event| consume::handle(&app, event)).await }
        })
        .publish(move |change| {
            let told = events::events(change, &publisher.catalogue)?.into_iter();
            let told = told.map(|(subscriber, event)| match subscriber {
                Subscriber::Orders => (orders.clone(), event),
                Subscriber::Webhooks => (webhooks.clone(), event),
            });
            let judged = rights::events(change)?.into_iter();
            let judged = judged.map(|event| (shops.clone(), event));
            Ok(told.chain(judged).collect())
        })
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep(&app, &schedule).await }
        }))
}

/// What time does to this context: grants end. A release date that passes changes no offer.
async fn sweep(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != END_GRANTS_AND_RELEASE {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    rights::sweep(app).await
}
