//! Signing what is sent.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    ID, SIGNATURE, TIMESTAMP, V1, V1A,
    keys::{SigningKey, SymmetricKey},
    signed_text,
};

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Names the message, the same whenever it is sent again: visible ASCII without a dot, of at
    /// most 256 characters.
    pub id: &'a str,
    /// When this attempt is made, in seconds since 1970.
    pub timestamp_s: i64,
    /// The body as it is sent, byte for byte.
    pub body: &'a [u8],
}

/// A key that signs.
#[derive(Clone, Copy, Debug)]
pub enum Signer<'a> {
    /// `v1`, HMAC-SHA256.
    Symmetric(&'a SymmetricKey),
    /// `v1a`, Ed25519.
    Asymmetric(&'a SigningKey),
}

/// The three headers of a signed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The value of [`ID`].
    pub id: String,
    /// The value of [`TIMESTAMP`].
    pub timestamp: String,
    /// The value of [`SIGNATURE`].
    pub signature: String,
}

/// Signs `message` with every one of `keys`, so that whoever knows one of them believes it: while a
/// key is being exchanged for another, both sign. A receiver looks at no more than
/// [`MAX_SIGNATURES`](crate::MAX_SIGNATURES).
pub fn sign(keys: &[Signer<'_>], message: &Message<'_>) -> Headers {
    let timestamp = message.timestamp_s.to_string();
    let text = signed_text(message.id, &timestamp, message.body);
    let signatures: Vec<String> = keys.iter().map(|key| key.signature(&text)).collect();
    Headers {
        id: message.id.to_owned(),
        timestamp,
        signature: signatures.join(" "),
    }
}

impl Headers {
    /// The names and values, in the order in which they are signed.
    pub fn iter(&self) -> [(&'static str, String); 3] {
        [
            (ID, self.id.clone()),
            (TIMESTAMP, self.timestamp.clone()),
            (SIGNATURE, self.signature.clone()),
        ]
    }
}

impl Signer<'_> {
    fn signature(&self, text: &[u8]) -> String {
        match self {
            Self::Symmetric(key) => format!("{V1},{}", STANDARD.encode(key.sign(text))),
            Self::Asymmetric(key) => format!("{V1A},{}", STANDARD.encode(key.sign(text))),
        }
    }
}
