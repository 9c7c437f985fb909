//! Believing what is received.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{V1, V1A, keys::VerifyingKey, signed_text};

/// How far a message's timestamp may be from now, in seconds, both ways.
pub const TOLERANCE_S: u64 = 300;
/// How many signatures a message may have. Each costs work, before anything is believed.
pub const MAX_SIGNATURES: usize = 8;

const MAX_ID_BYTES: usize = 256;
/// Enough for some three thousand years, and far from where an `i64` ends.
const MAX_TIMESTAMP_DIGITS: usize = 11;

/// The three headers of a received message in their one form. Nothing is believed yet: see
/// [`verify`](Self::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    id: String,
    /// As it was received: `007` and `7` are the same second and two signed texts.
    timestamp: String,
    timestamp_s: i64,
    /// Those of a version that is known here.
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Signature {
    V1([u8; 32]),
    V1a([u8; 64]),
}

/// A message that one of the keys signed, lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The place of that key in the list.
    pub key: usize,
}

/// Which header does not have its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The id is empty, too long, has a dot, or something else than visible ASCII.
    #[error("webhook-id is not 1 to 256 visible ASCII characters without a dot")]
    Id,
    /// The timestamp is something else than 1 to 11 digits.
    #[error("webhook-timestamp is not 1 to 11 digits")]
    Timestamp,
    /// A signature is not a version, a comma and base64 of the version's length, or something else
    /// than one space is between two of them.
    #[error("webhook-signature is not a list of signatures")]
    Signature,
    /// There are more than [`MAX_SIGNATURES`].
    #[error("webhook-signature has more than 8 signatures")]
    TooManySignatures,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It was sent more than [`TOLERANCE_S`] ago.
    #[error("the message is too old")]
    TooOld,
    /// It will be sent more than [`TOLERANCE_S`] from now.
    #[error("the message is from the future")]
    TooNew,
    /// None of the signatures is one of the keys' over this message.
    #[error("no signature is one of the keys'")]
    NoMatch,
}

impl Received {
    /// Reads the values of [`ID`](crate::ID), [`TIMESTAMP`](crate::TIMESTAMP) and
    /// [`SIGNATURE`](crate::SIGNATURE). Signatures of unknown versions are passed over, so that a
    /// sender may add some.
    pub fn parse(id: &str, timestamp: &str, signature: &str) -> Result<Self, HeaderError> {
        let is_in_id = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
        if !(1..=MAX_ID_BYTES).contains(&id.len()) || !id.bytes().all(is_in_id) {
            return Err(HeaderError::Id);
        }
        let mut signatures = Vec::new();
        for (place, signature) in signature.split(' ').enumerate() {
            if place == MAX_SIGNATURES {
                return Err(HeaderError::TooManySignatures);
            }
            signatures.extend(Signature::parse(signature)?);
        }
        Ok(Self {
            id: id.to_owned(),
            timestamp: timestamp.to_owned(),
            timestamp_s: seconds_of(timestamp)?,
            signatures,
        })
    }

    /// What names the message.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it says that it was sent, in seconds since 1970.
    pub fn timestamp_s(&self) -> i64 {
        self.timestamp_s
    }

    /// Whether one of `keys` signed this and `body`, within [`TOLERANCE_S`] of `now_s` (seconds
    /// since 1970). Signatures are compared in constant time.
    pub fn verify(
        &self,
        keys: &[VerifyingKey],
        body: &[u8],
        now_s: i64,
    ) -> Result<Verified, VerifyError> {
        if self.timestamp_s.abs_diff(now_s) > TOLERANCE_S {
            return Err(if self.timestamp_s < now_s {
                VerifyError::TooOld
            } else {
                VerifyError::TooNew
            });
        }
        let text = signed_text(&self.id, &self.timestamp, body);
        let has_signed = |key: &VerifyingKey| {
            let mut signatures = self.signatures.iter();
            signatures.any(|signature| signature.is_of(key, &text))
        };
        let key = keys.iter().position(has_signed);
        key.map(|key| Verified { key }).ok_or(VerifyError::NoMatch)
    }
}

impl Signature {
    /// The signature, if its version is known.
    fn parse(text: &str) -> Result<Option<Self>, HeaderError> {
        let (version, encoded) = text.split_once(',').ok_or(HeaderError::Signature)?;
        match version {
            V1 => decoded(encoded).map(Self::V1).map(Some),
            V1A => decoded(encoded).map(Self::V1a).map(Some),
            "" => Err(HeaderError::Signature),
            _ => Ok(None),
        }
    }

    fn is_of(&self, key: &VerifyingKey, text: &[u8]) -> bool {
        match (self, key) {
            (Self::V1(signature), VerifyingKey::Symmetric(key)) => key.verify(text, signature),
            (Self::V1a(signature), VerifyingKey::Public(key)) => key.verify(text, signature),
            _ => false,
        }
    }
}

/// Base64 in its one spelling: the standard alphabet, with padding, with no bits to spare.
fn decoded<const N: usize>(encoded: &str) -> Result<[u8; N], HeaderError> {
    let bytes = STANDARD.decode(encoded).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(HeaderError::Signature)
}

fn seconds_of(timestamp: &str) -> Result<i64, HeaderError> {
    let has_form = (1..=MAX_TIMESTAMP_DIGITS).contains(&timestamp.len())
        && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    if !has_form {
        return Err(HeaderError::Timestamp);
    }
    timestamp.parse().map_err(|_| HeaderError::Timestamp)
}
