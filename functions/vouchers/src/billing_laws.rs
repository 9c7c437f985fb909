//! The laws of what a partner may take, tried on whatever can happen to an account.

use kernel::{Currency, Id, Money, Points, Timestamp};
use proptest::prelude::*;

use crate::{
    billing::{Billing, BillingError},
    exchange::Book,
    terms::{BillingMode, Limits, Terms},
};

const NOON: Timestamp = Timestamp::constant(1_780_315_200, 0);

fn fen(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

fn points(points: i64) -> Points {
    Points::new(points).unwrap()
}

fn empty() -> Billing {
    let book = Book {
        partner: Id::derive(&["partner"]),
        sandbox: false,
    };
    Billing::empty(book, Currency::CNY)
}

fn prepaid() -> Terms {
    Terms {
        billing: BillingMode::Prepaid,
        ..Terms::default()
    }
}

fn postpaid(credit_limit: i64) -> Terms {
    Terms {
        billing: BillingMode::Postpaid {
            credit_limit: Some(fen(credit_limit)),
        },
        ..Terms::default()
    }
}

#[test]
fn a_prepaid_partner_takes_what_it_paid_to_the_last_fen() {
    let terms = prepaid();
    let paid = empty().settle(&terms, fen(100), NOON).unwrap();
    let taken = paid.reserve(&terms, fen(100), Points::ZERO, NOON).unwrap();
    assert_eq!(taken.available(&terms), Ok(Some(fen(0))));
    for amount in [1, 2] {
        let refused = taken.reserve(&terms, fen(amount), Points::ZERO, NOON);
        assert_eq!(refused, Err(BillingError::Exhausted));
    }
    // What costs nothing needs no balance.
    assert!(taken.reserve(&terms, fen(0), Points::ZERO, NOON).is_ok());
    let released = taken.release(fen(1)).unwrap();
    assert!(released.reserve(&terms, fen(1), Points::ZERO, NOON).is_ok());
}

#[test]
fn credit_ends_at_its_limit_and_is_endless_without_one() {
    let terms = postpaid(50);
    assert!(empty().reserve(&terms, fen(50), Points::ZERO, NOON).is_ok());
    let refused = empty().reserve(&terms, fen(51), Points::ZERO, NOON);
    assert_eq!(refused, Err(BillingError::Exhausted));
    let endless = empty().reserve(&Terms::default(), fen(1 << 40), Points::ZERO, NOON);
    assert_eq!(endless.unwrap().available(&Terms::default()), Ok(None));
}

#[test]
fn an_amount_in_another_currency_is_refused() {
    let dollar = Money::new(1, Currency::USD).unwrap();
    let refused = empty().reserve(&postpaid(50), dollar, Points::ZERO, NOON);
    assert!(matches!(refused, Err(BillingError::Money(_))));
    assert!(empty().settle(&prepaid(), dollar, NOON).is_err());
    assert!(empty().release(dollar).is_err());
}

#[test]
fn the_limits_of_a_day_end_with_the_day_in_utc_and_not_with_a_release() {
    let terms = Terms {
        limits: Limits {
            grants_a_day: Some(2),
            points_a_day: Some(100),
            points_a_grant: None,
        },
        ..Terms::default()
    };
    let last: Timestamp = "2026-06-01T23:59:59.999Z".parse().unwrap();
    let next: Timestamp = "2026-06-02T00:00:00Z".parse().unwrap();
    let one = empty().reserve(&terms, fen(7), points(60), NOON).unwrap();
    let refused = one.reserve(&terms, fen(7), points(41), NOON);
    assert_eq!(refused, Err(BillingError::PointsADay));
    let two = one.reserve(&terms, fen(7), points(40), last).unwrap();
    let two = two.release(fen(14)).unwrap();
    let refused = two.reserve(&terms, fen(7), Points::ZERO, last);
    assert_eq!(refused, Err(BillingError::GrantsADay));
    let tomorrow = two.reserve(&terms, fen(7), points(100), next).unwrap();
    assert_eq!(
        (tomorrow.today.grants, tomorrow.today.points.get()),
        (1, 100)
    );
    // A clock that is behind finds the limits of the later day.
    let refused = tomorrow.reserve(&terms, fen(7), points(1), last);
    assert_eq!(refused, Err(BillingError::PointsADay));
}

#[test]
fn a_partner_is_told_once_that_little_is_left_and_again_after_there_was_more() {
    let terms = Terms {
        alert_below: Some(fen(30)),
        ..postpaid(100)
    };
    let told = |billing: &Billing| billing.alert.count;
    let take = |billing: &Billing, amount| {
        let taken = billing.reserve(&terms, fen(amount), Points::ZERO, NOON);
        taken.unwrap()
    };
    let at_threshold = take(&empty(), 70);
    assert_eq!(told(&at_threshold), 0);
    let below = take(&at_threshold, 1);
    assert_eq!((told(&below), below.is_low(&terms)), (1, Ok(true)));
    let last = below.alert.last.unwrap();
    assert_eq!((last.available, last.alert_below), (fen(29), fen(30)));
    let further = take(&take(&below, 1), 1);
    assert_eq!(told(&further), 1);
    // A release that does not lift it above is not told again either.
    let still_below = take(&further.release(fen(2)).unwrap(), 1);
    assert_eq!(told(&still_below), 1);
    let lifted = still_below.release(fen(40)).unwrap();
    assert_eq!(told(&take(&lifted, 1)), 1);
    assert_eq!(told(&take(&lifted, 60)), 2);
    let paid = still_below.settle(&terms, fen(500), NOON).unwrap();
    assert_eq!((told(&paid), paid.alert.is_low), (1, false));
    let paid_out = paid.settle(&terms, fen(-500), NOON).unwrap();
    assert_eq!(told(&paid_out), 2);
}

#[derive(Clone, Debug)]
enum Happening {
    Reserve(i64),
    /// Releases one of what is reserved.
    Release(prop::sample::Index),
    Settle(i64),
    Earn(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0i64..400).prop_map(Happening::Reserve),
        2 => any::<prop::sample::Index>().prop_map(Happening::Release),
        1 => (-300i64..600).prop_map(Happening::Settle),
        1 => (0i64..300).prop_map(Happening::Earn),
    ]
}

