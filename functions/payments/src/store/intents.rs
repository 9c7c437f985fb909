//! Payment intents, and the marks of groups that were closed before anybody wanted to pay.

use kernel::{Currency, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};
use web::IDEMPOTENCY;

use super::{INTENT, MAX_TRIES, Store, attributes, due_second, due_time, money, parse, unreadable};
use crate::{
    intent::{Capture, IntentState, PaymentIntent},
    keys,
    returned::Returned,
};

/// The state in the mark of a closed group, which no intent has.
const WITHDRAWN: &str = "withdrawn";

#[derive(Serialize, Deserialize)]
struct IntentItem {
    pk: String,
    sk: String,
    id: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
    account: Id<kind::Account>,
    amount_minor: i64,
    currency: Currency,
    subject: String,
    state: IntentState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    captured_at: Option<Timestamp>,
    reserved_minor: i64,
    refunded_minor: i64,
    charged_back_minor: i64,
    asked: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    created_at: Timestamp,
    expires_at: Timestamp,
    changed_at: Timestamp,
    version: u64,
}

#[derive(Serialize)]
struct WithdrawnItem {
    pk: String,
    sk: String,
    state: &'static str,
    created_at: Timestamp,
}

/// What there is at the key of an intent.
#[derive(Debug)]
pub(crate) enum Found {
    /// The intent.
    Intent(Box<PaymentIntent>),
    /// The mark that there will never be one.
    Withdrawn,
}

