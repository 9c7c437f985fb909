//! Lines: the tickets of one origin as a whole, and the lines of a concert.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{CommitError, PageOf, Store, attributes, origin, under_version};
use crate::{
    keys,
    line::{Line, State},
    origin::LineId,
    ticket::Ticket,
};

#[derive(Serialize, Deserialize)]
struct LineItem {
    pk: String,
    sk: String,
    id: LineId,
    /// Of an order's line alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<Id<kind::Order>>,
    buyer: Id<kind::Account>,
    of_concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    quantity: u32,
    per_unit: u32,
    state: State,
    issued: u32,
    voided: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    attended: bool,
    updated_at: Timestamp,
    version: u64,
}

/// A line in the list of its concert.
#[derive(Serialize, Deserialize)]
struct ListedItem {
    pk: String,
    sk: String,
    line: LineId,
}

impl Store {
    /// The line `id`.
    pub(crate) async fn line(&self, id: LineId) -> Result<Option<Line>, ServiceError> {
        let item = self.table.get_item(&keys::line(id)).await?;
        item.map(line_of).transpose()
    }

    /// Keeps a line in its new version, together with the tickets it gets by that. The first version
    /// also stands in the list of the concert, where whoever calls the concert off finds it.
    pub(crate) async fn save_line(
        &self,
        line: &Line,
        tickets: &[Ticket],
    ) -> Result<(), CommitError> {
        let put = Write::put(&self.table, &item(line));
        let mut writes = vec![under_version(put, line.version)];
        if line.version == 1 {
            let (pk, sk) = attributes(&keys::listed_line(line.concert, line.id()));
            let listed = ListedItem {
                pk,
                sk,
                line: line.id(),
            };
            writes.push(Write::put(&self.table, &listed));
        }
        writes.extend(tickets.iter().map(|ticket| self.save_ticket(ticket)));
        self.commit(writes).await
    }

    /// A page of one shard of a concert's lines.
    pub(crate) async fn lines_of(
        &self,
        concert: Id<kind::Concert>,
        shard: u8,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PageOf<LineId>, ServiceError> {
        let pk = keys::lines(concert, shard);
        let mut query = Query::prefix(&pk, keys::LINE_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&Key::sorted(pk, after));
        }
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|next| next.text("sk"));
        let next = next.map(str::to_owned);
        let items: Vec<ListedItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(|item| item.line).collect(),
            next,
        })
    }
}

/// The line that an item is.
pub(crate) fn line_of(item: Item) -> Result<Line, ServiceError> {
    let item: LineItem = item.parse("a line")?;
    Ok(Line {
        origin: origin::of(item.id, item.order)?,
        recipient: item.buyer,
        concert: item.of_concert,
        ticket_quota: item.ticket_quota,
        quantity: item.quantity,
        per_unit: item.per_unit,
        state: item.state,
        issued: item.issued,
        voided: item.voided,
        attended: item.attended,
        updated_at: item.updated_at,
        version: item.version,
    })
}

fn item(line: &Line) -> LineItem {
    let (pk, sk) = attributes(&keys::line(line.id()));
    LineItem {
        pk,
        sk,
        id: line.id(),
        order: origin::order(line.origin),
        buyer: line.recipient,
        of_concert: line.concert,
        ticket_quota: line.ticket_quota,
        quantity: line.quantity,
        per_unit: line.per_unit,
        state: line.state,
        issued: line.issued,
        voided: line.voided,
        attended: line.attended,
        updated_at: line.updated_at,
        version: line.version,
    }
}
