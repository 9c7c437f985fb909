//! The routes, a room for each kind of thing and a file for each route.

pub(crate) mod allotments;
pub(crate) mod clearing;
pub(crate) mod code_batches;
pub(crate) mod grants;
pub(crate) mod keys;
pub(crate) mod links;
mod move_refusal;
pub(crate) mod partners;
pub(crate) mod rewards;
pub(crate) mod vouchers;
