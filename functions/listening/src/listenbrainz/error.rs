//! What is wrong with a document, in ListenBrainz's words, spelling included: people search the web
//! for them.

use super::{
    document::MAX_LISTENS,
    submission::{MAX_LISTEN_BYTES, MAX_PAYLOAD_BYTES},
};

/// Why nothing of a document was taken. All of them are a 400.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    #[error("Payload too large. Payload cannot exceed {MAX_PAYLOAD_BYTES} bytes")]
    PayloadTooLarge,
    #[error("Cannot parse JSON document: {0}")]
    NoJson(serde_json::Error),
    #[error("Invalid JSON document submitted. Top level of JSON document should be a json object.")]
    NoObject,
    #[error("Invalid JSON document submitted.")]
    KeyMissing,
    #[error("The payload in the JSON document should be a list of listens.")]
    PayloadNotAList,
    #[error("JSON document does not contain any listens")]
    NoListens,
    #[error("Too many listens. You may not submit more than {MAX_LISTENS} listens at once.")]
    TooManyListens,
    #[error(
        "JSON document is too large. Each listens may not be larger than {MAX_LISTEN_BYTES} bytes."
    )]
    ListenTooLarge,
    #[error("JSON document requires a valid listen_type key.")]
    InvalidListenType,
    #[error(
        "JSON document contains more than listen for a single/playing_now. It should contain only one."
    )]
    MoreThanOne,
    #[error("Listen is empty and cannot be validated.")]
    EmptyListen,
    // ListenBrainz answers 500 here.
    #[error("Each listen in the JSON document should be a json object.")]
    ListenNotAnObject,
    #[error("JSON document must contain the key listened_at at the top level.")]
    NoListenedAt,
    #[error("JSON document must contain an int value for listened_at.")]
    InvalidListenedAt,
    #[error("Value for key listened_at is too high.")]
    ListenedAtTooHigh,
    #[error(
        "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 (2002-10-01 00:00:00 UTC)."
    )]
    ListenedAtTooLow,
    #[error("JSON document must contain the key track_metadata at the top level.")]
    NoTrackMetadata,
    #[error("JSON document may only contain listened_at and track_metadata top level keys")]
    OtherKeys,
    #[error("JSON document must not contain listened_at while submitting playing_now.")]
    ListenedAtWhilePlaying,
    #[error(
        "JSON document may only contain track_metadata as top level key when submitting playing_now."
    )]
    OtherKeysWhilePlaying,
    #[error("JSON document may not have track_metadata with null value.")]
    NullTrackMetadata,
    // ListenBrainz answers 500 to both.
    #[error("track_metadata must be a json object.")]
    TrackMetadataNotAnObject,
    #[error("track_metadata.additional_info must be a json object.")]
    AdditionalInfoNotAnObject,
    #[error("JSON document does not contain required field track_metadata.{0}.")]
    NameMissing(&'static str),
    #[error("track_metadata.{0} must be a single string.")]
    NameNotAString(&'static str),
    #[error("field track_metadata.{0} is empty.")]
    NameEmpty(&'static str),
    #[error("track_metadata.additional_info.tags must be a list.")]
    TagsNotAList,
    #[error(
        "JSON document may not contain more than 50 items in track_metadata.additional_info.tags."
    )]
    TooManyTags,
    #[error(
        "JSON document may not contain track_metadata.additional_info.tags longer than 64 characters."
    )]
    TagTooLong,
    #[error("JSON document should not contain both duration and duration_ms.")]
    TwoDurations,
    #[error("Value for {0} is invalid, should be a positive integer.")]
    InvalidDuration(&'static str),
    #[error("Value for {0} is too large, max permitted value is {1}")]
    DurationTooLarge(&'static str, i64),
    #[error("{0} MBID format invalid.")]
    InvalidMbid(&'static str),
    #[error("The JSON document contains a unicode null")]
    UnicodeNull,
}
