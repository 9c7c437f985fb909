//! Points become vouchers: partners, their rewards, pools of voucher codes, redemptions.
//!
//! Invariants:
//!
//! - A code is issued to at most one holder, once: its row in the free list of its pool is removed
//!   in the transaction that issues it.
//! - A redemption ends in exactly one of {points spent, code issued} and {points intact, code free}:
//!   debit, code, voucher, the member's count and the idempotency record are one transaction, so
//!   there is nothing to compensate.
//! - The same code never exists twice for one partner, in however many files it comes: a voucher's
//!   id derives from the partner and a keyed fingerprint of the code.
//! - A code at rest is sealed. It is in no log, no error and no idempotency record; only its holder
//!   ever sees it again.
//!
//! Start reading at [`api`], the table of routes. The rules are in `redemption.rs`, `reward.rs`,
//! `code_batch.rs` and `code_file.rs`; all that is kept is in `store/`; what the worker does is in
//! `consume/load_codes.rs`.

mod code;
mod code_batch;
mod code_file;
mod config;
mod consume;
mod keys;
mod partner;
mod redemption;
mod reward;
mod routes;
mod sealing;
mod store;
mod text;
mod voucher;

use kernel::Clock;
use platform::{
    Aws, Bucket, Environment, Queue,
    serve::{Function, StartError, each},
};
use utoipa_axum::routes;
use wallet::Wallets;
use web::{Api, Requests};

use crate::{config::Config, sealing::CodeKeys, store::Store};

/// What the routes and the worker work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    clock: Clock,
    store: Store,
    wallets: Wallets,
    requests: Requests,
    code_keys: CodeKeys,
    codes_bucket: Bucket,
    vouchers_queue: Queue,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .public(routes!(routes::list_rewards::list_rewards))
        .public(routes!(routes::get_reward::get_reward))
        .route(routes!(routes::create_reward::create_reward))
        .route(routes!(routes::edit_reward::edit_reward))
        .route(routes!(routes::redeem::redeem))
        .route(routes!(routes::list_vouchers::list_vouchers))
        .route(routes!(routes::get_voucher::get_voucher))
        .route(routes!(
            routes::create_partner::create_partner,
            routes::list_partners::list_partners
        ))
        .route(routes!(routes::get_partner::get_partner))
        .route(routes!(routes::create_code_batch::create_code_batch))
        .route(routes!(routes::get_code_batch::get_code_batch))
        .route(routes!(routes::load_code_batch::load_code_batch))
}

/// The function, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let secret = aws.secret(&config.secret_arn).await?;
    let app = App {
        store: Store::new(&aws, &config.vouchers_table, clock.clone()),
        wallets: Wallets::new(aws.table(&config.wallets_table), clock.clone()),
        requests: Requests::new(aws.table(&config.requests_table), clock.clone()),
        code_keys: CodeKeys::new(&secret),
        codes_bucket: aws.bucket(config.codes_bucket),
        vouchers_queue: aws.queue(config.vouchers_queue_url),
        clock,
    };
    let worker = app.clone();
    Ok(Function::new().http(api().router(app)).queue(move |batch| {
        let app = worker.clone();
        async move { each(batch, |event| consume::load_codes::handle(&app, event)).await }
    }))
}
