//! ListenBrainz's part of the wire: its documents, its limits, its words.
//!
//! Its clients know neither our problem details nor our codes, so these routes answer errors in
//! ListenBrainz's own shape, the one exception on the platform. The crate's README says what of
//! ListenBrainz is served; the behaviour was read in listenbrainz-server as of August 2026.

mod additional_info;
mod answer;
mod document;
mod error;
mod loose;
mod submission;

pub(crate) use answer::{ErrorOut, Refusal, answer};
pub(crate) use error::DocumentError;
pub(crate) use submission::{MAX_PAYLOAD_BYTES, listens};
