//! The routes of `accounts` over a real router and the embedded engines; a file for each, and one
//! for what must never get out.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod documentation;
mod house;
mod invitations;
mod jurisdictions;
mod jwks;
mod listening_tokens;
mod me;
mod members;
mod organization_tokens;
mod organizations;
mod people;
mod refresh;
mod representations;
mod requirements;
mod review;
mod secrecy;
mod sign_in;
mod sign_out;
mod sign_up;
mod stream;
mod update_me;
