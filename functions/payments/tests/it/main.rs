//! The routes, the worker, the stream and the sweeper, over the real router, the embedded engines and
//! the sandbox gateway.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod cancel_intent;
mod create_chargeback;
mod create_intent;
mod faults;
mod forged_notifies;
mod get_intent;
mod group_closed;
mod list_refunds;
mod meanwhile;
mod notify_alipay;
mod refund_due;
mod stream;
mod sweep;
mod till;
