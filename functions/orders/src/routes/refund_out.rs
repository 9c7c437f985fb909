//! How requests for refunds, and refunds, are shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refund::{
    Asker, Refund, RefundPart, RefundRequest, RefundState, RefundedLine, RequestState, Wish,
};

/// Somebody's wish that money goes back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundRequestOut {
    /// Names the request.
    #[schema(value_type = String, example = "rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::RefundRequest>,
    /// Who wishes it.
    asked_by: Asker,
    /// Where it stands.
    state: RequestState,
    /// For what.
    lines: Vec<RefundPartOut>,
    /// Why.
    #[schema(example = "It is too small.")]
    reason: String,
    /// Whether the goods are sent back first.
    return_goods: bool,
    /// When it was asked.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// When it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// Why it was rejected.
    rejection: Option<String>,
    /// What pays it.
    #[schema(value_type = Option<String>, example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    refund: Option<Id<kind::Refund>>,
}

/// What is wished for one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundPartOut {
    /// Which line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    line: Id<kind::OrderLine>,
    /// How many units the buyer parts with.
    #[schema(example = 1)]
    quantity: u32,
    /// How much it is, in minor units: as asked, or once it is granted.
    #[schema(example = 9900)]
    amount_minor: Option<i64>,
}

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundOut {
    /// Names the refund.
    #[schema(value_type = String, example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Refund>,
    /// Why: `request`, `tickets_voided`, `ruling` or `paid_too_late`.
    #[schema(example = "request")]
    cause: &'static str,
    /// Where it stands.
    state: RefundState,
    /// How much, in minor units of the order's currency.
    #[schema(example = 9900)]
    amount_minor: i64,
    /// For what.
    lines: Vec<RefundedLineOut>,
    /// Since when it is due.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// When it succeeded or failed.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// The refund that pays in its place, if this one failed and was tried again.
    #[schema(value_type = Option<String>)]
    retried_as: Option<Id<kind::Refund>>,
    /// By what the payment is found, if this one failed and the buyer got the money on another way.
    #[schema(example = "bank transfer 2026-0611-204")]
    paid_elsewhere: Option<String>,
}

/// What goes back for one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundedLineOut {
    /// Which line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    line: Id<kind::OrderLine>,
    /// How many units.
    #[schema(example = 1)]
    quantity: u32,
    /// How much, in minor units.
    #[schema(example = 9900)]
    amount_minor: i64,
}

impl From<&RefundRequest> for RefundRequestOut {
    fn from(request: &RefundRequest) -> Self {
        Self {
            id: request.id,
            asked_by: request.asked_by,
            state: request.state,
            lines: request.parts.iter().map(RefundPartOut::from).collect(),
            reason: request.reason.as_str().to_owned(),
            return_goods: request.return_goods,
            asked_at: request.asked_at,
            decided_at: request.decided_at,
            rejection: request.rejection.clone(),
            refund: request.refund,
        }
    }
}

impl From<&RefundPart> for RefundPartOut {
    fn from(part: &RefundPart) -> Self {
        let asked = match part.wish {
            Wish::Units(_) => None,
            Wish::Amount(amount) => Some(amount),
        };
        Self {
            line: part.line,
            quantity: part.wish.units(),
            amount_minor: part.amount.or(asked).map(|amount| amount.minor()),
        }
    }
}

impl From<&Refund> for RefundOut {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            cause: refund.cause.as_str(),
            state: refund.state,
            amount_minor: refund.amount.minor(),
            lines: refund.lines.iter().map(RefundedLineOut::from).collect(),
            due_at: refund.due_at,
            ended_at: refund.ended_at,
            retried_as: refund.retried_as,
            paid_elsewhere: refund
                .paid_elsewhere
                .as_ref()
                .map(|paid| paid.reference.as_str().to_owned()),
        }
    }
}

impl From<&RefundedLine> for RefundedLineOut {
    fn from(line: &RefundedLine) -> Self {
        Self {
            line: line.line,
            quantity: line.quantity,
            amount_minor: line.amount.minor(),
        }
    }
}
