//! The routes of `accounts` over a real router and the embedded engines; a file for each, and one
//! for what must never get out.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod documentation;
mod jwks;
mod listening_tokens;
mod me;
mod people;
mod refresh;
mod secrecy;
mod sign_in;
mod sign_out;
mod sign_up;
mod stream;
mod update_me;