/// Why an intent was not created. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// There is something already.
    #[error("there is one already")]
    Exists(Found),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why an intent was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError<E> {
    /// The change itself refused. Nothing was written. The intent is as it was found last.
    #[error("the change was refused")]
    Refused(E, Box<PaymentIntent>),
    /// Too many others were changing it. Nothing was written.
    #[error("too many changes of one payment at once")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The intent `id`.
    pub(crate) async fn intent(
        &self,
        id: Id<kind::PaymentIntent>,
    ) -> Result<Option<PaymentIntent>, ServiceError> {
        let item = self.table.get_item(&keys::intent(id)).await?;
        match item.map(found).transpose()? {
            Some(Found::Intent(intent)) => Ok(Some(*intent)),
            Some(Found::Withdrawn) | None => Ok(None),
        }
    }

    /// Keeps a new intent with the record of the request, unless there is something at its key.
    pub(crate) async fn create_intent(
        &self,
        intent: &PaymentIntent,
        record: Write,
    ) -> Result<(), CreateError> {
        let put = self.put_intent(intent);
        let transaction = Transaction::new().and(put).and(record);
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(IDEMPOTENCY) => {
                Err(CreateError::Repeated)
            }
            Err(TransactError::Cancelled(cancellation)) => {
                let existing = cancellation.existing(INTENT).cloned();
                let existing = existing.ok_or_else(|| unreadable("what is in the way is gone"))?;
                Err(CreateError::Exists(found(existing)?))
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// Remembers a request about an intent that is there. Whether it was remembered before makes no
    /// difference: it says the same.
    pub(crate) async fn remember(&self, record: Write) -> Result<(), ServiceError> {
        match self.aws.transact(Transaction::new().and(record)).await {
            Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
            Err(TransactError::Service(error)) => Err(error),
        }
    }

    /// Marks that there will be no intent `id`; answers with the one that there is.
    pub(crate) async fn withdraw(
        &self,
        id: Id<kind::PaymentIntent>,
    ) -> Result<Option<PaymentIntent>, ServiceError> {
        let (pk, sk) = attributes(&keys::intent(id));
        let mark = WithdrawnItem {
            pk,
            sk,
            state: WITHDRAWN,
            created_at: self.clock.now(),
        };
        let write = Write::put(&self.table, &mark).when_absent();
        match self.table.write(write).await {
            Ok(_) => Ok(None),
            Err(WriteError::Refused { existing: None }) => self.intent(id).await,
            Err(WriteError::Refused {
                existing: Some(item),
            }) => match found(item)? {
                Found::Intent(intent) => Ok(Some(*intent)),
                Found::Withdrawn => Ok(None),
            },
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Changes an intent under the condition that nobody else has since it was read. After a lost
    /// race `change` decides again from what is there now; what it leaves alone is not written.
    pub(crate) async fn change_intent<E>(
        &self,
        mut intent: PaymentIntent,
        mut change: impl FnMut(&PaymentIntent) -> Result<Option<PaymentIntent>, E>,
    ) -> Result<PaymentIntent, ChangeError<E>> {
        for _ in 0..MAX_TRIES {
            let changed = match change(&intent) {
                Ok(Some(changed)) => changed,
                Ok(None) => return Ok(intent),
                Err(refusal) => return Err(ChangeError::Refused(refusal, Box::new(intent))),
            };
            match self.table.write(self.put_intent(&changed)).await {
                Ok(_) => return Ok(saved(changed)),
                Err(WriteError::Refused { existing }) => {
                    let existing = existing.ok_or_else(|| unreadable("an intent is gone"))?;
                    intent = intent_of(existing)?
                        .ok_or_else(|| unreadable("an intent became a mark"))?;
                }
                Err(WriteError::Service(error)) => return Err(error.into()),
            }
        }
        Err(ChangeError::Contended)
    }

    /// The write of an intent's next version, if nobody has written it since it was read.
    pub(super) fn put_intent(&self, intent: &PaymentIntent) -> Write {
        let write = Write::put(&self.table, &IntentItem::of(intent)).labelled(INTENT);
        match intent.version {
            0 => write.when_absent(),
            read => write.when("#version = :read").bind(":read", read),
        }
    }
}

/// The intent that an item is, unless it is the mark that there is none.
pub(crate) fn intent_of(item: Item) -> Result<Option<PaymentIntent>, ServiceError> {
    match found(item)? {
        Found::Intent(intent) => Ok(Some(*intent)),
        Found::Withdrawn => Ok(None),
    }
}

/// The intent after its write.
fn saved(intent: PaymentIntent) -> PaymentIntent {
    PaymentIntent {
        version: intent.version + 1,
        ..intent
    }
}

fn found(item: Item) -> Result<Found, ServiceError> {
    if item.text("state") == Some(WITHDRAWN) {
        return Ok(Found::Withdrawn);
    }
    let item: IntentItem = parse(item)?;
    Ok(Found::Intent(Box::new(item.try_into()?)))
}

impl IntentItem {
    /// The item that makes the intent's next version.
    fn of(intent: &PaymentIntent) -> Self {
        let (pk, sk) = attributes(&keys::intent(intent.id));
        let capture = intent.capture.as_ref();
        Self {
            pk,
            sk,
            id: intent.id,
            group: intent.group,
            account: intent.account,
            amount_minor: intent.amount.minor(),
            currency: intent.amount.currency(),
            subject: intent.subject.clone(),
            state: intent.state,
            trade_no: capture.map(|capture| capture.trade_no.to_string()),
            captured_at: capture.map(|capture| capture.captured_at),
            reserved_minor: intent.returned.reserved().minor(),
            refunded_minor: intent.returned.refunded().minor(),
            charged_back_minor: intent.returned.charged_back().minor(),
            asked: intent.asked,
            due_shard: intent.ask_at.map(|_| keys::due_shard(intent.id).to_owned()),
            due_at: due_second(intent.ask_at),
            created_at: intent.created_at,
            expires_at: intent.expires_at,
            changed_at: intent.changed_at,
            version: intent.version + 1,
        }
    }
}

impl TryFrom<IntentItem> for PaymentIntent {
    type Error = ServiceError;

    fn try_from(item: IntentItem) -> Result<Self, ServiceError> {
        let amount = money(item.amount_minor, item.currency)?;
        let returned = Returned::restore(
            amount,
            money(item.reserved_minor, item.currency)?,
            money(item.refunded_minor, item.currency)?,
            money(item.charged_back_minor, item.currency)?,
        );
        let capture = match (item.trade_no, item.captured_at) {
            (Some(trade_no), Some(captured_at)) => Some(Capture {
                trade_no: trade_no.parse().map_err(unreadable)?,
                captured_at,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(unreadable("half a capture")),
        };
        if capture.is_some() != item.state.is_paid() {
            return Err(unreadable("a state that does not go with its capture"));
        }
        Ok(Self {
            id: item.id,
            group: item.group,
            account: item.account,
            amount,
            subject: item.subject,
            state: item.state,
            capture,
            returned: returned.map_err(unreadable)?,
            asked: item.asked,
            ask_at: due_time(item.due_at)?,
            created_at: item.created_at,
            expires_at: item.expires_at,
            changed_at: item.changed_at,
            version: item.version,
        })
    }
}
