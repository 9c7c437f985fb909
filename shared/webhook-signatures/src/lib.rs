//! Signatures of webhooks, as [Standard Webhooks](https://www.standardwebhooks.com) has them: what
//! Planet signs for others, and what it believes from them.
//!
//! Invariants:
//!
//! - **What is verified is what was received**: the very characters of the id and of the timestamp,
//!   and the bytes of the body before anybody has read them.
//! - **A signed text has one reading.** It is `{id}.{timestamp}.{body}`, so an id has no dot and a
//!   timestamp has digits alone; everything else is refused before a key is touched.
//! - **Stricter than the libraries.** Those believe `1700000000.5` and a space before a number; here
//!   a signature has one spelling. What they sign is verified here, and the other way round.
//! - **A key verifies with its own method alone**: what is known of a public key cannot be used as
//!   the secret of an HMAC.
//!
//! There is no clock and no I/O here; who calls says what time it is. That a message comes once is
//! also for the caller to see to: within the tolerance its signature stays good.
//!
//! Start at [`sign`], then [`Received`].

mod keys;
mod received;
mod sign;

pub use keys::{KeyError, PublicKey, SigningKey, SymmetricKey, VerifyingKey};
pub use received::{HeaderError, MAX_SIGNATURES, Received, TOLERANCE_S, Verified, VerifyError};
pub use sign::{Headers, Message, Signer, sign};

/// The header that names the message; the same whenever it is sent again.
pub const ID: &str = "webhook-id";
/// The header that says when this attempt was made, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header that holds the signatures, with a space between two of them.
pub const SIGNATURE: &str = "webhook-signature";

/// Before a signature of a [`SymmetricKey`]: HMAC-SHA256.
const V1: &str = "v1";
/// Before a signature of a [`SigningKey`]: Ed25519.
const V1A: &str = "v1a";

/// What is signed: the id, the timestamp and the body with a dot between each two.
fn signed_text(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}
