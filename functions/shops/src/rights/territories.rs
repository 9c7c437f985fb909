//! Where a right holds.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
};

use crate::country::Country;

/// The whole world, or some countries; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Territories {
    /// Every country, those that do not exist yet included.
    Worldwide,
    /// These.
    Only(BTreeSet<Country>),
}

/// A list of countries that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it names no country; say `worldwide` for all of them")]
pub(crate) struct NoTerritory;

/// How the whole world is written.
const WORLDWIDE: &str = "worldwide";

impl Territories {
    /// These countries.
    pub(crate) fn of(regions: impl IntoIterator<Item = Country>) -> Result<Self, NoTerritory> {
        let regions: BTreeSet<_> = regions.into_iter().collect();
        if regions.is_empty() {
            return Err(NoTerritory);
        }
        Ok(Self::Only(regions))
    }

    /// Whether a country is among them.
    pub(crate) fn contains(&self, region: Country) -> bool {
        match self {
            Self::Worldwide => true,
            Self::Only(regions) => regions.contains(&region),
        }
    }

    /// Whether some country is in both.
    pub(crate) fn overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Worldwide, _) | (_, Self::Worldwide) => true,
            (Self::Only(these), Self::Only(those)) => !these.is_disjoint(those),
        }
    }
}

impl Serialize for Territories {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Worldwide => serializer.serialize_str(WORLDWIDE),
            Self::Only(regions) => serializer.collect_seq(regions),
        }
    }
}

impl<'de> Deserialize<'de> for Territories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Territories;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "`{WORLDWIDE}` or a list of countries")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Territories, E> {
                if text == WORLDWIDE {
                    Ok(Territories::Worldwide)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Territories, A::Error> {
                let mut regions = BTreeSet::new();
                while let Some(region) = list.next_element()? {
                    regions.insert(region);
                }
                Territories::of(regions).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: serde_json::Value) -> Result<Territories, serde_json::Error> {
        serde_json::from_value(json)
    }

    #[test]
    fn territories_are_the_world_or_a_list_and_are_written_as_they_are_read() {
        for json in [json!("worldwide"), json!(["CN"]), json!(["CN", "JP"])] {
            let territories = read(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&territories).unwrap(), json);
        }
        for json in [
            json!([]),
            json!("CN"),
            json!("Worldwide"),
            json!(["cn"]),
            json!(null),
            json!(7),
        ] {
            assert!(read(json.clone()).is_err(), "{json}");
        }
    }

    #[test]
    fn the_world_overlaps_with_everything_and_lists_where_they_share_a_country() {
        let [china, japan, both, world] = [
            json!(["CN"]),
            json!(["JP"]),
            json!(["CN", "JP"]),
            json!("worldwide"),
        ]
        .map(|json| read(json).unwrap());
        assert!(!china.overlap(&japan));
        assert!(both.overlap(&japan) && world.overlap(&china) && china.overlap(&world));
    }
}
