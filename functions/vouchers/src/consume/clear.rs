//! Enters exchanges and settlements into their partners' clearing accounts.
//!
//! What is told is only that there is something to enter; what it is stands in the table, and also
//! whether it is entered. So events may come in any order and any number of times.

use std::collections::{BTreeMap, BTreeSet};

use kernel::money::MoneyError;
use platform::{ServiceError, logging};
use wallet::Month;

use crate::{
    App,
    clearing::{self, Entry, EntryId, Head, Sums},
    exchange::Book,
    store::{Found, PostError},
};

/// How often lines are decided on anew because others got theirs meanwhile.
const MAX_TRIES: usize = 24;
/// How many lines are added at once: two writes each, and a few more, in a transaction of 100.
const MAX_LINES: usize = 40;

/// Why something was not entered. It is told again.
#[derive(Debug, thiserror::Error)]
enum ClearError {
    /// It is not kept, which it is before it is told.
    #[error("there is no {0:?} to enter")]
    Missing(EntryId),
    /// It is in another currency than the account, or beyond all bounds.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The partner's account of what it may take is in another currency.
    #[error("the partner's account is kept in another currency")]
    Currency,
    /// Others were always faster.
    #[error("others were always faster")]
    Overtaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Enters what the messages name, and answers the ids of those messages of which it is not known
/// that it is entered.
pub(crate) async fn clear(app: &App, messages: Vec<(String, EntryId)>) -> Vec<String> {
    // A batch may tell of one thing twice.
    let ids: BTreeSet<EntryId> = messages.iter().map(|(_, id)| *id).collect();
    let mut failed = BTreeSet::new();
    let ids: Vec<_> = ids.into_iter().collect();
    for ids in ids.chunks(MAX_LINES) {
        failed.extend(enter_all(app, ids).await);
    }
    let messages = messages.into_iter();
    messages
        .filter(|(_, id)| failed.contains(id))
        .map(|(message_id, _)| message_id)
        .collect()
}

/// Enters all of `ids`, each partner's together; answers those that are not known to be entered.
async fn enter_all(app: &App, ids: &[EntryId]) -> Vec<EntryId> {
    let found = match app.store.entries(ids).await {
        Ok(found) => found,
        Err(error) => return fail(ids.iter().copied(), &error.into()),
    };
    let mut failed = Vec::new();
    let mut books: BTreeMap<Book, Vec<Entry>> = BTreeMap::new();
    for (id, found) in found {
        match found {
            Found::Entered => {}
            Found::Missing => failed.extend(fail([id], &ClearError::Missing(id))),
            Found::Open(entry) => books.entry(entry.book()).or_default().push(entry),
        }
    }
    for (book, entries) in books {
        failed.extend(enter_together_or_alone(app, book, entries).await);
    }
    failed
}

/// One entry that can never be entered must not keep the others from it.
async fn enter_together_or_alone(app: &App, book: Book, entries: Vec<Entry>) -> Vec<EntryId> {
    match enter(app, book, entries.clone()).await {
        Ok(()) => Vec::new(),
        Err(ClearError::Money(_) | ClearError::Currency) if entries.len() > 1 => {
            let mut failed = Vec::new();
            for entry in entries {
                let id = entry.id();
                if let Err(error) = enter(app, book, vec![entry]).await {
                    failed.extend(fail([id], &error));
                }
            }
            failed
        }
        Err(error) => fail(entries.iter().map(Entry::id), &error),
    }
}

/// Enters `entries`, of which there is at least one, into `book` in one transaction.
async fn enter(app: &App, book: Book, mut entries: Vec<Entry>) -> Result<(), ClearError> {
    for _ in 0..MAX_TRIES {
        let Some(first) = entries.first() else {
            return Ok(());
        };
        let head = app.store.clearing_head(book).await?;
        let head = head.unwrap_or_else(|| Head::empty(book, first.currency()));
        let posted_at = head.next_posting(app.clock.now());
        let month = Month::of(posted_at);
        let sums = app.store.month_sums(book, month).await?;
        let sums = sums.unwrap_or_else(|| Sums::empty(month, head.balance, head.sequence));
        let posted = clearing::post(head, sums, entries.clone(), posted_at)?;
        match app.store.post(&posted).await {
            Ok(()) => return Ok(()),
            Err(PostError::Lost) => entries = still_open(app, &entries).await?,
            Err(PostError::Currency) => return Err(ClearError::Currency),
            Err(PostError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ClearError::Overtaken)
}

/// Those of `entries` that nobody has entered meanwhile.
async fn still_open(app: &App, entries: &[Entry]) -> Result<Vec<Entry>, ServiceError> {
    let ids: Vec<_> = entries.iter().map(Entry::id).collect();
    let found = app.store.entries(&ids).await?.into_values();
    let open = found.filter_map(|found| match found {
        Found::Open(entry) => Some(entry),
        Found::Entered | Found::Missing => None,
    });
    Ok(open.collect())
}

fn fail(ids: impl IntoIterator<Item = EntryId>, error: &ClearError) -> Vec<EntryId> {
    let ids: Vec<_> = ids.into_iter().collect();
    let causes = logging::causes(error);
    match error {
        ClearError::Missing(_) | ClearError::Money(_) | ClearError::Currency => {
            platform::books_disagree!(
                Clearing,
                ?ids,
                error = causes,
                "these cannot be entered into the clearing"
            );
        }
        ClearError::Overtaken | ClearError::Service(_) => {
            tracing::error!(
                ?ids,
                error = causes,
                "these were not entered into the clearing"
            );
        }
    }
    ids
}
