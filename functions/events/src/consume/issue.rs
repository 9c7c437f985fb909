//! Issues the tickets of an order that was paid.

use std::{collections::BTreeMap, ops::RangeInclusive};

use kernel::{Id, kind};
use serde::Deserialize;

use super::{ConsumeError, MAX_TRIES, void};
use crate::{
    App,
    concert::{Concert, State},
    line::{self, Bought, Line},
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

/// Issues what the order's lines are tickets for; other lines are not our concern.
pub(super) async fn handle(app: &App, order: PaidOrder) -> Result<(), ConsumeError> {
    for line in &order.lines {
        if let Some(tickets) = &line.tickets {
            let bought = Bought {
                line: line.line,
                order: order.order,
                buyer: order.buyer,
                concert: tickets.concert,
                ticket_quota: tickets.ticket_quota,
                quantity: line.quantity,
                per_unit: tickets.per_unit,
            };
            issue(app, &bought).await?;
        }
    }
    Ok(())
}

async fn issue(app: &App, bought: &Bought) -> Result<(), ConsumeError> {
    let concert = app.store.concert(bought.concert).await?;
    let unknown = || ConsumeError::Unknown {
        concert: bought.concert,
        ticket_quota: bought.ticket_quota,
    };
    let concert = concert.ok_or_else(unknown)?;
    let quota = concert.ticket_quota(bought.ticket_quota);
    let quota = quota.ok_or_else(unknown)?;
    if concert.state == State::Cancelled {
        return void_instead(app, bought).await;
    }
    write_tickets(app, bought, &concert, quota).await?;
    // Who called the concert off after we read it may have looked for its lines before this one was
    // there; then it is ours to make void.
    let concert = app.store.concert(bought.concert).await?;
    if concert.is_some_and(|concert| concert.state == State::Cancelled) {
        void::void_line(app, bought.line).await?;
    }
    Ok(())
}

/// Writes the tickets that are missing, part by part.
async fn write_tickets(
    app: &App,
    bought: &Bought,
    concert: &Concert,
    quota: &TicketQuota,
) -> Result<(), ConsumeError> {
    let mut lost = 0;
    while lost < MAX_TRIES {
        let line = load_or_begin(app, bought).await?;
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

/// What was bought for a concert that is called off: it gets no tickets, and its money back.
async fn void_instead(app: &App, bought: &Bought) -> Result<(), ConsumeError> {
    let line = load_or_begin(app, bought).await?;
    if line.version > 0 {
        return void::void_line(app, line.id).await;
    }
    let voided = line.voided(0, app.clock.now());
    match app.store.save_line(&voided, &[]).await {
        Ok(()) => Ok(()),
        Err(CommitError::Lost | CommitError::Repeated) => void::void_line(app, voided.id).await,
        Err(CommitError::Service(error)) => Err(error.into()),
    }
}

async fn load_or_begin(app: &App, bought: &Bought) -> Result<Line, ConsumeError> {
    match app.store.line(bought.line).await? {
        Some(line) => Ok(line),
        None => Ok(Line::of(bought, app.clock.now())?),
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
            let id = line::ticket_id(line.id, number);
            Ok(Ticket {
                id,
                concert: concert.id,
                organization: concert.organization,
                ticket_quota: quota.id,
                title: concert.programme.title.clone(),
                name: quota.name.clone(),
                days: quota.days.clone(),
                order: line.order,
                line: line.id,
                number,
                buyer: line.buyer,
                holder: line.buyer,
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
