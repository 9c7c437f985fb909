//! Alipay's clock: Beijing time without a word of its zone.

use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::strtime,
    tz::{self, TimeZone},
};

/// Converts between instants and Alipay's `yyyy-MM-dd HH:mm:ss`.
///
/// China keeps one zone and no summer time, so eight hours are all there is to it.
#[derive(Debug)]
pub struct BeijingTime;

impl BeijingTime {
    /// An instant in Alipay's spelling; a part of a second is dropped.
    #[must_use]
    pub fn format(at: Timestamp) -> String {
        at.to_zoned(zone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string()
    }

    /// The day of an instant in Beijing, such as `20260601`.
    #[must_use]
    pub fn day(at: Timestamp) -> String {
        at.to_zoned(zone()).strftime("%Y%m%d").to_string()
    }

    /// Reads Alipay's spelling, or none. A fraction, as `gmt_refund` has one, is read, too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Timestamp> {
        let seconds = text.get(..19)?;
        let fraction = text.get(19..)?;
        if !fraction.is_empty() {
            let digits = fraction.strip_prefix('.')?;
            let plain =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            if !plain {
                return None;
            }
        }
        let at = strtime::parse("%Y-%m-%d %H:%M:%S", seconds).ok()?;
        let at: DateTime = at.to_datetime().ok()?;
        // Only the one spelling: strtime would also take `2026-6-1`.
        if at.strftime("%Y-%m-%d %H:%M:%S").to_string() != seconds {
            return None;
        }
        at.to_zoned(zone()).ok().map(|at| at.timestamp())
    }
}

fn zone() -> TimeZone {
    TimeZone::fixed(tz::offset(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beijing_is_eight_hours_ahead() {
        let at: Timestamp = "2026-06-01T18:30:05.9Z".parse().unwrap();
        assert_eq!(BeijingTime::format(at), "2026-06-02 02:30:05");
        assert_eq!(BeijingTime::day(at), "20260602");
        let whole: Timestamp = "2026-06-01T18:30:05Z".parse().unwrap();
        assert_eq!(BeijingTime::parse("2026-06-02 02:30:05"), Some(whole));
        assert_eq!(BeijingTime::parse("2026-06-02 02:30:05.123"), Some(whole));
    }

    #[test]
    fn no_other_spelling_is_read() {
        for text in [
            "",
            "2026-06-02",
            "2026-06-02T02:30:05",
            "2026-06-02 02:30",
            "2026-06-02 02:30:05Z",
            "2026-6-2 02:30:05  ",
            "2026-13-02 02:30:05",
            "2026-06-02 25:30:05",
            "2026-06-02 02:30:05.",
            "2026-06-02 02:30:05.x",
            "２026-06-02 02:30:05",
            "2026-06-02 02:30:60",
        ] {
            assert_eq!(BeijingTime::parse(text), None, "{text:?}");
        }
    }
}
