//! The document that clients submit, as loosely as ListenBrainz reads it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{
    additional_info::AdditionalInfo,
    loose::{FromObject, Loose, Slot, scalars_are, skip_list, skip_object},
};

/// ListenBrainz's MAX_LISTENS_PER_REQUEST.
pub(super) const MAX_LISTENS: usize = 1_000;

/// The whole document.
#[derive(Default)]
pub(super) struct Document<'a> {
    pub(super) listen_type: Loose<'a>,
    pub(super) payload: Payload<'a>,
}

/// The list of listens.
#[derive(Default)]
pub(super) enum Payload<'a> {
    #[default]
    Absent,
    NotAList,
    Listens(Vec<Slot<ListenIn<'a>>>),
    /// More than may be submitted at once; they are not kept.
    TooMany,
}

/// One listen.
#[derive(Default)]
pub(super) struct ListenIn<'a> {
    pub(super) listened_at: Loose<'a>,
    pub(super) track_metadata: Slot<TrackMetadata<'a>>,
    pub(super) has_other_keys: bool,
}

/// What was listened to.
#[derive(Default)]
pub(super) struct TrackMetadata<'a> {
    pub(super) track_name: Loose<'a>,
    pub(super) artist_name: Loose<'a>,
    pub(super) release_name: Loose<'a>,
    pub(super) additional_info: Slot<AdditionalInfo<'a>>,
}

impl<'a> FromObject<'a> for Document<'a> {
    fn read<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "listen_type" => self.listen_type = map.next_value()?,
            "payload" => self.payload = map.next_value()?,
            _ => drop(map.next_value::<Loose<'a>>()?),
        }
        Ok(())
    }
}

impl<'a> FromObject<'a> for ListenIn<'a> {
    fn read<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "listened_at" => self.listened_at = map.next_value()?,
            "track_metadata" => self.track_metadata = map.next_value()?,
            _ => {
                self.has_other_keys = true;
                drop(map.next_value::<Loose<'a>>()?);
            }
        }
        Ok(())
    }
}

impl<'a> FromObject<'a> for TrackMetadata<'a> {
    fn read<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "track_name" => self.track_name = map.next_value()?,
            "artist_name" => self.artist_name = map.next_value()?,
            "release_name" => self.release_name = map.next_value()?,
            "additional_info" => self.additional_info = map.next_value()?,
            _ => drop(map.next_value::<Loose<'a>>()?),
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Payload<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Payload<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut listens = Vec::new();
                while let Some(listen) = list.next_element()? {
                    if listens.len() == MAX_LISTENS {
                        skip_list(list)?;
                        return Ok(Payload::TooMany);
                    }
                    listens.push(listen);
                }
                Ok(Payload::Listens(listens))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_object(map)?;
                Ok(Payload::NotAList)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Payload::NotAList)
            }

            scalars_are!(Payload::NotAList);
        }

        deserializer.deserialize_any(List)
    }
}
