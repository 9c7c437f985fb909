//! A submitted document, judged as ListenBrainz judges it: in its order, and as a whole, so that
//! the first thing that is wrong refuses every listen of the request.

use super::{
    DocumentError,
    document::{Document, ListenIn, MAX_LISTENS, Payload, TrackMetadata},
    loose::{Loose, Slot},
};
use crate::listen::{EARLIEST_START_S, Listen};

/// ListenBrainz's MAX_LISTEN_SIZE. It is an average over the document.
pub(super) const MAX_LISTEN_BYTES: usize = 10_240;
/// ListenBrainz's MAX_LISTEN_PAYLOAD_SIZE.
pub(crate) const MAX_PAYLOAD_BYTES: usize = MAX_LISTEN_BYTES * MAX_LISTENS;
/// ListenBrainz's tolerance for clocks that are ahead. What our own rules think of such a listen is
/// another question: it is accepted and earns nothing.
const MAX_AHEAD_S: i64 = 3_600;

/// The listens that `body` submits; none, if it only tells what is playing.
pub(crate) fn listens(body: &[u8], now_s: i64) -> Result<Vec<Listen>, DocumentError> {
    let document: Slot<Document<'_>> =
        serde_json::from_slice(body).map_err(DocumentError::NoJson)?;
    let Slot::Object(document) = document else {
        return Err(DocumentError::NoObject);
    };
    let submitted = submitted(&document.payload, body.len())?;
    let listens = match (&document.listen_type, submitted) {
        (Loose::Absent, _) => return Err(DocumentError::KeyMissing),
        (Loose::Text(kind), listens) => match (kind.as_ref(), listens) {
            ("single" | "playing_now", [_, _, ..]) => return Err(DocumentError::MoreThanOne),
            ("single" | "import", listens) => listens
                .iter()
                .map(|listen| past_listen(listen, now_s))
                .collect::<Result<_, _>>()?,
            ("playing_now", listens) => {
                listens.iter().try_for_each(playing_now)?;
                Vec::new()
            }
            _ => return Err(DocumentError::InvalidListenType),
        },
        _ => return Err(DocumentError::InvalidListenType),
    };
    if contains_null(body) {
        return Err(DocumentError::UnicodeNull);
    }
    Ok(listens)
}

fn submitted<'a, 'b>(
    payload: &'b Payload<'a>,
    body_bytes: usize,
) -> Result<&'b [Slot<ListenIn<'a>>], DocumentError> {
    match payload {
        Payload::Absent => Err(DocumentError::KeyMissing),
        Payload::NotAList => Err(DocumentError::PayloadNotAList),
        Payload::TooMany => Err(DocumentError::TooManyListens),
        Payload::Listens(listens) if listens.is_empty() => Err(DocumentError::NoListens),
        Payload::Listens(listens) if body_bytes > listens.len() * MAX_LISTEN_BYTES => {
            Err(DocumentError::ListenTooLarge)
        }
        Payload::Listens(listens) => Ok(listens),
    }
}

/// A listen of a `single` or an `import`.
fn past_listen(listen: &Slot<ListenIn<'_>>, now_s: i64) -> Result<Listen, DocumentError> {
    let listen = object(listen)?;
    if let Loose::Absent = listen.listened_at {
        return Err(DocumentError::NoListenedAt);
    }
    let listened_at_s = listen
        .listened_at
        .whole()
        .ok_or(DocumentError::InvalidListenedAt)?;
    if listened_at_s >= now_s.saturating_add(MAX_AHEAD_S) {
        return Err(DocumentError::ListenedAtTooHigh);
    }
    if listened_at_s < EARLIEST_START_S {
        return Err(DocumentError::ListenedAtTooLow);
    }
    if let Slot::Absent = listen.track_metadata {
        return Err(DocumentError::NoTrackMetadata);
    }
    if listen.has_other_keys {
        return Err(DocumentError::OtherKeys);
    }
    let duration = match &metadata(listen)?.additional_info {
        Slot::Object(info) => info.duration()?,
        Slot::Absent | Slot::Null => None,
        Slot::Other => return Err(DocumentError::AdditionalInfoNotAnObject),
    };
    Ok(Listen::attested(listened_at_s, duration))
}

