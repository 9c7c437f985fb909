//! What every route shares, over real requests and the embedded engines.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod guards;
mod idempotency;
mod limits;
mod stages;
