//! A file for every route.

pub(crate) mod listens;
pub(crate) mod scrobble_handshake;
pub(crate) mod scrobble_now_playing;
pub(crate) mod scrobble_submissions;
pub(crate) mod submit_listens;
pub(crate) mod validate_token;
