//! Time zones, by which a concert's days begin and end.

use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A zone of the IANA time zone database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Zone {
    name: String,
    zone: TimeZone,
}

/// Why a text is not a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time zone of the IANA database, such as Asia/Shanghai")]
pub(crate) struct ZoneError;

impl Zone {
    /// The zone's name, as the database spells it.
    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    /// The zone's rules.
    pub(crate) fn rules(&self) -> &TimeZone {
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
    fn zones_are_kept_as_the_database_spells_them_and_others_refused() {
        for (text, name) in [
            ("Asia/Shanghai", "Asia/Shanghai"),
            ("europe/berlin", "Europe/Berlin"),
        ] {
            assert_eq!(text.parse::<Zone>().unwrap().as_str(), name);
        }
        for text in ["", "Mars/Olympus_Mons", "+08:00", "../etc/passwd", "Asia"] {
            assert_eq!(text.parse::<Zone>(), Err(ZoneError), "{text:?}");
        }
    }
}
