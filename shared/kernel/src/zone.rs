//! Time zones, by which days begin and end.

use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A zone of the IANA time zone database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// Why a text is not a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time zone of the IANA database, such as Asia/Shanghai")]
pub struct ZoneError;

impl Zone {
    /// The zone's name, as the database spells it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The zone's rules.
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(text).map_err(|_| ZoneError)?;
        let name = zone.iana_name().map(str::to_owned);
        match name {
            Some(name) if !zone.is_unknown() => Ok(Self { name, zone }),
            Some(_) | None => Err(ZoneError),
        }
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;

    fn try_from(text: String) -> Result<Self, ZoneError> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
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
