//! What every HTTP route of Planet shares.
//!
//! - [`Api`]: a context's table of [`routes!`], public ones named apart; everything else refuses a
//!   request without a verified caller before its handler runs.
//! - [`Capability`] and [`Stage`]: what a deployment holds back, before handlers run.
//! - [`ApiError`] and [`Code`]: every error is `application/problem+json` with a stable code.
//! - [`Caller`], [`Operator`], [`Json`], [`Path`], [`Query`], [`Paging`], [`IfMatch`]: extractors, so
//!   that a handler's signature says what it needs and what it trusts.
//! - [`Idempotent`] and [`Requests`]: `Idempotency-Key`, whose record is written in the same
//!   transaction as the effect.
//! - [`fields`]: how fields of requests are read where absent, null and empty differ.
//! - [`RateLimits`]: counted in DynamoDB, so that they hold over all instances of a function.
//!
//! Start reading at [`Api`].

mod api;
mod caller;
mod edits;
mod error;
pub mod fields;
mod idempotency;
mod json;
mod limits;
mod middleware;
mod money;
mod paging;
mod stage;

pub use api::{Api, Routes};
pub use caller::{Acting, Caller, Operator};
pub use edits::{IfMatch, with_version};
pub use error::{ApiError, Code, FieldError, Problem};
pub use idempotency::{IDEMPOTENCY, Idempotent, RequestKey, Requests, replayed};
pub use json::{Json, Path, Query, parse_json, read_body, require_json};
pub use limits::{Limit, RateLimits, Taken, Usage};
pub use money::{MoneyOut, offered};
pub use paging::{List, Paging, PagingParams};
pub use platform::serve::RequestInfo;
pub use stage::{Capability, Stage, StageError, TRYING_OUT};

/// For [`routes!`].
#[doc(hidden)]
pub use utoipa_axum;
