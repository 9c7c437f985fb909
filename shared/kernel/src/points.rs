//! Points a member earns by listening.
//!
//! Invariant: a number of points is an integer from 0 to 2^53 − 1. Points are not money: there is
//! no way from one type to the other, and an exchange between them is two entries in two books.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::MAX_EXACT_INTEGER;

/// A number of points, never negative. JSON: an integer, where `1.0` and `1e3` are refused.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "i64", try_from = "i64")]
pub struct Points(i64);

/// Why there is no such number of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    /// The number, or the result, is below zero.
    #[error("points cannot be negative")]
    Negative,
    /// The number, or the result, is beyond 2^53 − 1.
    #[error("points cannot exceed {MAX_EXACT_INTEGER}")]
    TooMany,
}

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// The largest number of points.
    pub const MAX: Points = Points(MAX_EXACT_INTEGER);

    /// So many points.
    ///
    /// # Errors
    /// [`PointsError`] below 0 or beyond [`Points::MAX`].
    pub const fn new(points: i64) -> Result<Points, PointsError> {
        if points < 0 {
            Err(PointsError::Negative)
        } else if points > MAX_EXACT_INTEGER {
            Err(PointsError::TooMany)
        } else {
            Ok(Points(points))
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum of two numbers of points.
    ///
    /// # Errors
    /// [`PointsError::TooMany`] beyond [`Points::MAX`].
    pub fn checked_add(self, other: Points) -> Result<Points, PointsError> {
        let sum = self.0.checked_add(other.0);
        Points::new(sum.ok_or(PointsError::TooMany)?)
    }

    /// These points less the others.
    ///
    /// # Errors
    /// [`PointsError::Negative`] if the others are more.
    pub fn checked_sub(self, other: Points) -> Result<Points, PointsError> {
        let difference = self.0.checked_sub(other.0);
        Points::new(difference.ok_or(PointsError::Negative)?)
    }

    /// These points less the others, or none if the others are more.
    ///
    /// For what is left of a limit. A debit is a [`checked_sub`](Points::checked_sub), since this
    /// one forgets what was owed.
    #[must_use]
    pub fn saturating_sub(self, other: Points) -> Points {
        self.checked_sub(other).unwrap_or(Points::ZERO)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<i64> for Points {
    type Error = PointsError;

    fn try_from(points: i64) -> Result<Points, PointsError> {
        Points::new(points)
    }
}

impl From<Points> for i64 {
    fn from(points: Points) -> i64 {
        points.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_points() -> impl Strategy<Value = Points> {
        prop_oneof![0..=MAX_EXACT_INTEGER, 0i64..=1000, Just(MAX_EXACT_INTEGER)]
            .prop_map(|points| Points::new(points).unwrap())
    }

    #[test]
    fn fractions_exponents_and_texts_are_not_points() {
        for json in [
            "1.0",
            "1.5",
            "1e3",
            "-0.0",
            "-1",
            r#""1""#,
            "null",
            "true",
            "[1]",
            "9007199254740992",
            "18446744073709551616",
        ] {
            assert!(serde_json::from_str::<Points>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn points_beyond_the_largest_are_refused() {
        let one = Points::new(1).unwrap();
        assert_eq!(Points::MAX.checked_add(one), Err(PointsError::TooMany));
        assert_eq!(Points::MAX.checked_add(Points::ZERO), Ok(Points::MAX));
        assert_eq!(Points::new(i64::MAX), Err(PointsError::TooMany));
        assert_eq!(Points::new(i64::MIN), Err(PointsError::Negative));
    }

    proptest! {
        #[test]
        fn points_are_never_negative(a in any_points(), b in any_points()) {
            match a.checked_sub(b) {
                Ok(left) => {
                    prop_assert!(left >= Points::ZERO && a >= b);
                    prop_assert_eq!(left.checked_add(b), Ok(a));
                    prop_assert_eq!(a.saturating_sub(b), left);
                }
                Err(error) => {
                    prop_assert!(a < b);
                    prop_assert_eq!(error, PointsError::Negative);
                    prop_assert_eq!(a.saturating_sub(b), Points::ZERO);
                }
            }
        }

        #[test]
        fn addition_commutes_and_stays_in_range(a in any_points(), b in any_points()) {
            prop_assert_eq!(a.checked_add(b), b.checked_add(a));
            prop_assert_eq!(a.checked_add(b).is_ok(), a.get() + b.get() <= MAX_EXACT_INTEGER);
        }

        #[test]
        fn json_takes_exactly_the_integers_in_range(points in any::<i64>()) {
            let read = serde_json::from_str::<Points>(&points.to_string());
            prop_assert_eq!(read.ok(), Points::new(points).ok());
        }

        #[test]
        fn points_survive_json_as_a_bare_integer(points in any_points()) {
            let json = serde_json::to_string(&points).unwrap();
            prop_assert_eq!(&json, &points.to_string());
            prop_assert_eq!(serde_json::from_str::<Points>(&json).unwrap(), points);
        }
    }
}
