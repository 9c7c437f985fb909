//! The command line, run as a person runs it, against the platform on this machine.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod decisions;
mod desk;
mod queues;
mod roles;
mod stream;
mod usage;
mod waiting;
