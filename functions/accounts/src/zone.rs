//! Time zones, by which a member's day begins and ends.

use std::str::FromStr;

use jiff::tz::TimeZone;

/// The name of a zone in the IANA time zone database, as the database spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone(String);

/// Why a text is not a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time zone of the IANA database, such as Asia/Shanghai")]
pub(crate) struct ZoneError;

impl Zone {
    /// The zone's name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(text).map_err(|_| ZoneError)?;
        match zone.iana_name() {
            Some(name) if !zone.is_unknown() => Ok(Self(name.to_owned())),
            Some(_) | None => Err(ZoneError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_in_any_case_and_kept_as_the_database_spells_them() {
        for (text, name) in [
            ("Asia/Shanghai", "Asia/Shanghai"),
            ("europe/berlin", "Europe/Berlin"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(text.parse::<Zone>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_in_no_database_is_refused() {
        for text in [
            "",
            " ",
            "Mars/Olympus_Mons",
            "+08:00",
            "CET-1CEST",
            "Asia/Shanghai ",
            "../etc/passwd",
            "Etc/Unknown",
            "Asia",
        ] {
            assert_eq!(text.parse::<Zone>(), Err(ZoneError), "{text:?}");
        }
    }
}
