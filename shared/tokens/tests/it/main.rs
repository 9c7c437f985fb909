//! Tokens against the embedded engines: what is accepted, what is refused, what is read for it.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod access;
mod counted;
mod forge;
mod house;
mod listening;
mod refused_access;
mod spelling;
mod verifier;
