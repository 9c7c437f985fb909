//! Clearing accounts: where they stand, their months and their lines.
//!
//! An entry is marked with its line in the transaction that adds the line, so that it is entered
//! once however often it is told of; the head's number is the condition of it all, so that lines
//! have no gaps and a month's sums are those of its lines.

use std::collections::BTreeMap;

use kernel::{Money, Timestamp};
use platform::{
    ServiceError,
    table::{Item, Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};
use wallet::Month;

use super::{
    BILLING, PageOf, Store, attributes, exchange_of, exchanges::ExchangeRecord, settlement_of,
    settlements::SettlementRecord,
};
use crate::{
    clearing::{Entry, EntryId, ExchangeSum, Head, Line, LineAt, Posted, Sums, Tally},
    exchange::Book,
    keys,
};

/// The attribute of an entry that says in which line it stands.
const LINE: &str = "line";

#[derive(Serialize, Deserialize)]
struct HeadItem {
    pk: String,
    sk: String,
    sequence: u64,
    balance: Money,
    posted_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SumsItem {
    pk: String,
    sk: String,
    month: Month,
    opening: Money,
    closing: Money,
    first_sequence: u64,
    last_sequence: u64,
    exchanges: Vec<ExchangeSum>,
    received: Tally,
    paid: Tally,
}

#[derive(Serialize, Deserialize)]
struct LineItem {
    pk: String,
    sk: String,
    sequence: u64,
    posted_at: Timestamp,
    entry: EntryRecord,
    balance_change: Money,
    balance_after: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EntryRecord {
    Exchange(ExchangeRecord),
    Settlement(SettlementRecord),
}

/// Something that was told to be entered, as it is kept.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// It is to be entered.
    Open(Entry),
    /// It has its line.
    Entered,
    /// There is no such thing.
    Missing,
}

/// Why lines were not added. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    /// The account, or one of the entries, has got a line meanwhile.
    #[error("something has changed meanwhile")]
    Lost,
    /// The partner's account is kept in another currency.
    #[error("the partner's account is kept in another currency")]
    Currency,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// What is kept under `ids`, of which there are at most 100.
    pub(crate) async fn entries(
        &self,
        ids: &[EntryId],
    ) -> Result<BTreeMap<EntryId, Found>, ServiceError> {
        let keys: Vec<_> = ids.iter().copied().map(entry_key).collect();
        let items = self.table.get_many(&keys).await?;
        let found = ids.iter().zip(items);
        found
            .map(|(id, item)| Ok((*id, found_as(*id, item)?)))
            .collect()
    }

    /// Where an account stands, if it has a line.
    pub(crate) async fn clearing_head(&self, book: Book) -> Result<Option<Head>, ServiceError> {
        let item: Option<HeadItem> = self.table.get(&keys::clearing_head(book)).await?;
        Ok(item.map(|item| Head {
            book,
            sequence: item.sequence,
            balance: item.balance,
            posted_at: item.posted_at,
        }))
    }

    /// Whether anything has been billed or entered in `book`, so that it has its currency.
    pub(crate) async fn is_kept(&self, book: Book) -> Result<bool, ServiceError> {
        let billed = self.table.get_item(&keys::billing(book)).await?;
        Ok(billed.is_some() || self.clearing_head(book).await?.is_some())
    }

    /// The sums of a month in which an account got a line.
    pub(crate) async fn month_sums(
        &self,
        book: Book,
        month: Month,
    ) -> Result<Option<Sums>, ServiceError> {
        let item: Option<SumsItem> = self.table.get(&keys::clearing_month(book, month)).await?;
        Ok(item.map(Sums::from))
    }

    /// The last line of an account before a time.
    pub(crate) async fn last_line_before(
        &self,
        book: Book,
        time: Timestamp,
    ) -> Result<Option<Line>, ServiceError> {
        let query = between(book, keys::LINE_PREFIX, &keys::lines_from(time));
        let page = self.table.query(query.descending().limit(1)).await?;
        let lines: Vec<LineItem> = page.parse()?;
        Ok(lines.into_iter().next().map(LineItem::read))
    }

    /// A page of the lines of a month, in their order, after the line at `after`.
    pub(crate) async fn lines(
        &self,
        book: Book,
        month: Month,
        after: Option<LineAt>,
        limit: u32,
    ) -> Result<PageOf<Line>, ServiceError> {
        let start = keys::lines_from(month.starts_at());
        let mut query = between(book, &start, &keys::lines_from(month.ends_at())).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::clearing_line(book, after.posted_at, after.sequence));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<LineItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(LineItem::read).collect(),
            has_more,
        })
    }

    /// Adds lines, if the account still stands where they follow.
    pub(crate) async fn post(&self, posted: &Posted) -> Result<(), PostError> {
        let book = posted.head.book;
        let mut transaction = Transaction::new()
            .and(self.move_head(posted))
            .and(self.put_sums(book, &posted.sums));
        if !posted.earned.is_zero() {
            transaction = transaction.and(self.earn(book, posted.earned));
        }
        for line in &posted.lines {
            transaction = transaction
                .and(self.mark_entered(line))
                .and(self.put_line(book, line));
        }
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            // That write has no other condition.
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(BILLING) => {
                Err(PostError::Currency)
            }
            Err(TransactError::Cancelled(_)) => Err(PostError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    fn move_head(&self, posted: &Posted) -> Write {
        let (pk, sk) = attributes(&keys::clearing_head(posted.head.book));
        let item = HeadItem {
            pk,
            sk,
            sequence: posted.head.sequence,
            balance: posted.head.balance,
            posted_at: posted.head.posted_at,
        };
        let write = Write::put(&self.table, &item);
        match posted.before.sequence {
            0 => write.when_absent(),
            sequence => write
                .when("#sequence = :sequence")
                .bind(":sequence", sequence),
        }
    }

    /// Unconditional: the sums change only together with the head.
    fn put_sums(&self, book: Book, sums: &Sums) -> Write {
        let (pk, sk) = attributes(&keys::clearing_month(book, sums.month));
        let item = SumsItem {
            pk,
            sk,
            month: sums.month,
            opening: sums.opening,
            closing: sums.closing,
            first_sequence: sums.first_sequence,
            last_sequence: sums.last_sequence,
            exchanges: sums.exchanges.clone(),
            received: sums.received,
            paid: sums.paid,
        };
        Write::put(&self.table, &item)
    }

    fn mark_entered(&self, line: &Line) -> Write {
        let key = entry_key(line.entry.id());
        Write::update(&self.table, key, format!("SET #{LINE} = :line"))
            .when(format!(
                "attribute_exists(pk) AND attribute_not_exists(#{LINE})"
            ))
            .bind(":line", line.sequence)
    }

    fn put_line(&self, book: Book, line: &Line) -> Write {
        let (pk, sk) = attributes(&keys::clearing_line(book, line.posted_at, line.sequence));
        let item = LineItem {
            pk,
            sk,
            sequence: line.sequence,
            posted_at: line.posted_at,
            entry: match &line.entry {
                Entry::Exchange(exchange) => EntryRecord::Exchange(exchange.into()),
                Entry::Settlement(settlement) => EntryRecord::Settlement(settlement.into()),
            },
            balance_change: line.balance_change,
            balance_after: line.balance_after,
        };
        Write::put(&self.table, &item).when_absent()
    }
}

fn between(book: Book, from: &str, to: &str) -> Query {
    Query::new("pk = :pk AND sk BETWEEN :from AND :to")
        .bind(":pk", keys::clearing(book))
        .bind(":from", from)
        .bind(":to", to)
}

fn entry_key(id: EntryId) -> Key {
    match id {
        EntryId::Exchange(exchange) => keys::exchange(exchange),
        EntryId::Settlement(settlement) => keys::settlement(settlement),
    }
}

fn found_as(id: EntryId, item: Option<Item>) -> Result<Found, ServiceError> {
    let Some(item) = item else {
        return Ok(Found::Missing);
    };
    if item.number(LINE).is_some() {
        return Ok(Found::Entered);
    }
    Ok(Found::Open(match id {
        EntryId::Exchange(_) => Entry::Exchange(exchange_of(item)?),
        EntryId::Settlement(_) => Entry::Settlement(settlement_of(item)?),
    }))
}

impl LineItem {
    fn read(self) -> Line {
        Line {
            sequence: self.sequence,
            posted_at: self.posted_at,
            entry: match self.entry {
                EntryRecord::Exchange(exchange) => Entry::Exchange(exchange.into()),
                EntryRecord::Settlement(settlement) => Entry::Settlement(settlement.into()),
            },
            balance_change: self.balance_change,
            balance_after: self.balance_after,
        }
    }
}

impl From<SumsItem> for Sums {
    fn from(item: SumsItem) -> Self {
        Self {
            month: item.month,
            opening: item.opening,
            closing: item.closing,
            first_sequence: item.first_sequence,
            last_sequence: item.last_sequence,
            exchanges: item.exchanges,
            received: item.received,
            paid: item.paid,
        }
    }
}
