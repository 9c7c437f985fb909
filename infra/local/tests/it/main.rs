//! The local platform as a person meets it, and the rules of the house that a machine can check.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod command;
mod environment_files;
mod house;
mod openapi;
mod template;
mod watched;
