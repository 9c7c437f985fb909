//! The routes, a file each; and what several of them answer.

pub(crate) mod cancel_intent;
pub(crate) mod create_chargeback;
pub(crate) mod create_intent;
pub(crate) mod get_intent;
mod intent_out;
pub(crate) mod list_refunds;
pub(crate) mod notify_alipay;
mod visible;
