//! Tickets.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes, origin, under_version};
use crate::{
    days::Days,
    keys,
    origin::LineId,
    secret::KeptSecret,
    text::Name,
    ticket::{Offer, State, Ticket},
};

/// How many items one request reads.
const MAX_READ: usize = 100;

#[derive(Serialize, Deserialize)]
struct TicketItem {
    pk: String,
    sk: String,
    id: Id<kind::Ticket>,
    of_concert: Id<kind::Concert>,
    organization: Id<kind::Organization>,
    ticket_quota: Id<kind::TicketQuota>,
    title: Name,
    name: Name,
    days: Days,
    /// Of an order's ticket alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<Id<kind::Order>>,
    line: LineId,
    number: u32,
    buyer: Id<kind::Account>,
    holder: Id<kind::Account>,
    /// As the index sorts it.
    held_since: String,
    held_since_time: Timestamp,
    state: State,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    check_ins: BTreeMap<Date, Timestamp>,
    secret: KeptSecret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offer: Option<Offer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<Id<kind::Request>>,
    version: u64,
}

/// A place in the index of somebody's tickets.
#[derive(Serialize, Deserialize)]
struct HeldItem {
    pk: String,
    sk: String,
    holder: Id<kind::Account>,
    held_since: String,
}

impl Store {
    /// The ticket `id`.
    pub(crate) async fn ticket(
        &self,
        id: Id<kind::Ticket>,
    ) -> Result<Option<Ticket>, ServiceError> {
        let item = self.table.get_item(&keys::ticket(id)).await?;
        item.map(ticket_of).transpose()
    }

    /// The tickets with these ids that there are, in the order of the ids.
    pub(crate) async fn tickets(
        &self,
        ids: &[Id<kind::Ticket>],
    ) -> Result<Vec<Ticket>, ServiceError> {
        let mut tickets = Vec::with_capacity(ids.len());
        for part in ids.chunks(MAX_READ) {
            let keys: Vec<_> = part.iter().map(|id| keys::ticket(*id)).collect();
            for item in self.table.get_many(&keys).await?.into_iter().flatten() {
                tickets.push(ticket_of(item)?);
            }
        }
        Ok(tickets)
    }

    /// A page of somebody's tickets, newest first. What has just come or gone may be missing on it;
    /// nothing of anybody else's is.
    pub(crate) async fn tickets_of(
        &self,
        holder: Id<kind::Account>,
        after: Option<HeldAt>,
        limit: u32,
    ) -> Result<PageOf<Ticket>, ServiceError> {
        let mut query = Query::new("#holder = :holder")
            .bind(":holder", holder)
            .index(keys::BY_HOLDER)
            .descending()
            .limit(limit);
        if let Some(after) = after {
            let (pk, sk) = attributes(&keys::ticket(after.ticket));
            let place = HeldItem {
                pk,
                sk,
                holder,
                held_since: after.text,
            };
            let place = Item::of(&place)
                .map_err(|error| ServiceError::malformed("a place in a list", error))?;
            query = query.from(place);
        }
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|next| next.text("held_since"));
        let next = next.map(str::to_owned);
        let held: Vec<HeldItem> = page.parse()?;
        let ids: Vec<_> = held
            .iter()
            .filter_map(|held| held.pk.strip_prefix("TICKET#")?.parse().ok())
            .collect();
        let tickets = self.tickets(&ids).await?.into_iter();
        Ok(PageOf {
            // The index lags behind the table: what has been given away is nobody's here.
            items: tickets.filter(|ticket| ticket.holder == holder).collect(),
            next,
        })
    }

    /// The write that keeps a ticket in its new version.
    pub(crate) fn save_ticket(&self, ticket: &Ticket) -> Write {
        under_version(Write::put(&self.table, &item(ticket)), ticket.version)
    }
}

/// A place in the list of somebody's tickets, as a cursor has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldAt {
    text: String,
    ticket: Id<kind::Ticket>,
}

/// A text that is no place in a list of tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list of tickets")]
pub(crate) struct HeldAtError;

impl std::str::FromStr for HeldAt {
    type Err = HeldAtError;

    fn from_str(text: &str) -> Result<Self, HeldAtError> {
        let (_, ticket) = text.split_once('#').ok_or(HeldAtError)?;
        Ok(Self {
            ticket: ticket.parse().map_err(|_| HeldAtError)?,
            text: text.to_owned(),
        })
    }
}

/// The ticket that an item is.
pub(crate) fn ticket_of(item: Item) -> Result<Ticket, ServiceError> {
    let item: TicketItem = item.parse("a ticket")?;
    Ok(Ticket {
        id: item.id,
        concert: item.of_concert,
        organization: item.organization,
        ticket_quota: item.ticket_quota,
        title: item.title,
        name: item.name,
        days: item.days,
        origin: origin::of(item.line, item.order)?,
        number: item.number,
        recipient: item.buyer,
        holder: item.holder,
        held_since: item.held_since_time,
        state: item.state,
        check_ins: item.check_ins,
        secret: item.secret,
        offer: item.offer,
        taken: item.taken,
        version: item.version,
    })
}

fn item(ticket: &Ticket) -> TicketItem {
    let (pk, sk) = attributes(&keys::ticket(ticket.id));
    TicketItem {
        pk,
        sk,
        id: ticket.id,
        of_concert: ticket.concert,
        organization: ticket.organization,
        ticket_quota: ticket.ticket_quota,
        title: ticket.title.clone(),
        name: ticket.name.clone(),
        days: ticket.days.clone(),
        order: origin::order(ticket.origin),
        line: ticket.origin.line(),
        number: ticket.number,
        buyer: ticket.recipient,
        holder: ticket.holder,
        held_since: keys::held_since(ticket.held_since, ticket.id),
        held_since_time: ticket.held_since,
        state: ticket.state,
        check_ins: ticket.check_ins.clone(),
        secret: ticket.secret.clone(),
        offer: ticket.offer.clone(),
        taken: ticket.taken,
        version: ticket.version,
    }
}
