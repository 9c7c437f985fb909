//! The routes and the worker, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod allotments;
mod billing;
mod books;
mod box_office;
mod browse;
mod chain;
mod claims;
mod clearing;
mod code_batches;
mod currencies;
mod edit_reward;
mod events;
mod faults;
mod grants;
mod grants_crash;
mod hooks;
mod link_refusals;
mod links;
mod links_at_once;
mod load_codes;
mod lounge;
mod on_demand;
mod on_demand_crash;
mod on_demand_notices;
mod partner_keys;
mod partner_terms;
mod partners;
mod redeem;
mod redeem_at_once;
mod reversal;
mod revocations;
mod rewards;
mod seam;
mod secrecy;
mod settlements;
mod shop;
mod signed;
mod signing_keys;
mod stages;
mod statement_tables;
mod statements;
mod voucher_hooks;
mod vouchers;
