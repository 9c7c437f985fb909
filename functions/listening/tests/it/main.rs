//! The routes and the consumer, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod faults;
mod listens;
mod players;
mod revoke;
mod scrobble;
mod submit_listens;
mod submit_listens_refused;
mod validate_token;
