//! The routes, the intake, the lanes and the sweeper, over the real router and the embedded engines;
//! the servers of others are played by `receivers.rs`.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod access;
mod bad_input;
mod counts;
mod delivering;
mod disabling;
mod documentation;
mod endpoints;
mod failing;
mod faults;
mod house;
mod intake;
mod many;
mod ordered;
mod receivers;
mod recover;
mod signatures;
mod ssrf;
mod two_workers;
