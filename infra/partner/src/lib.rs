//! A partner to try things with, and the internet it lives in.
//!
//! - [`Internet`] stands in for the network behind the platform's [`PublicOutbound`]: names resolve to
//!   public addresses, hosts answer at them, every attempt is written down.
//! - [`Chain`] is a restaurant chain on that internet. It makes vouchers on demand for the platform,
//!   tells the platform what happens at its tills, takes its webhooks, and keeps books of its own,
//!   with which the platform's statements are compared. It misbehaves on demand ([`Fault`]).
//!
//! Invariants:
//!
//! - A reference has one code until it is void, and none for ever after, however badly the chain
//!   behaves otherwise ([`shelf`]).
//! - The chain believes nothing that is not signed with a key of one of its [`Contract`]s.
//! - Its books are kept from what it did and was told itself, never from the platform's books.
//!
//! **What it knows lies in memory** and is gone with the process.
//!
//! Start at [`Chain`]; `shelf` and `ledger` hold the rules.
//!
//! [`PublicOutbound`]: platform::public::PublicOutbound

mod api;
mod chain;
mod contract;
mod fault;
mod internet;
pub mod ledger;
mod log;
mod message;
mod page;
mod routes;
pub mod shelf;
mod webhooks;

pub use chain::{API_URL, Chain, HOST, WEBHOOKS_URL};
pub use contract::{Contract, HookKey};
pub use fault::Fault;
pub use internet::{Dialed, Host, Internet};
pub use log::{Entry, Operation, What};
pub use message::{TellError, Till, Told};
