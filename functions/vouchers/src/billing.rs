//! What a partner may still take, and what it has taken: the rules, pure.
//!
//! Invariant: what is reserved never exceeds what was paid in, plus what the platform owes the
//! partner, plus the credit agreed on. With [`exposure`](Billing::exposure) for the difference:
//! once the clearing has caught up, exposure = clearing balance + what is reserved and not yet
//! claimed.

use kernel::{Currency, Money, Points, Timestamp, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::{
    exchange::Book,
    terms::{BillingMode, Terms},
};

/// A partner's account of what it may take. Its changes are decided here and saved under the
/// version they were decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Billing {
    pub(crate) book: Book,
    /// Reserved or used up by grants, less what was released.
    pub(crate) used: Money,
    /// Received from the partner, less what was paid to it.
    pub(crate) settled: Money,
    /// Owed to the partner for its vouchers; the clearing enters it.
    pub(crate) earned: Money,
    pub(crate) today: Today,
    pub(crate) alert: Alert,
    /// The version it was read in; 0 if there is none yet.
    pub(crate) version: u64,
}

/// What was granted on one day, in UTC. What is released stays counted: the limits are on how much
/// is granted, and a partner that grants and revokes all day is what they are there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Today {
    /// Days since 1970.
    pub(crate) day: i64,
    pub(crate) grants: u32,
    pub(crate) points: Points,
}

/// Whether the partner was told that little is left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alert {
    /// Whether it was told, and has not been seen above the threshold since.
    pub(crate) is_low: bool,
    /// How often it was told.
    pub(crate) count: u64,
    /// What it was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Told>,
}

/// What the partner was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) available: Money,
    pub(crate) alert_below: Money,
    pub(crate) at: Timestamp,
}

/// Why a partner cannot have what it asks for. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BillingError {
    /// Its balance or its credit does not reach.
    #[error("the partner's balance or credit does not reach")]
    Exhausted,
    /// It granted as often as it may on one day.
    #[error("the partner has made as many grants today, in UTC, as its terms allow")]
    GrantsADay,
    /// It granted as many points as it may on one day.
    #[error("the partner has granted as many points today, in UTC, as its terms allow")]
    PointsADay,
    /// The amount is in another currency than the account, or beyond all bounds.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

const SECONDS_A_DAY: i64 = 24 * 3_600;

impl Billing {
    /// An account in which nothing has happened yet.
    pub(crate) fn empty(book: Book, currency: Currency) -> Self {
        Self {
            book,
            used: Money::zero(currency),
            settled: Money::zero(currency),
            earned: Money::zero(currency),
            today: Today::default(),
            alert: Alert::default(),
            version: 0,
        }
    }

    /// By how much the partner is in debt, if all it reserved is claimed; below zero it has money to
    /// its credit.
    pub(crate) fn exposure(&self) -> Result<Money, MoneyError> {
        self.used
            .checked_sub(self.settled)?
            .checked_sub(self.earned)
    }

    /// How much the partner may still take under `terms`; `None` is without limit. Negative after a
    /// limit was lowered or money paid out.
    pub(crate) fn available(&self, terms: &Terms) -> Result<Option<Money>, MoneyError> {
        let credit = match &terms.billing {
            BillingMode::Prepaid => Money::zero(self.used.currency()),
            BillingMode::Postpaid {
                credit_limit: Some(limit),
            } => *limit,
            BillingMode::Postpaid { credit_limit: None } => return Ok(None),
        };
        credit.checked_sub(self.exposure()?).map(Some)
    }

    /// Whether less is available than the partner wants to be told of.
    pub(crate) fn is_low(&self, terms: &Terms) -> Result<bool, MoneyError> {
        match (self.available(terms)?, terms.alert_below) {
            (Some(available), Some(alert_below)) => Ok(available.checked_cmp(alert_below)?.is_lt()),
            _ => Ok(false),
        }
    }

    /// The account with `amount` reserved for a grant of `points` (zero for tickets). It stays
    /// reserved when the grant is claimed; a grant that ends otherwise [releases](Self::release) it.
    pub(crate) fn reserve(
        &self,
        terms: &Terms,
        amount: Money,
        points: Points,
        now: Timestamp,
    ) -> Result<Self, BillingError> {
        let today = self.today.on(now);
        let grants = today.grants.saturating_add(1);
        if terms.limits.grants_a_day.is_some_and(|most| grants > most) {
            return Err(BillingError::GrantsADay);
        }
        let most_points = terms.limits.points_a_day.map(i128::from);
        let points = today.points.checked_add(points);
        let points = points.map_err(|_| BillingError::PointsADay)?;
        if most_points.is_some_and(|most| i128::from(points.get()) > most) {
            return Err(BillingError::PointsADay);
        }
        // What costs nothing is not refused for want of money.
        let available = self.available(terms)?;
        if let Some(available) = available
            && !amount.is_zero()
            && available.checked_cmp(amount)?.is_lt()
        {
            return Err(BillingError::Exhausted);
        }
        let reserved = Self {
            used: self.used.checked_add(amount)?,
            today: Today {
                grants,
                points,
                ..today
            },
            ..self.clone()
        };
        Ok(reserved.alerted(available, terms, now)?)
    }

    /// The account with `amount` free again: the grant it was reserved for expired, was revoked or
    /// became void.
    pub(crate) fn release(&self, amount: Money) -> Result<Self, BillingError> {
        Ok(Self {
            used: self.used.checked_sub(amount)?,
            ..self.clone()
        })
    }

    /// The account after the partner paid `amount`, or was paid it if that is negative. It is not
    /// refused for want of money: what was paid was paid.
    pub(crate) fn settle(
        &self,
        terms: &Terms,
        amount: Money,
        now: Timestamp,
    ) -> Result<Self, BillingError> {
        let before = self.available(terms)?;
        let settled = Self {
            settled: self.settled.checked_add(amount)?,
            ..self.clone()
        };
        Ok(settled.alerted(before, terms, now)?)
    }

    /// Notes that the partner is to be told that little is left, if it was above the threshold
    /// since it was told last. `before` is what was available before this change: a release or the
    /// clearing may have lifted it meanwhile without knowing the terms.
    fn alerted(
        mut self,
        before: Option<Money>,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Self, MoneyError> {
        let (Some(before), Some(alert_below), Some(available)) =
            (before, terms.alert_below, self.available(terms)?)
        else {
            self.alert.is_low = false;
            return Ok(self);
        };
        let told = self.alert.is_low && before.checked_cmp(alert_below)?.is_lt();
        self.alert.is_low = available.checked_cmp(alert_below)?.is_lt();
        if self.alert.is_low && !told {
            self.alert.count += 1;
            self.alert.last = Some(Told {
                available,
                alert_below,
                at: now,
            });
        }
        Ok(self)
    }
}

impl Today {
    /// What was granted on the day of `now`.
    pub(crate) fn on(self, now: Timestamp) -> Self {
        let day = now.as_second().div_euclid(SECONDS_A_DAY);
        // A clock that lags must not give the allowance of a day twice.
        if day > self.day {
            Self {
                day,
                ..Self::default()
            }
        } else {
            self
        }
    }
}
