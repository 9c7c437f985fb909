//! Misbehaviour on demand.

use std::{collections::VecDeque, fmt};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::Operation;

/// What can go wrong at the chain. Each but [`Fault::Down`] befalls one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The next call is done, and answered only after this long.
    Slow {
        /// How long, in milliseconds of real time.
        ms: u64,
    },
    /// The next call is answered with HTTP 500, and nothing is done.
    ServerError,
    /// The next call is refused with HTTP 422, and nothing is done.
    Refuse,
    /// The next call gets no answer, and nothing is done.
    TimeoutBefore,
    /// The next call gets no answer, and yet it is done.
    TimeoutAfter,
    /// The next voucher is told of by notice before its call is answered.
    NoticeFirst,
    /// The next voucher is told of by notice twice, under one transaction, before its call is
    /// answered.
    NoticeTwice,
    /// The next voucher is told of by notice, and its call gets no answer.
    NoticeOnly,
    /// The next voucher is issued twice: a notice tells one code, the answer another.
    TwoCodes,
    /// The next voucher is issued for a hundredth of its currency more than was agreed.
    WrongAmount,
    /// The chain's next message to the platform is signed with a key that is nobody's.
    BadSignature,
    /// Nobody can connect for this long.
    Down {
        /// How long, in seconds of the chain's clock.
        seconds: u32,
    },
}

impl Fault {
    /// Whether it can only befall a call that makes a voucher.
    const fn is_of_issue(self) -> bool {
        matches!(
            self,
            Fault::NoticeFirst
                | Fault::NoticeTwice
                | Fault::NoticeOnly
                | Fault::TwoCodes
                | Fault::WrongAmount
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Slow { ms } => write!(formatter, "slow by {ms} ms"),
            Fault::ServerError => formatter.write_str("HTTP 500"),
            Fault::Refuse => formatter.write_str("refused"),
            Fault::TimeoutBefore => formatter.write_str("time-out before it was done"),
            Fault::TimeoutAfter => formatter.write_str("time-out after it was done"),
            Fault::NoticeFirst => formatter.write_str("notice before the answer"),
            Fault::NoticeTwice => formatter.write_str("two notices before the answer"),
            Fault::NoticeOnly => formatter.write_str("notice and no answer"),
            Fault::TwoCodes => formatter.write_str("two codes"),
            Fault::WrongAmount => formatter.write_str("wrong amount"),
            Fault::BadSignature => formatter.write_str("bad signature"),
            Fault::Down { seconds } => write!(formatter, "down for {seconds} s"),
        }
    }
}

/// The faults that wait, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    calls: VecDeque<Fault>,
    messages_to_sign_badly: u32,
    down_until: Option<Timestamp>,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault, now: Timestamp) {
        match fault {
            Fault::BadSignature => {
                self.messages_to_sign_badly = self.messages_to_sign_badly.saturating_add(1);
            }
            Fault::Down { seconds } => {
                let duration = SignedDuration::from_secs(i64::from(seconds));
                self.down_until = now.checked_add(duration).ok();
            }
            call => self.calls.push_back(call),
        }
    }

    /// Takes the first fault that can befall a call of this operation.
    pub(crate) fn of_call(&mut self, operation: Operation) -> Option<Fault> {
        let mut calls = self.calls.iter();
        let place = calls.position(|fault| operation == Operation::Issue || !fault.is_of_issue());
        place.and_then(|place| self.calls.remove(place))
    }

    /// Whether this message to the platform is to be signed badly.
    pub(crate) fn of_message(&mut self) -> bool {
        let is_bad = self.messages_to_sign_badly > 0;
        self.messages_to_sign_badly = self.messages_to_sign_badly.saturating_sub(1);
        is_bad
    }

    pub(crate) fn is_down(&self, now: Timestamp) -> bool {
        self.down_until.is_some_and(|until| now < until)
    }

    /// Everything that waits, for a person.
    pub(crate) fn waiting(&self, now: Timestamp) -> Vec<String> {
        let mut waiting: Vec<String> = self.calls.iter().map(ToString::to_string).collect();
        let bad = usize::try_from(self.messages_to_sign_badly).unwrap_or(usize::MAX);
        waiting.extend(std::iter::repeat_n(Fault::BadSignature.to_string(), bad));
        if let Some(until) = self.down_until.filter(|_| self.is_down(now)) {
            waiting.push(format!("down until {until}"));
        }
        waiting
    }
}
