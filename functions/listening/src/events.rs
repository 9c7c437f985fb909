//! What this context tells the others.
//!
//! | event | subject | data |
//! |---|---|---|
//! | `listening.listens_submitted` | the account | `account`, `received_at` (seconds since 1970), `listens: [[start_s, end_s], …]` |

use kernel::{Event, Id, Timestamp, kind};
use serde_json::json;

use crate::listen::{Listen, Span};

const LISTENS_SUBMITTED: &str = "listening.listens_submitted";

/// The listens of one request that earn something, sorted and each once.
///
/// A client that lost our answer sends its request again, perhaps when more of the last track has
/// passed. So the event's id follows from what the member claims, not from what could be credited
/// at the time; the version, which says which event is later, is the time of reception.
pub(crate) fn listens_submitted(
    account: Id<kind::Account>,
    received_at: Timestamp,
    earning: &[(Listen, Span)],
) -> Event {
    let claims: String = earning
        .iter()
        .map(|(listen, _)| listen.claim())
        .map(|(started_at_s, played_ms)| format!("{started_at_s} {played_ms}\n"))
        .collect();
    let spans: Vec<Span> = earning.iter().map(|(_, span)| *span).collect();
    let subject = account.to_string();
    Event {
        id: Id::derive(&[LISTENS_SUBMITTED, &subject, &claims]),
        kind: LISTENS_SUBMITTED.to_owned(),
        subject,
        version: u64::try_from(received_at.as_millisecond()).unwrap_or_default(),
        occurred_at: received_at,
        data: json!({
            "account": account,
            "received_at": received_at.as_second(),
            "listens": spans,
        }),
    }
}
