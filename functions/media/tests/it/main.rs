//! The routes and the worker of `media` over a real router and the embedded engines.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod announce;
mod check;
mod documentation;
mod faults;
mod forms;
mod get;
mod list;
mod stream;
mod studio;
