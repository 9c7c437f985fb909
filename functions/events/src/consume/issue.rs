//! Issues the tickets of an order that was paid, or of a partner's grant that was claimed.
//!
//! No unit of the ticket quota is taken here: checkout took an order's, and the partner's allotment
//! blocked those of its grants.

use std::{collections::BTreeMap, ops::RangeInclusive};

use kernel::{Id, kind};
use serde::Deserialize;

use super::{ConsumeError, MAX_TRIES, void};
use crate::{
    App,
    concert::{Concert, State},
    line::{self, Due, End, Line},
    origin::Origin,
    store::CommitError,
    ticket::{self, Ticket},
    ticket_quota::TicketQuota,
};

/// What is told of an order that was paid.
#[derive(Debug, Deserialize)]
pub(super) struct PaidOrder {
    order: Id<kind::Order>,
    buyer: Id<kind::Account>,
    lines: Vec<PaidLine>,
}

#[derive(Debug, Deserialize)]
struct PaidLine {
    line: Id<kind::OrderLine>,
    quantity: u32,
    tickets: Option<PaidTickets>,
}

#[derive(Debug, Deserialize)]
struct PaidTickets {
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    per_unit: u32,
}

/// What is told of a grant that was claimed.
#[derive(Debug, Deserialize)]
pub(super) struct ClaimedGrant {
    grant: Id<kind::PartnerGrant>,
    account: Id<kind::Account>,
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    quantity: u32,
}

/// Issues what the order's lines are tickets for; other lines are not our concern.
pub(super) async fn for_order(app: &App, order: PaidOrder) -> Result<(), ConsumeError> {
    for line in &order.lines {
        if let Some(tickets) = &line.tickets {
            let origin = Origin::Order {
                order: order.order,
                line: line.line,
            };
            let due = Due {
                origin,
                recipient: order.buyer,
                concert: tickets.concert,
                ticket_quota: tickets.ticket_quota,
                quantity: line.quantity,
                per_unit: tickets.per_unit,
            };
            issue(app, &due).await?;
        }
    }
    Ok(())
}

/// Issues what the grant is tickets for.
pub(super) async fn for_grant(app: &App, claimed: ClaimedGrant) -> Result<(), ConsumeError> {
    let due = Due {
        origin: Origin::Grant {
            grant: claimed.grant,
        },
        recipient: claimed.account,
        concert: claimed.concert,
        ticket_quota: claimed.ticket_quota,
        quantity: claimed.quantity,
        per_unit: 1,
    };
    issue(app, &due).await
}

async fn issue(app: &App, due: &Due) -> Result<(), ConsumeError> {
    let concert = app.store.concert(due.concert).await?;
    let quota = concert
        .as_ref()
        .and_then(|concert| concert.ticket_quota(due.ticket_quota));
    let (Some(concert), Some(quota)) = (&concert, quota) else {
        return refuse(app, due).await;
    };
    if concert.state == State::Cancelled {
        return void_instead(app, due).await;
    }
    write_tickets(app, due, concert, quota).await?;
    // Who called the concert off after we read it may have looked for its lines before this one was
    // there; then it is ours to make void.
    let concert = app.store.concert(due.concert).await?;
    if concert.is_some_and(|concert| concert.state == State::Cancelled) {
        void::void_line(app, due.origin.line()).await?;
    }
    Ok(())
}

/// There is nothing to issue tickets of. Somebody has paid for an order's, so its message waits for
/// an operator; a grant is refused, and its partner owes nothing.
async fn refuse(app: &App, due: &Due) -> Result<(), ConsumeError> {
    if let Origin::Order { .. } = due.origin {
        return Err(ConsumeError::Unknown {
            concert: due.concert,
            ticket_quota: due.ticket_quota,
        });
    }
    let line = load_or_begin(app, due).await?;
    if line.version > 0 {
        return Ok(());
    }
    match app
        .store
        .save_line(&line.refused(app.clock.now()), &[])
        .await
    {
        Ok(()) => Ok(()),
        // Another worker does the same; the next try sees that it is done.
        Err(CommitError::Lost | CommitError::Repeated) => Err(ConsumeError::Overtaken),
        Err(CommitError::Service(error)) => Err(error.into()),
    }
}

/// Writes the tickets that are missing, part by part.
async fn write_tickets(
    app: &App,
    due: &Due,
    concert: &Concert,
    quota: &TicketQuota,
) -> Result<(), ConsumeError> {
    let mut lost = 0;
    while lost < MAX_TRIES {
        let line = load_or_begin(app, due).await?;
        let Some((line, numbers)) = line.extended(app.clock.now()) else {
            return Ok(());
        };
        let tickets = make(app, &line, numbers, concert, quota)?;
        match app.store.save_line(&line, &tickets).await {
            Ok(()) => {}
            // Another worker does the same, or the line is becoming void.
            Err(CommitError::Lost | CommitError::Repeated) => lost += 1,
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ConsumeError::Overtaken)
}

/// What was bought or granted for a concert that is called off: it gets no tickets, and its money
/// back.
async fn void_instead(app: &App, due: &Due) -> Result<(), ConsumeError> {
    let line = load_or_begin(app, due).await?;
    if line.version > 0 {
        return void::void_line(app, line.id()).await;
    }
    let voided = line.voided(End::default(), app.clock.now());
    match app.store.save_line(&voided, &[]).await {
        Ok(()) => Ok(()),
        Err(CommitError::Lost | CommitError::Repeated) => void::void_line(app, voided.id()).await,
        Err(CommitError::Service(error)) => Err(error.into()),
    }
}

async fn load_or_begin(app: &App, due: &Due) -> Result<Line, ConsumeError> {
    match app.store.line(due.origin.line()).await? {
        Some(line) => Ok(line),
        None => Ok(Line::of(due, app.clock.now())?),
    }
}

fn make(
    app: &App,
    line: &Line,
    numbers: RangeInclusive<u32>,
    concert: &Concert,
    quota: &TicketQuota,
) -> Result<Vec<Ticket>, ConsumeError> {
    numbers
        .map(|number| {
            let id = line::ticket_id(line.id(), number);
            Ok(Ticket {
                id,
                concert: concert.id,
                organization: concert.organization,
                ticket_quota: quota.id,
                title: concert.programme.title.clone(),
                name: quota.name.clone(),
                days: quota.days.clone(),
                origin: line.origin,
                number,
                recipient: line.recipient,
                holder: line.recipient,
                held_since: app.clock.now(),
                state: ticket::State::Issued,
                check_ins: BTreeMap::new(),
                secret: app.keys.mint(id)?,
                offer: None,
                taken: None,
                version: 1,
            })
        })
        .collect()
}
