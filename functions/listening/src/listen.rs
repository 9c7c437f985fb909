//! Which listens count, and for which seconds.
//!
//! | rule | value | why |
//! |---|---|---|
//! | length of the track | ≥ 30 s | the field's convention (Last.fm, ListenBrainz) |
//! | played | ≥ half of the track or 240 s | the same |
//! | begin | from 2002-10-01 on | no scrobbler is older; ListenBrainz's own limit |
//! | begin | ≤ 300 s ahead of us | clocks differ; one that differs more is wrong |
//! | begin | ≤ 14 days ago | later ones are accepted, but earn nothing |
//! | credit | ≤ 4 h for one listen | a mix or an opera is that long; beyond, the length is a broken tag |
//! | credit | ends by the second of reception | nobody can earn more time than has passed |
//!
//! All of it is pure.

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// The shortest track that counts.
const MIN_DURATION_MS: i64 = 30_000;
/// Played so long, a listen counts however long the track is.
const ENOUGH_PLAYED_MS: i64 = 240_000;
/// 2002-10-01T00:00:00Z.
pub(crate) const EARLIEST_START_S: i64 = 1_033_430_400;
const MAX_CLOCK_SKEW_S: i64 = 300;
const MAX_AGE_S: i64 = 14 * 24 * 60 * 60;
const MAX_CREDIT_S: i64 = 4 * 60 * 60;

/// A length of time on the wire, in milliseconds: 0 to 2,073,600,000, which are 24 days.
///
/// The limit is ListenBrainz's. What is longer is no track but a mistake of unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "u64")]
pub(crate) struct Length(i64);

/// A length of more than 24 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a length cannot be more than {} ms", Length::MAX_MS)]
pub(crate) struct LengthError;

/// Somebody's claim to have listened to a track. Whose claim it is stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listen {
    started_at_s: i64,
    duration: Length,
    played: Length,
}

/// What becomes of a listen that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It counts for these seconds.
    Earns(Span),
    /// It was reported too late to earn anything.
    Late,
}

/// Seconds since 1970, from `start_s` up to and without `end_s`. JSON: `[start_s, end_s]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    start_s: i64,
    end_s: i64,
}

/// Why a listen is not accepted. The codes on the wire never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListenRejection)]
pub(crate) enum Rejection {
    /// It began more than 300 seconds from now.
    #[error("in_the_future: it begins more than {MAX_CLOCK_SKEW_S} s from now")]
    InTheFuture,
    /// It began before 1 October 2002.
    #[error("too_long_ago: it begins before 1 October 2002")]
    TooLongAgo,
    /// The track is shorter than 30 seconds.
    #[error("too_short: the track is shorter than 30 s")]
    TooShort,
    /// Neither half of the track nor 240 seconds of it were played.
    #[error("not_played_enough: neither half of the track nor 240 s of it were played")]
    NotPlayedEnough,
}

impl Listen {
    /// A listen of which the player says how much was played: all of the track, if it does not say,
    /// and never more than the track has.
    pub(crate) fn measured(started_at_s: i64, duration: Length, played: Option<Length>) -> Self {
        let played = played.unwrap_or(duration).min(duration);
        Self {
            started_at_s,
            duration,
            played,
        }
    }

    /// A listen that scrobblers attest by sending it: by their convention it was played to its end.
    /// A length that is not known counts as the least that earns anything.
    pub(crate) fn attested(started_at_s: i64, duration: Option<Length>) -> Self {
        Self::measured(started_at_s, duration.unwrap_or(Length::LEAST), None)
    }

    /// The same, from a player that stamps the end.
    pub(crate) fn attested_at_end(ended_at_s: i64, duration: Option<Length>) -> Self {
        let duration = duration.unwrap_or(Length::LEAST);
        Self::measured(
            ended_at_s.saturating_sub(duration.whole_s()),
            duration,
            None,
        )
    }

    /// Whether the listen is accepted, and what it earns, if it is reported at `received_at_s`.
    pub(crate) fn judge(&self, received_at_s: i64) -> Result<Verdict, Rejection> {
        if self.started_at_s < EARLIEST_START_S {
            return Err(Rejection::TooLongAgo);
        }
        if self.started_at_s > received_at_s.saturating_add(MAX_CLOCK_SKEW_S) {
            return Err(Rejection::InTheFuture);
        }
        if self.duration.0 < MIN_DURATION_MS {
            return Err(Rejection::TooShort);
        }
        // Doubled, so that half of an odd length is not rounded.
        if self.played.0 < ENOUGH_PLAYED_MS && 2 * self.played.0 < self.duration.0 {
            return Err(Rejection::NotPlayedEnough);
        }
        if self.started_at_s < received_at_s.saturating_sub(MAX_AGE_S) {
            return Ok(Verdict::Late);
        }
        Ok(Verdict::Earns(self.span(received_at_s)))
    }

    /// The seconds that have passed of the listen. It has begun, so the second of its begin counts
    /// even if it is still the current one.
    fn span(&self, received_at_s: i64) -> Span {
        let start_s = self.started_at_s.min(received_at_s);
        let played_s = self.played.whole_s().min(MAX_CREDIT_S);
        let end_s = start_s.saturating_add(played_s).min(received_at_s);
        Span {
            start_s,
            end_s: end_s.max(start_s + 1),
        }
    }

    /// What the member claims, whenever it is reported: the same for every try of a request.
    pub(crate) fn claim(&self) -> (i64, i64) {
        (self.started_at_s, self.played.0)
    }
}

impl Length {
    pub(crate) const MAX_MS: i64 = 2_073_600_000;

    /// The shortest length that counts.
    const LEAST: Self = Self(MIN_DURATION_MS);

    /// So many milliseconds.
    pub(crate) fn of_ms(ms: i64) -> Result<Self, LengthError> {
        if (0..=Self::MAX_MS).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(LengthError)
        }
    }

    /// So many seconds.
    pub(crate) fn of_s(seconds: i64) -> Result<Self, LengthError> {
        Self::of_ms(seconds.saturating_mul(1_000))
    }

    fn whole_s(self) -> i64 {
        self.0 / 1_000
    }
}

impl Rejection {
    /// Whether no clock that is right could have led to it.
    pub(crate) fn is_impossible_time(self) -> bool {
        match self {
            Self::InTheFuture | Self::TooLongAgo => true,
            Self::TooShort | Self::NotPlayedEnough => false,
        }
    }
}

impl TryFrom<u64> for Length {
    type Error = LengthError;

    fn try_from(ms: u64) -> Result<Self, LengthError> {
        i64::try_from(ms)
            .map_err(|_| LengthError)
            .and_then(Self::of_ms)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.start_s, self.end_s).serialize(serializer)
    }
}

#[cfg(test)]
#[path = "listen_laws.rs"]
mod laws;
