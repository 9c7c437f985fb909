//! Those who were let in.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{door::CheckIn, keys, text::Name};

#[derive(Serialize, Deserialize)]
struct CheckInItem {
    pk: String,
    sk: String,
    id: Id<kind::CheckIn>,
    of_ticket: Id<kind::Ticket>,
    of_concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    name: Name,
    day: Date,
    at: Timestamp,
    by: Id<kind::Account>,
}

impl Store {
    /// The check-in of a ticket for a day, if there is one.
    pub(crate) async fn check_in(
        &self,
        concert: Id<kind::Concert>,
        day: Date,
        ticket: Id<kind::Ticket>,
    ) -> Result<Option<CheckIn>, ServiceError> {
        let key = keys::check_in(concert, day, ticket);
        let item: Option<CheckInItem> = self.table.get(&key).await?;
        Ok(item.map(CheckIn::from))
    }

    /// The write that lets a ticket's holder in for a day, once.
    pub(crate) fn let_in(&self, check_in: &CheckIn) -> Write {
        let key = keys::check_in(check_in.concert, check_in.day, check_in.ticket);
        let (pk, sk) = attributes(&key);
        let item = CheckInItem {
            pk,
            sk,
            id: check_in.id,
            of_ticket: check_in.ticket,
            of_concert: check_in.concert,
            ticket_quota: check_in.ticket_quota,
            name: check_in.name.clone(),
            day: check_in.day,
            at: check_in.at,
            by: check_in.by,
        };
        Write::put(&self.table, &item).when_absent()
    }

    /// A page of those who were let in to a concert, by day.
    pub(crate) async fn check_ins_of(
        &self,
        concert: Id<kind::Concert>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PageOf<CheckIn>, ServiceError> {
        let pk = keys::door(concert);
        let mut query = Query::new("pk = :pk").bind(":pk", &pk).limit(limit);
        if let Some(after) = after {
            query = query.after(&Key::sorted(pk, after));
        }
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|next| next.text("sk"));
        let next = next.map(str::to_owned);
        let items: Vec<CheckInItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(CheckIn::from).collect(),
            next,
        })
    }
}

impl From<CheckInItem> for CheckIn {
    fn from(item: CheckInItem) -> Self {
        Self {
            id: item.id,
            ticket: item.of_ticket,
            concert: item.of_concert,
            ticket_quota: item.ticket_quota,
            name: item.name,
            day: item.day,
            at: item.at,
            by: item.by,
        }
    }
}
