//! Buying one voucher from its partner: what is known of it, and what to do next. Pure.
//!
//! The member's points are held meanwhile. Invariants:
//!
//! - The partner is told to issue at most once without having been asked in between what became of
//!   it: a time-out is asked about, never repeated blindly.
//! - Points are spent when the partner's code is had, and given back when the partner has said that
//!   there will never be one: not on silence, not on a refusal, not on any other word.
//! - Once the partner has been told to void, no code is taken from it any more.

use jiff::SignedDuration;
use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    code::VoucherCode,
    reward::{Product, ValidDays},
};

/// What is known of a purchase that has no end yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Purchase {
    pub(crate) product: Product,
    /// How long the voucher is good for if the partner does not say.
    pub(crate) valid_days: ValidDays,
    /// What it must cost.
    pub(crate) unit_price: Money,
    pub(crate) begun_at: Timestamp,
    pub(crate) aim: Aim,
    /// When the partner was last told to issue, or at the latest will have been.
    pub(crate) told_at: Timestamp,
    /// How often the partner has been called; names the next call's message.
    pub(crate) calls: u32,
    /// How many calls with this aim have led nowhere.
    pub(crate) in_vain: u32,
    /// When the partner is to be called again, if nobody says anything before.
    pub(crate) next_at: Timestamp,
}

/// What is wanted from the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    /// A code.
    Issue,
    /// Its word that there is none and never will be.
    Void(Reason),
}

/// Why no code is wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// The partner does not want to issue it.
    Refused,
    /// The partner has issued it at another price, or as one that is over already.
    OtherTerms,
    /// The partner has issued another voucher under the same code.
    CodeTaken,
    /// The partner did not issue it in time.
    TooLate,
    /// The member's points were free again before the partner issued it, and are gone.
    PointsGone,
}

/// A call to the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Issue a voucher under this reference.
    Issue,
    /// What became of this reference?
    Ask,
    /// Never issue a voucher under this reference; if there is one, it is void.
    Void,
}

/// What the partner said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Here it is.
    Issued(Offer),
    /// There is none, and never will be.
    Void,
    /// Never heard of it.
    Unknown,
    /// It will not do what it was told.
    Refused,
    /// Nothing, or nothing that can be understood: it may have acted.
    Nothing,
}

/// A voucher as the partner has issued it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) code: VoucherCode,
    pub(crate) unit_price: Money,
    /// Until when it is good, if the partner says.
    pub(crate) expires_at: Option<Timestamp>,
}

/// What follows from a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The voucher is the member's, for the points that were held.
    Take(Offer),
    /// There will be none; the points are free.
    GiveUp,
    /// Keep this; then make this call at once, if there is one.
    GoOn(Purchase, Option<Call>),
}

/// For how long a code is tried for.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(72);
/// How long a call may be under way: a partner that does not know a reference so long after it was
/// told has never heard of it.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(2);
/// How long to wait after calls that led nowhere; the last goes for all that follow.
const WAITS_MINUTES: [i64; 4] = [1, 5, 15, 60];

impl Purchase {
    /// A purchase whose first call is made right after it is written down.
    pub(crate) fn begun(
        product: Product,
        valid_days: ValidDays,
        unit_price: Money,
        now: Timestamp,
        spread: u8,
    ) -> Self {
        Self {
            product,
            valid_days,
            unit_price,
            begun_at: now,
            aim: Aim::Issue,
            told_at: now,
            calls: 0,
            in_vain: 0,
            next_at: later(now, wait(0, spread)),
        }
    }

    /// The call to make when nobody has said anything by [`Purchase::next_at`].
    pub(crate) fn due_call(&self) -> Call {
        match self.aim {
            Aim::Issue => Call::Ask,
            Aim::Void(_) => Call::Void,
        }
    }

    /// What follows from what the partner said when it was called (`None`: nobody called, it said so
    /// by itself) at `called_at`. `spread`, the purchase's own, keeps many of them from being due at
    /// once.
    pub(crate) fn after(
        &self,
        call: Option<Call>,
        word: Word,
        called_at: Timestamp,
        spread: u8,
    ) -> Next {
        let heard = Self {
            calls: self.calls.saturating_add(u32::from(call.is_some())),
            ..self.clone()
        };
        match (self.aim, word) {
            (_, Word::Void) => Next::GiveUp,
            // What is said unasked does not put off the next call.
            (Aim::Void(_), _) if call.is_none() => Next::GoOn(heard, None),
            (Aim::Void(_), _) => heard.in_vain(called_at, spread),
            (Aim::Issue, Word::Issued(offer)) if self.agrees(&offer, called_at) => {
                Next::Take(offer)
            }
            (Aim::Issue, Word::Issued(_)) => heard.voiding(Reason::OtherTerms, called_at),
            (Aim::Issue, Word::Refused) if call == Some(Call::Issue) => {
                heard.voiding(Reason::Refused, called_at)
            }
            // The last question has been asked by now.
            (Aim::Issue, _) if called_at >= self.tried_until() => {
                heard.voiding(Reason::TooLate, called_at)
            }
            (Aim::Issue, Word::Unknown)
                if call == Some(Call::Ask) && called_at >= later(self.told_at, UNDER_WAY) =>
            {
                let told_again = Self {
                    told_at: called_at,
                    next_at: later(called_at, wait(self.in_vain, spread)),
                    ..heard
                };
                Next::GoOn(told_again, Some(Call::Issue))
            }
            (Aim::Issue, Word::Unknown | Word::Refused | Word::Nothing) => {
                heard.in_vain(called_at, spread)
            }
        }
    }

    /// Wants no code any more: has the partner told to void at once.
    pub(crate) fn voiding(self, reason: Reason, now: Timestamp) -> Next {
        let voiding = Self {
            aim: Aim::Void(reason),
            in_vain: 0,
            next_at: now,
            ..self
        };
        Next::GoOn(voiding, Some(Call::Void))
    }

    /// Goes on waiting.
    fn in_vain(self, now: Timestamp, spread: u8) -> Next {
        let next_at = later(now, wait(self.in_vain, spread));
        let last = self.tried_until();
        // The last question is asked in time, whatever the intervals are.
        let is_last = self.aim == Aim::Issue && now < last && last < next_at;
        let waiting = Self {
            in_vain: self.in_vain.saturating_add(1),
            next_at: if is_last { last } else { next_at },
            ..self
        };
        Next::GoOn(waiting, None)
    }

    fn agrees(&self, offer: &Offer, now: Timestamp) -> bool {
        offer.unit_price == self.unit_price && offer.expires_at.is_none_or(|end| end > now)
    }

    fn tried_until(&self) -> Timestamp {
        later(self.begun_at, TRIED_FOR)
    }
}

impl Word {
    /// Whether it stays true, whatever happens meanwhile.
    pub(crate) fn is_lasting(&self) -> bool {
        match self {
            Self::Issued(_) | Self::Void => true,
            Self::Unknown | Self::Refused | Self::Nothing => false,
        }
    }
}

/// How long to wait after so many calls that led nowhere: up to a tenth longer, by `spread`.
fn wait(in_vain: u32, spread: u8) -> SignedDuration {
    let [.., longest] = WAITS_MINUTES;
    let place = usize::try_from(in_vain).unwrap_or(usize::MAX);
    let minutes = WAITS_MINUTES.get(place).copied().unwrap_or(longest);
    let seconds = minutes * 60;
    SignedDuration::from_secs(seconds + seconds * i64::from(spread) / 2_550)
}

/// Only a clock at the end of time goes beyond it.
fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
