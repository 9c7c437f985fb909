//! What a player submits: a form with `s`, the session, and `a[0]`, `t[0]`, `i[0]`, `l[0]` and
//! others for every listen.

use std::borrow::Cow;

use super::session::Stamp;
use crate::listen::{Length, Listen};

/// The protocol's limit.
const MAX_LISTENS: usize = 50;
/// As ListenBrainz has it: 10,240 bytes a listen.
pub(super) const MAX_BODY_BYTES: usize = MAX_LISTENS * 10_240;

/// Why nothing of a submission was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SubmissionError {
    #[error("there is no listen")]
    NoListens,
    #[error("there are more than {MAX_LISTENS} listens")]
    TooManyListens,
}

/// The fields of one listen that matter here. Of a repeated field the last one that says something
/// counts: mpdscribble repeats one.
#[derive(Clone, Default)]
struct Fields<'a> {
    artist: Cow<'a, str>,
    track: Cow<'a, str>,
    time: Cow<'a, str>,
    length: Cow<'a, str>,
}

/// The session under which a form is sent.
pub(super) fn session(form: &[u8]) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(form)
        .find(|(name, _)| name == "s")
        .map(|(_, session)| session)
}

/// The listens of a form. Those without a name or a time are left out, since the protocol has no
/// way to refuse one: its clients would send it again for ever.
pub(super) fn listens(form: &[u8], stamp: Stamp) -> Result<Vec<Listen>, SubmissionError> {
    let mut listens: Vec<Fields<'_>> = Vec::new();
    for (name, value) in form_urlencoded::parse(form) {
        let Some((field, index)) = indexed(&name) else {
            continue;
        };
        if index >= MAX_LISTENS {
            return Err(SubmissionError::TooManyListens);
        }
        if listens.len() <= index {
            listens.resize(index + 1, Fields::default());
        }
        if !value.is_empty() {
            listens[index].set(field, value);
        }
    }
    if listens.is_empty() {
        return Err(SubmissionError::NoListens);
    }
    Ok(listens
        .iter()
        .filter_map(|fields| fields.listen(stamp))
        .collect())
}

/// `a[0]` is the field `a` of the listen 0.
fn indexed(name: &str) -> Option<(&str, usize)> {
    let (field, rest) = name.split_once('[')?;
    let index = rest.strip_suffix(']')?;
    Some((field, index.parse().ok()?))
}

impl<'a> Fields<'a> {
    fn set(&mut self, field: &str, value: Cow<'a, str>) {
        match field {
            "a" => self.artist = value,
            "t" => self.track = value,
            "i" => self.time = value,
            "l" => self.length = value,
            _ => {}
        }
    }

    fn listen(&self, stamp: Stamp) -> Option<Listen> {
        if self.artist.trim().is_empty() || self.track.trim().is_empty() {
            return None;
        }
        let time_s = self.time.parse().ok()?;
        // Players send 0 for a length that they do not know.
        let duration = self.length.parse().ok().filter(|seconds| *seconds != 0);
        let duration = duration.and_then(|seconds| Length::of_s(seconds).ok());
        Some(match stamp {
            Stamp::Start => Listen::attested(time_s, duration),
            Stamp::End => Listen::attested_at_end(time_s, duration),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: &[u8] = b"s=S&a[0]=Rick%20Astley&t[0]=Never%20Gonna&l[0]=213&i[0]=1700000000&o[0]=P\
        &r[0]=&b[0]=Alb&n[0]=1&m[0]=&r[0]=L&a[1]=X&t[1]=Y&l[1]=0&i[1]=1700000300&o[1]=R&r[1]=&b[1]=";

    fn seconds(seconds: i64) -> Option<Length> {
        Some(Length::of_s(seconds).unwrap())
    }

    #[test]
    fn the_form_that_mpdscribble_sends_is_read() {
        assert_eq!(session(FORM).as_deref(), Some("S"));
        assert_eq!(
            listens(FORM, Stamp::End).unwrap(),
            [
                Listen::attested(1_700_000_000 - 213, seconds(213)),
                Listen::attested(1_700_000_300 - 30, None),
            ]
        );
        assert_eq!(
            listens(FORM, Stamp::Start).unwrap()[0],
            Listen::attested(1_700_000_000, seconds(213))
        );
    }

    #[test]
    fn a_listen_without_name_or_time_is_left_out_and_hurts_no_other() {
        let form =
            b"a[0]=A&t[0]=&i[0]=1700000000&a[1]=A&t[1]=T&i[1]=&a[3]=A&t[3]=T&i[3]=1700000000";
        let expected = [Listen::attested(1_700_000_000, None)];
        assert_eq!(listens(form, Stamp::Start).unwrap(), expected);
    }

    #[test]
    fn fifty_listens_are_taken_and_fifty_one_are_not() {
        assert!(listens(b"a[49]=A", Stamp::Start).is_ok());
        for (form, error) in [
            (&b"a[50]=A"[..], SubmissionError::TooManyListens),
            (b"a[99999999999]=A", SubmissionError::TooManyListens),
            (b"a[-1]=A&a=B", SubmissionError::NoListens),
            (b"", SubmissionError::NoListens),
        ] {
            assert_eq!(listens(form, Stamp::Start), Err(error));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_make_the_reader_fail(form in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = listens(&form, Stamp::End);
        }
    }
}
