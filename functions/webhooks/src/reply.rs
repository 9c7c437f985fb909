//! What an endpoint's reply means.
//!
//! Only 2xx is success: a redirect is not followed, it is a failure. 410 says that the endpoint is
//! gone for good. `Retry-After` is believed of those replies that ask for less, up to a day.

use jiff::{SignedDuration, fmt::rfc2822::DateTimeParser};
use kernel::Timestamp;

/// No pause is longer.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was taken.
    Accepted,
    /// There is no such endpoint any more.
    Gone,
    /// It was not taken, and is to be sent again.
    Failed {
        /// For how long the endpoint wants to be left alone, if it says so.
        pause: Option<SignedDuration>,
    },
}

/// What a reply with this status and this `Retry-After` means.
pub(crate) fn verdict(status: u16, retry_after: Option<&str>, now: Timestamp) -> Verdict {
    match status {
        200..=299 => Verdict::Accepted,
        410 => Verdict::Gone,
        429 | 502 | 503 | 504 => Verdict::Failed {
            pause: retry_after.and_then(|value| pause(value.trim(), now)),
        },
        _ => Verdict::Failed { pause: None },
    }
}

/// How long `Retry-After` asks to wait: in seconds, or until a date. What is in the past, or is no
/// time at all, asks for nothing.
fn pause(value: &str, now: Timestamp) -> Option<SignedDuration> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let asked = if is_number {
        // More digits than fit into a number ask for more than a day.
        SignedDuration::from_secs(value.parse().unwrap_or(i64::MAX))
    } else {
        let until = DateTimeParser::new().parse_timestamp(value).ok()?;
        until.duration_since(now)
    };
    let asks = asked > SignedDuration::ZERO;
    asks.then(|| asked.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, retry_after: Option<&str>) -> Verdict {
        // 1994-11-06 08:49:37, the date of RFC 9110's examples.
        let now = Timestamp::from_second(784_111_777).unwrap();
        verdict(status, retry_after, now)
    }

    fn paused(seconds: i64) -> Verdict {
        let pause = Some(SignedDuration::from_secs(seconds));
        Verdict::Failed { pause }
    }

    const FAILED: Verdict = Verdict::Failed { pause: None };

    #[test]
    fn only_success_is_success_and_only_gone_is_gone() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(of(status, None), Verdict::Accepted, "{status}");
        }
        for status in [
            100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 409, 500, 503,
        ] {
            assert_eq!(of(status, None), FAILED, "{status}");
        }
        assert_eq!(of(410, Some("7")), Verdict::Gone);
    }

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        for (value, seconds) in [
            ("120", 120),
            (" 1 ", 1),
            ("86400", 86_400),
            ("86401", 86_400),
            ("99999999999999999999", 86_400),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Tue, 08 Nov 1994 08:49:37 GMT", 86_400),
        ] {
            for status in [429, 502, 503, 504] {
                assert_eq!(of(status, Some(value)), paused(seconds), "{status} {value}");
            }
            assert_eq!(of(500, Some(value)), FAILED, "{value}");
        }
    }

    #[test]
    fn what_is_no_time_to_come_asks_for_nothing() {
        for value in [
            "",
            "0",
            "-5",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "1994-11-06",
        ] {
            assert_eq!(of(503, Some(value)), FAILED, "{value:?}");
        }
    }
}
