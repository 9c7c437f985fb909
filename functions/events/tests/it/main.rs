//! The routes, the worker and the stream, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod cancel;
mod check_in;
mod check_in_at_once;
mod concerts;
mod documentation;
mod faults;
mod grants;
mod house;
mod issue;
mod recall;
mod revocation;
mod secrecy;
mod stream;
mod ticket_quotas;
mod tickets;
mod transfer;
mod webhooks;
