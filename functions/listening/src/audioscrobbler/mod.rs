//! The AudioScrobbler 1.2 part of the wire, for players that speak nothing newer: Debian's
//! mpdscribble is one.
//!
//! A handshake gives out a session, under which listens are then reported. Ours are stateless: the
//! username of the handshake is a listening token, and the session is that token again, so it lives
//! until the token is revoked and nothing is stored.
//!
//! The protocol proves a password by an MD5 of it and the time. Whoever knows the username here
//! knows all there is to prove, so the proof is not looked at, and no MD5 enters the platform.

mod answer;
mod report;
mod session;
mod submissions;

pub(crate) use answer::{Answer, answer};
pub(crate) use report::Report;
pub(crate) use session::Session;

use session::Stamp;
use submissions::MAX_BODY_BYTES;
