//! Exchange with partners, both ways: points become their vouchers, purchases there become tickets
//! and points here, and what both sides owe each other for it stands on a statement.
//!
//! Nothing here is about any one partner: who a partner is, how it pays, what things cost and how
//! much it may do are its terms (`terms.rs`), and a new one is entered by an operator.
//!
//! Invariants:
//!
//! - A code is issued to at most one holder, once: its row in the free list of its pool is removed
//!   in the transaction that issues it.
//! - A redemption ends in exactly one of {points spent, code issued} and {points intact, code free}.
//!   From a pool it is one transaction: debit, code, voucher, the member's count and the idempotency
//!   record. On demand the points are held until the partner's word is had: spent with its code,
//!   free again once it has said that there will never be one (`purchase.rs`).
//! - The same code never exists twice for one partner, in however many files it comes: a voucher's
//!   id derives from the partner and a keyed fingerprint of the code.
//! - A code at rest is sealed. It is in no log, no error and no idempotency record; only its holder
//!   ever sees it again. So are the secrets that partners sign with, which are shown once.
//! - A partner's message counts only if its own key signed these very bytes just now (`signed.rs`),
//!   and what it asks for under one transaction id is done once, for ever (`transaction.rs`).
//! - An account is linked to one member of a partner and a member to one account, and both sides have
//!   said so (`link.rs`). A grant is claimed by one account, once (`grant.rs`); tickets for it were
//!   taken out of the public quota beforehand, and used ones never exceed those (`allotment.rs`).
//! - Whatever is exchanged with a partner is recorded in the transaction that does it, and entered
//!   once into the partner's clearing account, whose balance is opening + exchanges − settlements
//!   after every line; what a partner reserves never exceeds its balance or credit.
//! - What a partner does in the sandbox is checked and recorded alike, under keys of its own, and
//!   is worth nothing (`partner::Mode`).
//!
//! Start reading at [`api`], the table of routes. Then, by what is exchanged: `redemption.rs`,
//! `purchase.rs` and `voucher.rs` (points for vouchers); `new_grant.rs`, `grant.rs` and `granting.rs`
//! (purchases for tickets and points); `exchange.rs`, `billing.rs`, `clearing.rs` and `statement.rs`
//! (who owes whom). The rules are pure and their laws stand beside them in `*_laws.rs`; all that is
//! kept is in `store/`, what messages do in `consume/`, what time does in `sweep.rs`, what is told in
//! `events.rs`.

mod allotment;
mod billing;
#[cfg(test)]
mod billing_laws;
mod claim_code;
mod clearing;
#[cfg(test)]
mod clearing_laws;
mod code;
mod code_batch;
mod code_file;
mod concert;
mod config;
mod consume;
mod due;
mod earning;
mod events;
mod exchange;
mod grant;
mod grant_effects;
#[cfg(test)]
mod grant_laws;
mod granting;
mod keys;
mod link;
mod member;
mod new_grant;
mod on_demand;
mod partner;
mod partner_api;
mod partner_key;
mod purchase;
#[cfg(test)]
mod purchase_laws;
mod redemption;
mod reward;
mod routes;
mod sealing;
mod settlement;
mod signed;
mod statement;
mod store;
mod sweep;
mod sweep_grants;
mod sweep_vouchers;
mod terms;
mod text;
mod transaction;
mod typed_code;
mod voucher;
#[cfg(test)]
mod voucher_laws;

use std::sync::Arc;

use kernel::{Clock, Currencies};
use platform::{
    Aws, Bucket, Environment, Queue, ServiceError,
    public::PublicOutbound,
    serve::{Function, StartError},
    table::Change,
};
use quota::Quotas;
use wallet::Wallets;
use web::{Api, Capability, RateLimits, Requests, routes};

use crate::{
    claim_code::{CLAIM_CODES, ClaimKeys},
    config::Config,
    events::Subscriber,
    link::{LINK_CODES, LinkKeys},
    partner_key::KeySeal,
    sealing::CodeKeys,
    store::Store,
};

/// What the routes and the worker work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    wallets: Wallets,
    requests: Requests,
    quotas: Quotas,
    rate_limits: RateLimits,
    code_keys: CodeKeys,
    key_seal: KeySeal,
    link_keys: LinkKeys,
    claim_keys: ClaimKeys,
    public_outbound: PublicOutbound,
    codes_bucket: Bucket,
    vouchers_queue: Queue,
    events_queue: Queue,
    webhooks_queue: Queue,
    /// In which something can be given a price.
    currencies: Currencies,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    grants(rewards(clearing(registry(Api::new()))))
}

/// Partners and their keys, which rewards and grants both stand on.
fn registry(api: Api<App>) -> Api<App> {
    use routes::{keys, partners};
    api.route(routes!(
        partners::create_partner::create_partner,
        partners::list_partners::list_partners
    ))
    .route(routes!(
        partners::get_partner::get_partner,
        partners::edit_partner::edit_partner
    ))
    .route(routes!(partners::suspend_partner::suspend_partner))
    .route(routes!(partners::reinstate_partner::reinstate_partner))
    .route(routes!(partners::go_live::go_live))
    .route(routes!(
        keys::create_key::create_key,
        keys::list_keys::list_keys
    ))
    .route(routes!(keys::rotate_key::rotate_key))
    .route(routes!(keys::end_key::end_key))
}

