//! The entries of every wallet.

use jiff::{Timestamp, civil::Date};
use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, Table, Write, WriteError},
};
use serde::{Deserialize, Serialize};
use wallet::Reason;

use crate::{
    entry::{Entry, Story},
    keys,
};

/// Where entries are kept.
#[derive(Clone)]
pub(crate) struct Entries {
    table: Table,
}

/// A page of an account's entries, the latest first.
pub(crate) struct EntryPage {
    pub(crate) entries: Vec<Entry>,
    /// The sort key after which the next page begins; `None` on the last.
    pub(crate) next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct EntryItem {
    pk: String,
    sk: String,
    account: Id<kind::Account>,
    version: u64,
    number: usize,
    occurred_at: Timestamp,
    points: i64,
    #[serde(with = "StoryItem")]
    story: Story,
}

/// The stored form of a [`Story`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Story", tag = "kind", rename_all = "snake_case")]
enum StoryItem {
    Earned {
        date: Date,
        minutes: u32,
        rule_version: u32,
    },
    Spent {
        reference: Reason,
    },
    Held {
        hold: Id<kind::Hold>,
        reference: Reason,
    },
    Posted {
        hold: Id<kind::Hold>,
    },
    Voided {
        hold: Id<kind::Hold>,
    },
    Restored {
        reference: Reason,
    },
    Credited {
        reference: Reason,
    },
    Revoked {
        reference: Reason,
    },
    Adjusted {
        reference: Reason,
    },
    Expired,
}

impl Entries {
    pub(crate) fn new(table: Table) -> Entries {
        Entries { table }
    }

    /// Writes an entry, unless it has been written before.
    pub(crate) async fn add(&self, entry: &Entry) -> Result<(), ServiceError> {
        let write = Write::put(&self.table, &EntryItem::of(entry)).when_absent();
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// The entries of an account that come after `after`, the latest first.
    pub(crate) async fn latest(
        &self,
        account: Id<kind::Account>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<EntryPage, ServiceError> {
        let pk = keys::account(account);
        let query = Query::prefix(&pk, keys::ENTRY_PREFIX);
        let mut query = query.descending().limit(limit);
        if let Some(after) = after {
            query = query.after(&Key::sorted(&pk, after));
        }
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(sort_key);
        let items: Vec<EntryItem> = page.parse()?;
        let entries = items.into_iter().map(EntryItem::into_entry).collect();
        Ok(EntryPage { entries, next })
    }
}

fn sort_key(item: &Item) -> Option<String> {
    item.text("sk").map(str::to_owned)
}

impl EntryItem {
    fn of(entry: &Entry) -> EntryItem {
        let key = keys::entry(entry.account, entry.version, entry.number);
        EntryItem {
            pk: key.pk().to_owned(),
            sk: key.sk().unwrap_or_default().to_owned(),
            account: entry.account,
            version: entry.version,
            number: entry.number,
            occurred_at: entry.occurred_at,
            points: entry.points,
            story: entry.story.clone(),
        }
    }

    fn into_entry(self) -> Entry {
        Entry {
            account: self.account,
            version: self.version,
            number: self.number,
            occurred_at: self.occurred_at,
            points: self.points,
            story: self.story,
        }
    }
}
