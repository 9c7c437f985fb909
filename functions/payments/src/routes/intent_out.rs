//! How a payment intent is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::MoneyOut;

use crate::{intent::PaymentIntent, provider::Action};

/// A payment intent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentIntentOut {
    /// Names the intent.
    #[schema(value_type = String, example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PaymentIntent>,
    /// What is paid for.
    #[schema(value_type = String, example = "grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    group: Id<kind::OrderGroup>,
    /// `requires_action`, `captured`, `partially_refunded`, `refunded`, `cancelled`, `expired`,
    /// `failed` or `conflicted`.
    #[schema(example = "requires_action")]
    state: &'static str,
    /// All of it.
    amount: MoneyOut,
    /// What was paid back of it.
    refunded: MoneyOut,
    /// What the buyer does next, when asked for and while it can be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<PaymentActionOut>,
    /// From then on it cannot be paid.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    captured_at: Option<Timestamp>,
}

/// What the buyer does next.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PaymentActionOut {
    /// Open this address in the browser.
    Redirect {
        /// The provider's page.
        url: String,
    },
    /// Hand this to the provider's app.
    App {
        /// The signed order.
        order_string: String,
    },
}

impl PaymentIntentOut {
    /// The intent, with what the buyer does next.
    pub(super) fn of(intent: &PaymentIntent, action: Option<Action>) -> Self {
        Self {
            id: intent.id,
            group: intent.group,
            state: intent.state.as_str(),
            amount: intent.amount.into(),
            refunded: intent.returned.refunded().into(),
            action: action.map(PaymentActionOut::from),
            expires_at: intent.expires_at,
            captured_at: intent.capture.as_ref().map(|capture| capture.captured_at),
        }
    }
}

impl From<Action> for PaymentActionOut {
    fn from(action: Action) -> Self {
        match action {
            Action::Redirect(url) => Self::Redirect { url },
            Action::App(order_string) => Self::App { order_string },
        }
    }
}
