//! What the worker does for each message.

pub(crate) mod load_codes;
