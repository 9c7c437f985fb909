//! What of a captured amount went back, or is on its way back.
//!
//! Invariant: `reserved + refunded + charged_back ≤ captured`, at every moment. A refund is reserved
//! before the provider hears of it, so that refunds at the same time cannot promise more than there
//! is.

use std::cmp::Ordering;

use kernel::{Currency, Money, money::MoneyError};

/// The three ways back, each a sum in the currency of the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    reserved: Money,
    refunded: Money,
    charged_back: Money,
}

/// Why an amount cannot go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReturnError {
    /// It is no amount that anything can be done with.
    #[error("the amount is not more than nothing")]
    NotPositive,
    /// It is not the currency of the payment, or beyond all numbers.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// More would go back than was paid.
    #[error("more would be paid back than the {available} that are left")]
    Exceeds {
        /// What may still go back.
        available: Money,
    },
    /// More would be resolved than is reserved: a defect of ours.
    #[error("less is reserved than is to be resolved")]
    NotReserved,
}

impl Returned {
    /// Nothing yet.
    pub(crate) fn nothing(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            reserved: zero,
            refunded: zero,
            charged_back: zero,
        }
    }

    /// What was stored of a payment of `captured`, if it keeps the invariant.
    pub(crate) fn restore(
        captured: Money,
        reserved: Money,
        refunded: Money,
        charged_back: Money,
    ) -> Result<Self, ReturnError> {
        let returned = Self {
            reserved,
            refunded,
            charged_back,
        };
        let sums = [reserved, refunded, charged_back, returned.left(captured)?];
        if sums.into_iter().any(Money::is_negative) {
            return Err(ReturnError::NotReserved);
        }
        Ok(returned)
    }

    /// Refunds that the provider was or will be asked for.
    pub(crate) fn reserved(&self) -> Money {
        self.reserved
    }

    /// Refunds that were made.
    pub(crate) fn refunded(&self) -> Money {
        self.refunded
    }

    /// What the payer's bank took back.
    pub(crate) fn charged_back(&self) -> Money {
        self.charged_back
    }

    /// What may still go back of `captured`.
    pub(crate) fn left(&self, captured: Money) -> Result<Money, MoneyError> {
        captured
            .checked_sub(self.reserved)?
            .checked_sub(self.refunded)?
            .checked_sub(self.charged_back)
    }

    /// Sets `amount` aside for a refund.
    pub(crate) fn reserve(&self, captured: Money, amount: Money) -> Result<Self, ReturnError> {
        self.require_left(captured, amount)?;
        Ok(Self {
            reserved: self.reserved.checked_add(amount)?,
            ..*self
        })
    }

    /// A refund that was reserved was made.
    pub(crate) fn refund(&self, amount: Money) -> Result<Self, ReturnError> {
        let released = self.release(amount)?;
        Ok(Self {
            refunded: released.refunded.checked_add(amount)?,
            ..released
        })
    }

    /// A refund that was reserved will not be made.
    pub(crate) fn release(&self, amount: Money) -> Result<Self, ReturnError> {
        require_positive(amount)?;
        let reserved = self.reserved.checked_sub(amount)?;
        if reserved.is_negative() {
            return Err(ReturnError::NotReserved);
        }
        Ok(Self { reserved, ..*self })
    }

    /// The payer's bank took `amount` back.
    pub(crate) fn charge_back(&self, captured: Money, amount: Money) -> Result<Self, ReturnError> {
        self.require_left(captured, amount)?;
        Ok(Self {
            charged_back: self.charged_back.checked_add(amount)?,
            ..*self
        })
    }

    fn require_left(&self, captured: Money, amount: Money) -> Result<(), ReturnError> {
        require_positive(amount)?;
        let available = self.left(captured)?;
        match amount.checked_cmp(available)? {
            Ordering::Less | Ordering::Equal => Ok(()),
            Ordering::Greater => Err(ReturnError::Exceeds { available }),
        }
    }
}

fn require_positive(amount: Money) -> Result<(), ReturnError> {
    if amount.is_negative() || amount.is_zero() {
        return Err(ReturnError::NotPositive);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Reserve,
        Refund,
        Release,
        ChargeBack,
    }

    fn any_step() -> impl Strategy<Value = (Step, i64)> {
        let steps = [Step::Reserve, Step::Refund, Step::Release, Step::ChargeBack];
        (prop::sample::select(steps.to_vec()), -2_i64..60)
    }

    proptest! {
        #[test]
        fn whatever_happens_no_more_goes_back_than_was_paid(
            captured in 1_i64..200, steps in prop::collection::vec(any_step(), 0..40),
        ) {
            let captured = yuan(captured);
            let mut returned = Returned::nothing(Currency::CNY);
            for (step, minor) in steps {
                let amount = yuan(minor);
                let next = match step {
                    Step::Reserve => returned.reserve(captured, amount),
                    Step::Refund => returned.refund(amount),
                    Step::Release => returned.release(amount),
                    Step::ChargeBack => returned.charge_back(captured, amount),
                };
                if let Ok(next) = next {
                    prop_assert!(minor > 0);
                    returned = next;
                }
                let sums = [returned.reserved, returned.refunded, returned.charged_back];
                prop_assert!(sums.iter().all(|sum| sum.minor() >= 0));
                let sum: i64 = sums.iter().map(|sum| sum.minor()).sum();
                prop_assert!(sum <= captured.minor());
                let restored = Returned::restore(
                    captured, returned.reserved, returned.refunded, returned.charged_back,
                );
                prop_assert_eq!(restored, Ok(returned));
            }
        }

        #[test]
        fn what_breaks_the_invariant_is_not_restored(
            captured in 0_i64..50, reserved in -5_i64..50, refunded in -5_i64..50, back in -5_i64..50,
        ) {
            let restored = Returned::restore(
                yuan(captured), yuan(reserved), yuan(refunded), yuan(back),
            );
            let sound = reserved >= 0 && refunded >= 0 && back >= 0
                && reserved + refunded + back <= captured;
            prop_assert_eq!(restored.is_ok(), sound);
        }
    }

    #[test]
    fn another_currency_never_goes_back() {
        let returned = Returned::nothing(Currency::CNY);
        let yen = Money::new(1, Currency::JPY).unwrap();
        assert!(matches!(
            returned.reserve(yuan(100), yen),
            Err(ReturnError::Money(MoneyError::CurrencyMismatch { .. }))
        ));
    }
}
