//! The routes, the worker, the sweeper and the stream, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod add_statement;
mod cancel_group;
mod charged_back;
mod copies;
mod decide_refund;
mod deliver;
mod download;
mod events;
mod faults;
mod get_dispute;
mod get_order;
mod guards;
mod hot_sale;
mod line;
mod list_entitlements;
mod list_orders;
mod list_waiting;
mod market;
mod open_dispute;
mod paid_elsewhere;
mod payment;
mod place;
mod place_cost;
mod place_refusals;
mod purchase_limit;
mod random_walk;
mod receive;
mod refund;
mod refund_ended;
mod refund_faults;
mod request_refund;
mod retry_refund;
mod return_received;
mod rule_dispute;
mod sale;
mod ship;
mod stages;
mod sweep;
mod tickets;
