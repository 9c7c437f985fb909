//! The keys of the media table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | a file by its id | `MEDIA#<media>` | `MEDIA` |
//! | an organization's files, newest first | `ORGANIZATION#<organization>` | `MEDIA#<announced, ms>#<media>` |

use kernel::{Id, Timestamp, kind};
use platform::table::Key;

/// The sort key of a file's own item.
pub(crate) const MEDIA_SORT_KEY: &str = "MEDIA";
/// Before time and id in the sort keys of an organization's files.
pub(crate) const MEDIA_PREFIX: &str = "MEDIA#";

/// A file.
pub(crate) fn media(media: Id<kind::Media>) -> Key {
    Key::sorted(format!("MEDIA#{media}"), MEDIA_SORT_KEY)
}

/// The partition of an organization's files.
pub(crate) fn organization(organization: Id<kind::Organization>) -> String {
    format!("ORGANIZATION#{organization}")
}

/// A file in the list of its organization.
pub(crate) fn listed(organization_id: Id<kind::Organization>, place: &Place) -> Key {
    Key::sorted(
        organization(organization_id),
        format!("{MEDIA_PREFIX}{place}"),
    )
}

/// Where in a list a file stands. A derived id says nothing of its time, hence both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    announced_ms: i64,
    media: Id<kind::Media>,
}

/// That a text is no place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list")]
pub(crate) struct PlaceError;

impl Place {
    /// The place of a file.
    pub(crate) fn of(media: Id<kind::Media>, announced_at: Timestamp) -> Self {
        Self {
            announced_ms: announced_at.as_millisecond(),
            media,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Thirteen digits last until the year 2286, so that text sorts as time does.
        write!(formatter, "{:013}#{}", self.announced_ms, self.media)
    }
}

impl std::str::FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (announced_ms, media) = text.split_once('#').ok_or(PlaceError)?;
        let place = Self {
            announced_ms: announced_ms.parse().map_err(|_| PlaceError)?,
            media: media.parse().map_err(|_| PlaceError)?,
        };
        if place.to_string() == text {
            Ok(place)
        } else {
            Err(PlaceError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is() {
        let at = Timestamp::from_millisecond(1_780_315_200_000).unwrap();
        let place = Place::of(Id::from_bytes([1; 16]), at);
        assert_eq!(place.to_string().parse(), Ok(place));
        let text = place.to_string();
        for other in ["", "#", "1#x", &text[1..], &format!("+{}", &text[1..])] {
            assert_eq!(other.parse::<Place>(), Err(PlaceError), "{other}");
        }
    }
}