/// What is playing, which has no time yet.
fn playing_now(listen: &Slot<ListenIn<'_>>) -> Result<(), DocumentError> {
    let listen = object(listen)?;
    if !matches!(listen.listened_at, Loose::Absent) {
        return Err(DocumentError::ListenedAtWhilePlaying);
    }
    if let Slot::Absent = listen.track_metadata {
        return Err(DocumentError::NoTrackMetadata);
    }
    if listen.has_other_keys {
        return Err(DocumentError::OtherKeysWhilePlaying);
    }
    match &metadata(listen)?.additional_info {
        Slot::Object(info) => info.duration().map(|_| ()),
        Slot::Absent | Slot::Null => Ok(()),
        Slot::Other => Err(DocumentError::AdditionalInfoNotAnObject),
    }
}

fn object<'a, 'b>(listen: &'b Slot<ListenIn<'a>>) -> Result<&'b ListenIn<'a>, DocumentError> {
    match listen {
        Slot::Object(listen) => Ok(listen),
        Slot::Absent | Slot::Null => Err(DocumentError::EmptyListen),
        Slot::Other => Err(DocumentError::ListenNotAnObject),
    }
}

/// The metadata, whose names are as they must be.
fn metadata<'a, 'b>(listen: &'b ListenIn<'a>) -> Result<&'b TrackMetadata<'a>, DocumentError> {
    let metadata = match &listen.track_metadata {
        Slot::Object(metadata) => metadata,
        Slot::Absent | Slot::Null => return Err(DocumentError::NullTrackMetadata),
        Slot::Other => return Err(DocumentError::TrackMetadataNotAnObject),
    };
    let required = [
        ("track_name", &metadata.track_name),
        ("artist_name", &metadata.artist_name),
    ];
    for (name, value) in required {
        if let Loose::Absent = value {
            return Err(DocumentError::NameMissing(name));
        }
        let text = value.text().ok_or(DocumentError::NameNotAString(name))?;
        if text.is_empty() {
            return Err(DocumentError::NameEmpty(name));
        }
    }
    // ListenBrainz refuses a null here, though a scrobbler as common as Quod Libet sends it.
    if !metadata.release_name.is_nothing() && metadata.release_name.text().is_none() {
        return Err(DocumentError::NameNotAString("release_name"));
    }
    Ok(metadata)
}

/// Whether a text in the document, which is sound JSON, contains the character U+0000. It cannot
/// stand there as itself, so it is enough to look for its escape: one that is not itself escaped.
fn contains_null(body: &[u8]) -> bool {
    let escape = br"\u0000";
    body.windows(escape.len())
        .enumerate()
        .filter(|(_, window)| *window == escape)
        .any(|(place, _)| {
            let before = body[..place].iter().rev();
            before.take_while(|byte| **byte == b'\\').count() % 2 == 0
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    proptest! {
        #[test]
        fn a_null_is_found_exactly_where_a_text_has_one(text in any::<String>(), at in any::<prop::sample::Index>()) {
            let mut characters: Vec<char> = text.chars().filter(|c| *c != '\0').collect();
            let without = Value::from(String::from_iter(&characters));
            prop_assert!(!contains_null(without.to_string().as_bytes()));
            characters.insert(at.index(characters.len() + 1), '\0');
            let with = json!({"a": String::from_iter(&characters)});
            prop_assert!(contains_null(with.to_string().as_bytes()));
        }

        #[test]
        fn no_bytes_whatever_make_the_reader_fail(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = listens(&body, 0);
        }
    }

    #[test]
    fn a_backslash_before_u0000_is_no_null() {
        assert!(!contains_null(br#"{"a":"\\u0000"}"#));
        assert!(contains_null(br#"{"a":"\\\u0000"}"#));
    }
}
