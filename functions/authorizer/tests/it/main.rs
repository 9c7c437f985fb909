//! The authorizer, asked as the gateway asks it.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod authorize;
mod start;
