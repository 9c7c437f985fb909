//! The keys of a partner.

pub(crate) mod create_key;
pub(crate) mod end_key;
mod key_out;
pub(crate) mod list_keys;
pub(crate) mod rotate_key;
