//! `additional_info`: of its many fields, those that ListenBrainz checks. The rest is read over.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{
    error::DocumentError,
    loose::{FromObject, Loose, scalars_are, skip_list, skip_object},
};
use crate::listen::Length;

/// ListenBrainz's MAX_TAGS_PER_LISTEN.
const MAX_TAGS: usize = 50;
/// ListenBrainz's MAX_TAG_SIZE, in characters.
const MAX_TAG_LENGTH: usize = 64;

/// The fields that hold one MusicBrainz id, and then those that hold a list of them, in the order
/// in which ListenBrainz looks at them.
const ONE_MBID: [&str; 4] = [
    "release_mbid",
    "recording_mbid",
    "release_group_mbid",
    "track_mbid",
];
const MANY_MBIDS: [&str; 2] = ["artist_mbids", "work_mbids"];

/// What is to be said about the fields; they themselves are not kept.
#[derive(Default)]
pub(super) struct AdditionalInfo<'a> {
    duration: Loose<'a>,
    duration_ms: Loose<'a>,
    tags: Tags,
    invalid_mbids: [bool; ONE_MBID.len()],
    invalid_mbid_lists: [bool; MANY_MBIDS.len()],
}

impl AdditionalInfo<'_> {
    /// The track's length, if it is known and all is as it must be.
    pub(super) fn duration(&self) -> Result<Option<Length>, DocumentError> {
        match self.tags {
            Tags::Fine => {}
            Tags::NotAList => return Err(DocumentError::TagsNotAList),
            Tags::TooMany => return Err(DocumentError::TooManyTags),
            Tags::TooLong => return Err(DocumentError::TagTooLong),
        }
        let duration = self.length()?;
        let singles = ONE_MBID.iter().zip(self.invalid_mbids);
        let lists = MANY_MBIDS.iter().zip(self.invalid_mbid_lists);
        match singles.chain(lists).find(|(_, invalid)| *invalid) {
            Some((name, _)) => Err(DocumentError::InvalidMbid(name)),
            None => Ok(duration),
        }
    }

    fn length(&self) -> Result<Option<Length>, DocumentError> {
        let read = |name, value: &Loose<'_>, of: fn(i64) -> Result<Length, _>, max| {
            let length = value
                .cut_to_whole()
                .filter(|length| *length > 0)
                .ok_or(DocumentError::InvalidDuration(name))?;
            of(length)
                .map(Some)
                .map_err(|_| DocumentError::DurationTooLarge(name, max))
        };
        let max_ms = Length::MAX_MS;
        match (&self.duration, &self.duration_ms) {
            (Loose::Absent, Loose::Absent) => Ok(None),
            (seconds, Loose::Absent) => read("duration", seconds, Length::of_s, max_ms / 1_000),
            (Loose::Absent, ms) => read("duration_ms", ms, Length::of_ms, max_ms),
            (_, _) => Err(DocumentError::TwoDurations),
        }
    }
}

impl<'a> FromObject<'a> for AdditionalInfo<'a> {
    fn read<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let place_in = |names: &[&str]| names.iter().position(|name| *name == key);
        match key {
            "duration" => self.duration = map.next_value()?,
            "duration_ms" => self.duration_ms = map.next_value()?,
            "tags" => self.tags = map.next_value()?,
            _ => {
                if let Some(place) = place_in(&ONE_MBID) {
                    self.invalid_mbids[place] = !is_mbid_or_empty(&map.next_value()?);
                } else if let Some(place) = place_in(&MANY_MBIDS) {
                    let AllMbids(fine) = map.next_value()?;
                    self.invalid_mbid_lists[place] = !fine;
                } else {
                    drop(map.next_value::<Loose<'a>>()?);
                }
            }
        }
        Ok(())
    }
}

/// Nothing, or what Python's `uuid.UUID` accepts: 32 hexadecimal digits, whatever hyphens, braces
/// and URN prefixes stand around them.
fn is_mbid_or_empty(value: &Loose<'_>) -> bool {
    let Loose::Text(text) = value else {
        return value.is_nothing();
    };
    let bare = text.replace("urn:", "").replace("uuid:", "");
    let digits = bare
        .trim_matches(['{', '}'])
        .bytes()
        .filter(|byte| *byte != b'-');
    text.is_empty()
        || (digits.clone().count() == 32 && { digits }.all(|digit| digit.is_ascii_hexdigit()))
}

/// What is to be said about the tags.
#[derive(Clone, Copy, Default)]
enum Tags {
    #[default]
    Fine,
    NotAList,
    TooMany,
    TooLong,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Tags;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tags, A::Error> {
                let mut verdict = Tags::Fine;
                for _ in 0..MAX_TAGS {
                    match list.next_element::<Loose<'de>>()? {
                        Some(Loose::Text(tag)) if tag.chars().nth(MAX_TAG_LENGTH).is_some() => {
                            verdict = Tags::TooLong;
                        }
                        Some(_) => {}
                        None => return Ok(verdict),
                    }
                }
                if list.next_element::<Loose<'de>>()?.is_some() {
                    skip_list(list)?;
                    verdict = Tags::TooMany;
                }
                Ok(verdict)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tags, A::Error> {
                skip_object(map)?;
                Ok(Tags::NotAList)
            }

            fn visit_unit<E>(self) -> Result<Tags, E> {
                Ok(Tags::Fine)
            }

            scalars_are!(Tags::NotAList);
        }

        deserializer.deserialize_any(List)
    }
}

/// Whether every item of a list is an id or nothing.
struct AllMbids(bool);

impl<'de> Deserialize<'de> for AllMbids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = AllMbids;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AllMbids, A::Error> {
                let mut fine = true;
                while let Some(item) = list.next_element()? {
                    fine &= is_mbid_or_empty(&item);
                }
                Ok(AllMbids(fine))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AllMbids, A::Error> {
                skip_object(map)?;
                Ok(AllMbids(false))
            }

            fn visit_unit<E>(self) -> Result<AllMbids, E> {
                Ok(AllMbids(true))
            }

            scalars_are!(AllMbids(false));
        }

        deserializer.deserialize_any(List)
    }
}
