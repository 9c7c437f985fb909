//! Quotas over the embedded engine.

mod capacity;
mod concurrency;
mod expiry;
mod fixture;
mod hold;
mod model;
mod resolve;
mod shards;
