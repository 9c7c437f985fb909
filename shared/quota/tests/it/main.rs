//! Quotas over the embedded engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod capacity;
mod concurrency;
mod expiry;
mod fixture;
mod hold;
mod model;
mod resolve;
mod seeing;
mod shards;
mod take;
