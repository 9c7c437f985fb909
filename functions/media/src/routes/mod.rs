//! The routes, a file each; and what several of them decide and answer.

pub(crate) mod announce;
pub(crate) mod complete;
pub(crate) mod get;
pub(crate) mod list;
mod media_out;
mod sight;
