//! Several writes that commit together or not at all.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use aws_smithy_runtime_api::client::result::SdkError;

use super::{item::Item, write::Write};
use crate::error::ServiceError;

/// How often a transaction that only lost a race with another is tried.
const MAX_TRIES: u32 = 6;
/// DynamoDB's own limit on the actions of one transaction.
const MAX_WRITES: usize = 100;

/// Writes that are true together. Each item may stand in it once; a transaction bills twice what its
/// writes would alone.
#[derive(Debug, Default)]
pub struct Transaction(Vec<Write>);

/// Why a transaction did not answer with success.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// Conditions did not hold; nothing was written.
    #[error("{0}")]
    Cancelled(Cancellation),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Which writes of a transaction had a condition that did not hold.
#[derive(Debug, thiserror::Error)]
#[error("conditions did not hold: {}", self.labels())]
pub struct Cancellation {
    failures: Vec<(&'static str, Option<Item>)>,
}

impl Transaction {
    /// An empty transaction.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write; label it to recognise it when the transaction is cancelled.
    pub fn and(mut self, write: Write) -> Self {
        self.0.push(write);
        self
    }
}

impl From<Vec<Write>> for Transaction {
    fn from(writes: Vec<Write>) -> Self {
        Self(writes)
    }
}

impl Cancellation {
    /// Whether the write labelled `label` was one that failed.
    pub fn names(&self, label: &str) -> bool {
        self.failures.iter().any(|(failed, _)| *failed == label)
    }

    /// The item that made the write labelled `label` fail, if it failed and there is one.
    pub fn existing(&self, label: &str) -> Option<&Item> {
        self.failures
            .iter()
            .find(|(failed, _)| *failed == label)
            .and_then(|(_, item)| item.as_ref())
    }

    fn labels(&self) -> String {
        let labels: Vec<_> = self.failures.iter().map(|(label, _)| *label).collect();
        labels.join(", ")
    }
}

/// Commits `transaction`.
///
/// The SDK gives every call a client request token, so a retry after a lost reply is recognised by
/// DynamoDB itself for ten minutes: far longer than our retries last. What outlives them is settled
/// by the idempotency record or the business id that the transaction writes. A transaction that was
/// cancelled only because another held one of its items is tried again here: nothing was written.
pub(crate) async fn transact(
    client: &Client,
    transaction: Transaction,
) -> Result<(), TransactError> {
    let labels: Vec<_> = transaction.0.iter().map(Write::label).collect();
    let target = transaction
        .0
        .first()
        .map(|write| write.table().to_owned())
        .unwrap_or_default();
    if labels.len() > MAX_WRITES {
        return Err(TransactError::Service(ServiceError::new(
            "transact",
            target,
            crate::ErrorKind::Refused,
            format!("{} writes are more than {MAX_WRITES}", labels.len()),
        )));
    }
    let items = transaction
        .0
        .into_iter()
        .map(Write::into_sdk)
        .collect::<Result<Vec<_>, _>>()?;
    for attempt in 0..MAX_TRIES {
        if attempt > 0 {
            tokio::time::sleep(backoff(attempt)).await;
        }
        match try_once(client, items.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => match outcome(&error, &labels) {
                Outcome::Conditions(cancellation) => {
                    return Err(TransactError::Cancelled(cancellation));
                }
                Outcome::Race => {}
                Outcome::Other => {
                    return Err(ServiceError::of_sdk("transact", target, error).into());
                }
            },
        }
    }
    Err(ServiceError::busy("transact", target).into())
}

type Failure = SdkError<TransactWriteItemsError, aws_smithy_runtime_api::http::Response>;

async fn try_once(client: &Client, items: Vec<TransactWriteItem>) -> Result<(), Failure> {
    client
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
        .map(|_| ())
}

enum Outcome {
    Conditions(Cancellation),
    Race,
    Other,
}

fn outcome(error: &Failure, labels: &[&'static str]) -> Outcome {
    let SdkError::ServiceError(context) = error else {
        return Outcome::Other;
    };
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = context.err() else {
        return Outcome::Other;
    };
    let reasons = cancelled.cancellation_reasons();
    let failures: Vec<_> = labels
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(label, reason)| (*label, reason.item.clone().map(Item::from_sdk)))
        .collect();
    if !failures.is_empty() {
        return Outcome::Conditions(Cancellation { failures });
    }
    if reasons.iter().all(only_a_race) {
        Outcome::Race
    } else {
        Outcome::Other
    }
}

fn only_a_race(reason: &CancellationReason) -> bool {
    matches!(
        reason.code(),
        None | Some(
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    )
}

/// 10 ms doubling, each spread over its whole length so that competitors part.
fn backoff(attempt: u32) -> Duration {
    let mut random = [0_u8; 1];
    // Without randomness the full wait is as correct, only less fair.
    let share = match getrandom::fill(&mut random) {
        Ok(()) => u32::from(random[0]),
        Err(_) => 255,
    };
    Duration::from_millis(10 << attempt.min(5)) * share / 255
}
