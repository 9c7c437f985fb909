//! The command line of those who operate the platform: `cargo run -p operate -- --help`.
//!
//! It knows two worlds. Through the API, as an operator who is signed in, it shows what waits for a
//! person and takes their decision ([`decision`] is the list of them). With AWS credentials it gives
//! the operator's role and puts back what could not be done ([`dead_letters`]).
//!
//! Invariant: a command can be repeated. Decisions carry an idempotency key that derives from what is
//! decided, and a message is removed from where it was only after it is where it should be.
//!
//! Start reading at [`command`], the grammar.

pub mod address;
pub mod api;
pub mod arguments;
pub mod command;
pub mod dead_letters;
pub mod decision;
pub mod password;
pub mod session;
pub mod waiting;
