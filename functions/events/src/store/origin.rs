//! How an origin lies in items: the id of its line, and, of an order's, the order beside it.
//!
//! Rows from before there were grants have both, and are read as what they are.

use kernel::{Id, kind};
use platform::ServiceError;

use crate::origin::{LineId, Origin};

/// The origin that these two attributes are.
pub(super) fn of(line: LineId, order: Option<Id<kind::Order>>) -> Result<Origin, ServiceError> {
    match (line, order) {
        (LineId::OrderLine(line), Some(order)) => Ok(Origin::Order { order, line }),
        (LineId::Grant(grant), None) => Ok(Origin::Grant { grant }),
        (LineId::OrderLine(_), None) | (LineId::Grant(_), Some(_)) => {
            let cause = format!("{line} does not go with the order {order:?}");
            Err(ServiceError::malformed("an origin", cause))
        }
    }
}

/// The second of the two attributes.
pub(super) fn order(origin: Origin) -> Option<Id<kind::Order>> {
    match origin {
        Origin::Order { order, .. } => Some(order),
        Origin::Grant { .. } => None,
    }
}