/// Who owes whom, which is owed whatever is open.
fn clearing(api: Api<App>) -> Api<App> {
    use routes::clearing;
    api.route(routes!(clearing::record_settlement::record_settlement))
        .route(routes!(clearing::get_balance::get_balance))
        .public(routes!(clearing::balance_hook::balance_hook))
        .route(routes!(clearing::get_statement::get_statement))
        .public(routes!(clearing::statement_hook::statement_hook))
}

/// Rewards, the vouchers that members get for them, and what partners say of those.
fn rewards(api: Api<App>) -> Api<App> {
    use routes::{code_batches, rewards, vouchers};
    api.capability(Capability::Rewards)
        .public(routes!(rewards::list_rewards::list_rewards))
        .public(routes!(rewards::get_reward::get_reward))
        .route(routes!(rewards::create_reward::create_reward))
        .route(routes!(rewards::redeem::redeem))
        // Codes for the pools of rewards.
        .route(routes!(code_batches::create_code_batch::create_code_batch))
        .route(routes!(code_batches::load_code_batch::load_code_batch))
        .whatever_stage(
            Capability::Rewards,
            "rewards change and end, vouchers that were issued are shown and redeemed",
        )
        .route(routes!(rewards::edit_reward::edit_reward))
        .route(routes!(code_batches::get_code_batch::get_code_batch))
        .route(routes!(vouchers::list_vouchers::list_vouchers))
        .route(routes!(vouchers::get_voucher::get_voucher))
        .public(routes!(vouchers::notify_issue::notify_issue))
        .public(routes!(vouchers::validate_voucher::validate_voucher))
        .public(routes!(vouchers::reserve_voucher::reserve_voucher))
        .public(routes!(vouchers::release_voucher::release_voucher))
        .public(routes!(vouchers::redeem_voucher::redeem_voucher))
        .public(routes!(vouchers::reverse_voucher::reverse_voucher))
}

/// What customers earn at partners, the tickets that are kept for it, and who a partner's members are
/// here.
fn grants(api: Api<App>) -> Api<App> {
    use routes::{allotments, grants, links};
    api.capability(Capability::Partners)
        .route(routes!(allotments::offer_allotment::offer_allotment))
        .route(routes!(links::offer::offer_link))
        .route(routes!(links::confirm::confirm_link))
        .by_invitation(
            Capability::Partners,
            "partners sign, and operators alone give keys to them",
        )
        .public(routes!(allotments::answer_allotment::accept_allotment))
        .public(routes!(grants::create_grant::create_grant))
        .public(routes!(links::hook_offer::hook_offer_link))
        .public(routes!(links::hook_confirm::hook_confirm_link))
        .whatever_stage(
            Capability::Partners,
            "what was granted, offered and linked is claimed or given back",
        )
        .route(routes!(grants::list_grants::list_grants))
        .route(routes!(grants::get_grant::get_grant))
        .route(routes!(grants::claim_by_code::claim_by_code))
        .route(routes!(grants::claim_grant::claim_grant))
        .public(routes!(grants::revoke_grant::revoke_grant))
        .route(routes!(allotments::list_allotments::list_allotments))
        .route(routes!(allotments::get_allotment::get_allotment))
        .route(routes!(allotments::withdraw_allotment::withdraw_allotment))
        .public(routes!(allotments::answer_allotment::decline_allotment))
        .route(routes!(links::list::list_links))
        .route(routes!(links::unlink::unlink))
        .public(routes!(links::hook_unlink::hook_unlink))
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
        store: Store::new(&aws, &config.vouchers_table, clock.clone()),
        wallets: Wallets::new(aws.table(&config.wallets_table), clock.clone()),
        requests: Requests::new(aws.table(&config.requests_table), clock.clone()),
        quotas: Quotas::new(aws.table(&config.quotas_table), clock.clone()),
        rate_limits: RateLimits::new(aws.table(&config.requests_table), clock.clone()),
        code_keys: CodeKeys::new(&secret),
        key_seal: KeySeal::new(&secret),
        link_keys: LinkKeys::new(&secret, LINK_CODES),
        claim_keys: ClaimKeys::new(&secret, CLAIM_CODES),
        public_outbound: aws.public_outbound(),
        codes_bucket: aws.bucket(config.codes_bucket),
        vouchers_queue: aws.queue(config.vouchers_queue_url),
        events_queue: aws.queue(config.events_queue_url),
        webhooks_queue: aws.queue(config.webhooks_queue_url),
        currencies: config.currencies,
        clock,
    });
    let api = api()
        .stage(Capability::Rewards, config.rewards)
        .stage(Capability::Partners, config.partners);
    let (worker, publisher, sweeper) = (app.clone(), app.clone(), app.clone());
    Ok(Function::new()
        .http(api.router(app))
        .queue(move |batch| {
            let app = worker.clone();
            async move { consume::handle_batch(&app, batch).await }
        })
        .publish(move |change| publisher.events(change))
        .schedule(move |schedule| {
            let app = sweeper.clone();
            async move { sweep::run(&app, &schedule).await }
        }))
}

impl Parts {
    /// The events of a change, each with the queue of its subscriber.
    fn events(&self, change: &Change) -> Result<Vec<(Queue, kernel::Event)>, ServiceError> {
        let events = events::events(change)?.into_iter();
        let queue = |subscriber| match subscriber {
            Subscriber::Events => &self.events_queue,
            Subscriber::Vouchers => &self.vouchers_queue,
            Subscriber::Webhooks => &self.webhooks_queue,
        };
        let addressed = events.map(|(subscriber, event)| (queue(subscriber).clone(), event));
        Ok(addressed.collect())
    }
}
