//! The routes and the worker, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod browse;
mod code_batches;
mod edit_reward;
mod faults;
mod load_codes;
mod partners;
mod redeem;
mod redeem_at_once;
mod rewards;
mod secrecy;
mod shop;
mod vouchers;
