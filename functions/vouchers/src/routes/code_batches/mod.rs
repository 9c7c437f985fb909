//! Files of voucher codes.

mod code_batch_out;
pub(crate) mod create_code_batch;
pub(crate) mod get_code_batch;
pub(crate) mod load_code_batch;
