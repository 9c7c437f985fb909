//! Publishing versions of the earn rule.

use jiff::{Span, civil::Date, tz::TimeZone};
use kernel::{Id, Timestamp, kind};
use wallet::{EarnRule, Rules, Terms};

/// How many UTC dates ahead the first date of a new version must lie. Dates begin up to 14 hours
/// before they do in UTC, and workers keep what they know of the rule for a minute: no worker may
/// reckon a date by the version before.
const NOTICE_DAYS: i32 = 2;

/// The one rule there is, for listening. Its id follows from its name, so that it is the same in
/// every deployment; its founding version stands in [`Terms::founding`].
pub(crate) fn listening_rule() -> Id<kind::EarnRule> {
    Id::derive(&["listening"])
}

/// Why a version could not be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublishError {
    /// Its first date is too near.
    #[error("a version must be for dates from {earliest} on")]
    TooSoon {
        /// The first date it could be for.
        earliest: Date,
    },
}

/// The version that follows those there are.
pub(crate) fn publish(
    rules: &Rules,
    effective_from: Date,
    terms: Terms,
    now: Timestamp,
) -> Result<EarnRule, PublishError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let earliest = today.saturating_add(Span::new().days(NOTICE_DAYS));
    if effective_from < earliest {
        return Err(PublishError::TooSoon { earliest });
    }
    Ok(EarnRule {
        version: rules.latest().version + 1,
        effective_from,
        terms,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_version_takes_effect_before_its_first_date_begins_anywhere() {
        let rules = Rules::founding();
        let terms = Terms::founding();
        for (now, from, fits) in [
            ("2026-06-01T00:00:00Z", date(2026, 6, 3), true),
            ("2026-06-01T23:59:59Z", date(2026, 6, 3), true),
            ("2026-06-01T23:59:59Z", date(2026, 6, 2), false),
            ("2026-06-02T00:00:00Z", date(2026, 6, 3), false),
            ("2026-06-01T00:00:00Z", date(2020, 1, 1), false),
        ] {
            let published = publish(&rules, from, terms, now.parse().unwrap());
            assert_eq!(published.is_ok(), fits, "{from} at {now}");
        }
    }

    #[test]
    fn versions_are_counted_on() {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let from = date(2026, 7, 1);
        let second = publish(&Rules::founding(), from, Terms::founding(), now).unwrap();
        assert_eq!(second.version, 2);
        let third = publish(&Rules::with(vec![second]), from, Terms::founding(), now);
        assert_eq!(third.map(|rule| rule.version), Ok(3));
    }
}
