//! How a dispute is shown to its sides and to operators.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    dispute::{DisputeReason, Ruling, Side, Stated},
    order::Order,
};

/// A quarrel that an operator decides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeOut {
    /// Names the dispute.
    #[schema(value_type = String, example = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Dispute>,
    /// About what.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    order: Id<kind::Order>,
    /// Whose shop sold it.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// Why.
    reason: DisputeReason,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// What was said, oldest first.
    statements: Vec<StatementOut>,
    /// How it was decided; null until then.
    ruling: Option<RulingOut>,
}

/// What one side said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementOut {
    /// Which side.
    by: Side,
    /// What it said.
    #[schema(example = "The parcel was empty.")]
    text: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    stated_at: Timestamp,
}

/// How a dispute was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulingOut {
    /// What pays the buyer; null if the seller keeps all of the money.
    #[schema(value_type = Option<String>, example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    refund: Option<Id<kind::Refund>>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    ruled_at: Timestamp,
}

impl DisputeOut {
    /// The dispute of an order, if there is one.
    pub(super) fn of(order: &Order) -> Option<Self> {
        let dispute = order.dispute.as_ref()?;
        Some(Self {
            id: dispute.id,
            order: order.id,
            shop: order.seller,
            reason: dispute.reason,
            opened_at: dispute.opened_at,
            statements: dispute.statements.iter().map(StatementOut::from).collect(),
            ruling: dispute.ruling.as_ref().map(RulingOut::from),
        })
    }
}

impl From<&Stated> for StatementOut {
    fn from(stated: &Stated) -> Self {
        Self {
            by: stated.by,
            text: stated.text.as_str().to_owned(),
            stated_at: stated.stated_at,
        }
    }
}

impl From<&Ruling> for RulingOut {
    fn from(ruling: &Ruling) -> Self {
        Self {
            refund: ruling.refund,
            ruled_at: ruling.ruled_at,
        }
    }
}
