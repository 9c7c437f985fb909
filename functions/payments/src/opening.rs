//! From a checkout's claim to a payment intent. Pure.

use kernel::{Currency, Id, Money, Timestamp, kind};
use tokens::CheckoutClaim;

use crate::{
    asking::PAYMENTS,
    intent::{IntentState, PaymentIntent},
    returned::Returned,
};

/// Why nobody can pay for a claim here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// Somebody else ordered.
    #[error("the claim is another account's")]
    NotTheirs,
    /// The time to pay is over.
    #[error("the time to pay has ended")]
    Ended,
    /// The provider does not take this currency.
    #[error("nothing can be paid in {0}")]
    Currency(Currency),
    /// There is nothing to pay.
    #[error("there is nothing to pay")]
    Nothing,
}

/// The intent of a claim that `caller` brings. The same claim, and every other of its group, leads to
/// the same id.
pub(crate) fn open(
    claim: CheckoutClaim,
    caller: Id<kind::Account>,
    now: Timestamp,
) -> Result<PaymentIntent, OpenError> {
    if claim.account != caller {
        return Err(OpenError::NotTheirs);
    }
    if claim.expires_at <= now {
        return Err(OpenError::Ended);
    }
    let currency = claim.amount.currency();
    if currency != Currency::CNY {
        return Err(OpenError::Currency(currency));
    }
    if is_nothing(claim.amount) {
        return Err(OpenError::Nothing);
    }
    Ok(PaymentIntent {
        id: claim.intent(),
        group: claim.group,
        account: claim.account,
        amount: claim.amount,
        subject: claim.subject,
        state: IntentState::RequiresAction,
        capture: None,
        returned: Returned::nothing(currency),
        asked: 0,
        ask_at: Some(PAYMENTS.next(0, now).min(claim.expires_at)),
        created_at: now,
        expires_at: claim.expires_at,
        changed_at: now,
        version: 0,
    })
}

fn is_nothing(amount: Money) -> bool {
    amount.is_zero() || amount.is_negative()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn claim(minor: i64, currency: Currency) -> CheckoutClaim {
        CheckoutClaim {
            group: Id::derive(&["group"]),
            account: Id::derive(&["ada"]),
            amount: Money::new(minor, currency).unwrap(),
            subject: "Two tickets".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(15),
        }
    }

    fn refusal(claim: CheckoutClaim, name: &str, minutes: i64) -> OpenError {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        open(claim, Id::derive(&[name]), now).unwrap_err()
    }

    #[test]
    fn a_claim_is_its_accounts_until_it_ends() {
        let intent = open(
            claim(1, Currency::CNY),
            Id::derive(&["ada"]),
            Timestamp::UNIX_EPOCH,
        )
        .unwrap();
        assert_eq!(intent.id, claim(1, Currency::CNY).intent());
        assert_eq!(intent.version, 0);
        let of_yuan = || claim(1, Currency::CNY);
        assert_eq!(refusal(of_yuan(), "eve", 0), OpenError::NotTheirs);
        assert_eq!(refusal(of_yuan(), "ada", 15), OpenError::Ended);
    }

    #[test]
    fn only_yuan_and_only_more_than_nothing_can_be_paid() {
        let yen = OpenError::Currency(Currency::JPY);
        assert_eq!(refusal(claim(1, Currency::JPY), "ada", 0), yen);
        for minor in [0, -1] {
            let nothing = refusal(claim(minor, Currency::CNY), "ada", 0);
            assert_eq!(nothing, OpenError::Nothing);
        }
    }
}
