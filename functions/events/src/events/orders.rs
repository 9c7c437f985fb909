//! What `orders` is told of the tickets of its lines.

use kernel::{Event, Id, kind};
use platform::ServiceError;
use serde_json::json;

use super::{ONLY_VERSION, Subscriber, Told, derived};
use crate::{
    line::{Line, State},
    recall::{Outcome, Recall},
};

/// That the line has come to where it is.
pub(super) fn of_line(
    order: Id<kind::Order>,
    id: Id<kind::OrderLine>,
    line: &Line,
) -> Result<Option<Told>, ServiceError> {
    let mut data = json!({ "order": order, "line": id, "version": line.version });
    let kind = match line.state {
        State::Issuing | State::Voiding | State::Refused => return Ok(None),
        State::Issued => {
            data["tickets"] = line.tickets().map(|ticket| json!(ticket)).collect();
            "tickets.issued"
        }
        // All of it was paid back before.
        State::Voided if line.voided == 0 => return Ok(None),
        State::Voided => {
            // One of tickets, of which a unit of the line may have several.
            data["quantity"] = json!(line.voided);
            data["reason"] = json!("concert_cancelled");
            "tickets.voided"
        }
    };
    let event = derived(kind, id.to_string(), line.version, line.updated_at, data)?;
    Ok(Some((Subscriber::Orders, event)))
}

/// What became of a recall of so many units of a line.
pub(super) fn of_recall(
    refund_request: Id<kind::RefundRequest>,
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    quantity: u32,
    recall: &Recall,
) -> Result<Told, ServiceError> {
    let mut data = json!({
        "refund_request": refund_request,
        "order": order,
        "line": line,
        "quantity": quantity,
        "tickets": [],
        "version": ONLY_VERSION,
    });
    let kind = match &recall.outcome {
        Outcome::Recalled(tickets) => {
            data["tickets"] = json!(tickets);
            "tickets.recalled"
        }
        Outcome::Refused(refusal) => {
            data["reason"] = json!(refusal.as_str());
            "tickets.recall_refused"
        }
    };
    let subject = refund_request.to_string();
    let event = derived(kind, subject, ONLY_VERSION, recall.decided_at, data)?;
    // One request may ask for tickets of several lines, and no two events have one id.
    let id = Id::derive(&[kind, &event.subject, &line.to_string()]);
    Ok((Subscriber::Orders, Event { id, ..event }))
}
