//! What the worker does for each message.

pub(crate) mod check_upload;
