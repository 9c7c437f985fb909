//! What happened at the chain, a line for each thing.

use std::fmt;

use jiff::Timestamp;
use kernel::{Id, kind};
use serde::Serialize;

use crate::{fault::Fault, shelf::Reference};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Under which contract; none if nobody knows who called.
    pub partner: Option<Id<kind::Partner>>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// The platform called the chain's API, and was believed.
    Called {
        /// What for.
        operation: Operation,
        /// Which voucher it was about.
        reference: Reference,
        /// The status of the answer; none if there was no answer.
        status: Option<u16>,
        /// How the chain misbehaved, if it did.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
    },
    /// Somebody called who was not believed, or asked for nothing that there is.
    TurnedAway {
        /// Where.
        path: String,
        /// The status of the answer.
        status: u16,
        /// Why.
        reason: String,
    },
    /// The chain told the platform something.
    Told {
        /// What, as in the path of the hook.
        operation: String,
        /// The chain's own transaction; none for a question.
        #[serde(skip_serializing_if = "Option::is_none")]
        transaction: Option<String>,
        /// The status of the answer; none if none came.
        status: Option<u16>,
    },
    /// A webhook arrived whose signature is the platform's.
    Delivered {
        /// The message.
        id: String,
        /// The type of its event.
        event: String,
        /// What the event is about.
        subject: String,
        /// Whether the message had arrived before.
        again: bool,
    },
}

/// What the chain's API does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Makes a voucher.
    Issue,
    /// Says how a reference stands.
    Find,
    /// Makes a reference void.
    Void,
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answered = |status: &Option<u16>| {
            status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
        };
        match &self.what {
            What::Called {
                operation,
                reference,
                status,
                fault,
            } => {
                let operation = match operation {
                    Operation::Issue => "issue",
                    Operation::Find => "find",
                    Operation::Void => "void",
                };
                let reference = reference.as_str();
                write!(
                    formatter,
                    "asked to {operation} {reference}: {}",
                    answered(status)
                )?;
                match fault {
                    Some(fault) => write!(formatter, " ({fault})"),
                    None => Ok(()),
                }
            }
            What::TurnedAway {
                path,
                status,
                reason,
            } => write!(formatter, "turned away at {path}: {status}, {reason}"),
            What::Told {
                operation,
                transaction,
                status,
            } => {
                let transaction = transaction.as_deref().unwrap_or("a question");
                write!(
                    formatter,
                    "told {operation} ({transaction}): {}",
                    answered(status)
                )
            }
            What::Delivered {
                id,
                event,
                subject,
                again,
            } => {
                let again = if *again { ", again" } else { "" };
                write!(formatter, "webhook {event} of {subject} ({id}{again})")
            }
        }
    }
}
