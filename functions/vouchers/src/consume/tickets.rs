//! What became of the tickets of grants, as `events` tells it: twice, late and out of order.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{
    App,
    grant::Move,
    granting::{Under, move_grant},
};

/// The beginning of the kinds of all these events.
pub(super) const PREFIX: &str = "partner_tickets.";

#[derive(Debug, Deserialize)]
struct Told {
    grant: Id<kind::PartnerGrant>,
    #[serde(default)]
    tickets: Vec<Id<kind::Ticket>>,
    /// Whether somebody had come with one of the tickets before they became void.
    #[serde(default)]
    attended: bool,
}

/// Moves the grant as it is told.
pub(super) async fn follow(app: &App, event: Event) -> Result<(), ConsumeError> {
    let told: Told = serde_json::from_value(event.data)?;
    let what = match event.kind.as_str() {
        "partner_tickets.issued" => Move::Issued(told.tickets),
        "partner_tickets.refused" => Move::IssueRefused,
        "partner_tickets.recalled" => Move::Recalled,
        "partner_tickets.recall_refused" => Move::RecallRefused,
        "partner_tickets.voided" if told.attended => Move::CheckedIn,
        "partner_tickets.voided" => Move::TicketsVoided,
        "partner_tickets.checked_in" => Move::CheckedIn,
        _ => return Err(ConsumeError::OtherKind(event.kind)),
    };
    let moved = move_grant(app, told.grant, &what, Under::Nothing).await?;
    if !moved.is_new {
        // Normal for a repetition; for anything else this is where support reads that it came.
        let (grant, state) = (told.grant.to_string(), moved.thing.state);
        tracing::info!(
            grant,
            ?state,
            kind = event.kind,
            "news of tickets changed nothing"
        );
    }
    Ok(())
}
