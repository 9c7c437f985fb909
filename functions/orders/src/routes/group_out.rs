//! How a group of orders is shown: to its buyer, with what lets them pay it.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use tokens::{CheckoutClaim, intent_of};
use utoipa::ToSchema;
use web::{ApiError, MoneyOut};

use super::order_out::OrderOut;
use crate::{
    App,
    order::{self, Order, OrderState},
};

/// How long the words on a payer's bill may be, in characters.
const MAX_SUBJECT_CHARACTERS: usize = 100;

/// What was checked out together: one order for each shop, one payment for all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderGroupOut {
    /// Names the group.
    #[schema(value_type = String, example = "grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::OrderGroup>,
    /// The orders, in the order in which they were asked for.
    orders: Vec<OrderOut>,
    /// The sum of the orders.
    total: MoneyOut,
    /// Until when it can be paid.
    #[schema(value_type = String, format = DateTime)]
    pay_by: Timestamp,
    /// By which payments knows it.
    #[schema(value_type = String, example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    payment_intent: Id<kind::PaymentIntent>,
    /// Give it to `POST /v1/payment-intents` to pay; null once there is nothing to pay any more.
    payment_claim: Option<String>,
}

impl OrderGroupOut {
    /// The group that these orders, at least one, are.
    pub(super) fn of(app: &App, orders: &[Order]) -> Result<Self, ApiError> {
        let first = orders.first().ok_or_else(ApiError::not_found)?;
        let total = order::total_of(orders).map_err(ApiError::internal)?;
        let total = total.ok_or_else(ApiError::not_found)?;
        let is_payable = first.pay_by > app.clock.now()
            && orders
                .iter()
                .all(|order| order.state == OrderState::AwaitingPayment);
        let claim = CheckoutClaim {
            group: first.group,
            account: first.buyer,
            amount: total,
            subject: subject(orders),
            expires_at: first.pay_by,
        };
        let payment_claim = is_payable.then(|| app.checkout_key.sign(&claim));
        let shown = orders.iter().map(OrderOut::from);
        Ok(Self {
            id: first.group,
            orders: shown.collect(),
            total: total.into(),
            pay_by: first.pay_by,
            payment_intent: intent_of(first.group),
            payment_claim: payment_claim.transpose().map_err(ApiError::internal)?,
        })
    }
}

/// What is written on the payer's bill.
fn subject(orders: &[Order]) -> String {
    let mut lines = orders.iter().flat_map(|order| &order.lines);
    let title = lines.next().map(|line| line.title.as_str());
    let title: String = title
        .unwrap_or("Planet")
        .chars()
        .take(MAX_SUBJECT_CHARACTERS)
        .collect();
    match lines.count() {
        0 => title,
        more => format!("{title} and {more} more"),
    }
}