proptest! {
    #[test]
    fn a_reservation_is_granted_exactly_if_money_or_credit_reaches(
        happenings in prop::collection::vec(happening(), 1..60),
        credit in prop_oneof![Just(None), (0i64..1_000).prop_map(Some)],
    ) {
        let terms = credit.map_or_else(prepaid, postpaid);
        let mut billing = empty();
        // The model: what is left, as one number; and what is reserved.
        let mut left = credit.unwrap_or(0);
        let mut reserved = Vec::new();
        for happening in happenings {
            match happening {
                Happening::Reserve(amount) => {
                    let decided = billing.reserve(&terms, fen(amount), Points::ZERO, NOON);
                    prop_assert_eq!(decided.is_ok(), amount == 0 || amount <= left);
                    if let Ok(taken) = decided {
                        billing = taken;
                        left -= amount;
                        reserved.push(amount);
                    }
                }
                Happening::Release(which) => {
                    if !reserved.is_empty() {
                        let amount = reserved.swap_remove(which.index(reserved.len()));
                        billing = billing.release(fen(amount)).unwrap();
                        left += amount;
                    }
                }
                Happening::Settle(amount) => {
                    billing = billing.settle(&terms, fen(amount), NOON).unwrap();
                    left += amount;
                }
                // As the clearing does it, in place.
                Happening::Earn(amount) => {
                    billing.earned = billing.earned.checked_add(fen(amount)).unwrap();
                    left += amount;
                }
            }
            prop_assert_eq!(billing.available(&terms), Ok(Some(fen(left))));
            prop_assert_eq!(billing.used, fen(reserved.iter().sum()));
        }
    }
}
