//! Where an order stands, and where it can go from there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    /// Its goods are held until it is paid or time is over.
    AwaitingPayment,
    /// Nobody paid in time. If money came later all the same, it goes back.
    Expired,
    /// The buyer changed their mind before paying.
    Cancelled,
    /// The goods are the buyer's.
    Paid,
    /// Some of it is handed over.
    Fulfilling,
    /// All of it is handed over, in whatever way.
    Shipped,
    /// The buyer, or time, said that it is there.
    Received,
    /// Nothing can be disputed any more.
    Completed,
    /// An operator decides between buyer and seller.
    Disputed,
    /// The operator ruled that money goes back.
    ResolvedRefund,
    /// The operator ruled that the seller keeps the money.
    ResolvedRelease,
    /// All of the money went back.
    Refunded,
}

/// A move that no order makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from} cannot be {to}")]
pub(crate) struct IllegalMove {
    /// Where the order stands.
    pub(crate) from: OrderState,
    /// Where it cannot go from there.
    pub(crate) to: OrderState,
}

impl OrderState {
    /// Every state.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::AwaitingPayment,
        Self::Expired,
        Self::Cancelled,
        Self::Paid,
        Self::Fulfilling,
        Self::Shipped,
        Self::Received,
        Self::Completed,
        Self::Disputed,
        Self::ResolvedRefund,
        Self::ResolvedRelease,
        Self::Refunded,
    ];

    /// The state's word, on the wire and in errors.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Paid => "paid",
            Self::Fulfilling => "fulfilling",
            Self::Shipped => "shipped",
            Self::Received => "received",
            Self::Completed => "completed",
            Self::Disputed => "disputed",
            Self::ResolvedRefund => "resolved_refund",
            Self::ResolvedRelease => "resolved_release",
            Self::Refunded => "refunded",
        }
    }

    /// Whether the order was paid and stands by what was agreed, in whatever state since.
    pub(crate) fn is_paid(self) -> bool {
        match self {
            Self::AwaitingPayment | Self::Expired | Self::Cancelled => false,
            Self::Paid
            | Self::Fulfilling
            | Self::Shipped
            | Self::Received
            | Self::Completed
            | Self::Disputed
            | Self::ResolvedRefund
            | Self::ResolvedRelease
            | Self::Refunded => true,
        }
    }

    /// The edges of an order's life.
    pub(crate) fn may_become(self, to: Self) -> bool {
        match self {
            Self::AwaitingPayment => matches!(to, Self::Paid | Self::Expired | Self::Cancelled),
            // Money that comes late finds its goods again, or goes back.
            Self::Expired => to == Self::Paid,
            Self::Paid => matches!(to, Self::Fulfilling | Self::Shipped | Self::Refunded),
            Self::Fulfilling => matches!(to, Self::Shipped | Self::Refunded),
            // Disputed also then: what is said to be sent may never come.
            Self::Shipped => matches!(to, Self::Received | Self::Disputed | Self::Refunded),
            Self::Received => matches!(to, Self::Completed | Self::Disputed | Self::Refunded),
            Self::Disputed => matches!(to, Self::ResolvedRefund | Self::ResolvedRelease),
            Self::Completed => to == Self::Refunded,
            Self::Cancelled | Self::ResolvedRefund | Self::ResolvedRelease | Self::Refunded => {
                false
            }
        }
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_moves_along_these_edges_and_no_others() {
        let edges: Vec<_> = OrderState::ALL
            .iter()
            .flat_map(|from| OrderState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from} → {to}"))
            .collect();
        let expected = [
            "awaiting_payment → expired",
            "awaiting_payment → cancelled",
            "awaiting_payment → paid",
            "expired → paid",
            "paid → fulfilling",
            "paid → shipped",
            "paid → refunded",
            "fulfilling → shipped",
            "fulfilling → refunded",
            "shipped → received",
            "shipped → disputed",
            "shipped → refunded",
            "received → completed",
            "received → disputed",
            "received → refunded",
            "completed → refunded",
            "disputed → resolved_refund",
            "disputed → resolved_release",
        ];
        assert_eq!(edges, expected);
    }

    #[test]
    fn a_states_word_is_its_word_in_json() {
        for state in OrderState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
