//! A world for one test: everything that `template.yaml` defines, on embedded engines, in memory.
//!
//! A test starts a [`World`], starts the functions it needs with the environment that the template
//! gives them ([`World::app`]), calls them as the gateway would ([`App::caller`]), and moves queues
//! and streams on by hand ([`World::drain`], [`World::pump`]), so that nothing depends on timing.
//! Worlds share nothing; tests run in parallel. Whoever is outside of the platform is in the world,
//! too: the payment gateway ([`World::sandbox`]), the internet ([`World::internet`]), and on it, for a
//! test that wants one, a partner ([`World::chain`]).
//!
//! This crate is for tests: it panics where a test should fail.

#![expect(clippy::expect_used, reason = "a test fails by a panic")]

mod chain;
mod client;
mod documentation;
pub mod log;
mod world;

pub use client::{Answer, Client, RequestBuilder};
pub use documentation::documented_routes;
pub use world::{App, World};
