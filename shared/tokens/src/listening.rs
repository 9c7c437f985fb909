//! Listening tokens: what a player shows when it reports what it played.
//!
//! A player's settings have one field for a token, often in an INI file, so a token is one word:
//! `lt_` and 139 letters of base64url. It carries no end: players cannot renew one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Id, kind};

use crate::{
    error::TokenError,
    keys::{KeyId, PublicKey, SigningKey},
};

const PREFIX: &str = "lt_";
const ID_BYTES: usize = 16;
const SIGNATURE_BYTES: usize = 64;
const CLAIMS_BYTES: usize = KeyId::BYTES + 2 * ID_BYTES;
/// 104 bytes in base64 without padding.
const ENCODED_LENGTH: usize = ((CLAIMS_BYTES + SIGNATURE_BYTES) * 4).div_ceil(3);
/// Signed before the claims, so that no signature made for anything else could ever fit.
const CONTEXT: &[u8] = b"planet listening token v1\0";

/// What a verified listening token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListeningToken {
    /// Who listens.
    pub account: Id<kind::Account>,
    /// Names the token; under this id it is revoked.
    pub id: Id<kind::ListeningToken>,
}

/// A token taken apart, of which nothing is verified yet.
pub(crate) struct Unverified {
    claims: [u8; CLAIMS_BYTES],
    signature: [u8; SIGNATURE_BYTES],
}

/// Writes and signs a token. The same claims give the same token.
pub(crate) fn sign(token: &ListeningToken, key: &SigningKey) -> String {
    let mut bytes = Vec::with_capacity(CLAIMS_BYTES + SIGNATURE_BYTES);
    bytes.extend_from_slice(&key.id().as_bytes());
    bytes.extend_from_slice(&token.account.as_bytes());
    bytes.extend_from_slice(&token.id.as_bytes());
    let signature = key.sign(&[CONTEXT, &bytes].concat());
    bytes.extend_from_slice(&signature);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

impl Unverified {
    /// Takes `token` apart. The decoder refuses padding and stray bits at the end, so a token has
    /// one spelling.
    pub(crate) fn parse(token: &str) -> Result<Self, TokenError> {
        let encoded = token
            .strip_prefix(PREFIX)
            .filter(|encoded| encoded.len() == ENCODED_LENGTH)
            .ok_or(TokenError::Malformed)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| TokenError::Malformed)?;
        let (claims, signature) = bytes.split_first_chunk().ok_or(TokenError::Malformed)?;
        Ok(Self {
            claims: *claims,
            signature: signature.try_into().map_err(|_| TokenError::Malformed)?,
        })
    }

    /// Which key the token names.
    pub(crate) fn key_id(&self) -> KeyId {
        KeyId::from_bytes(self.part(0))
    }

    /// What the token says, if `key` signed it.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<ListeningToken, TokenError> {
        let message = [CONTEXT, self.claims.as_slice()].concat();
        key.verify(&message, &self.signature)?;
        Ok(ListeningToken {
            account: Id::from_bytes(self.part(KeyId::BYTES)),
            id: Id::from_bytes(self.part(KeyId::BYTES + ID_BYTES)),
        })
    }

    fn part<const N: usize>(&self, start: usize) -> [u8; N] {
        std::array::from_fn(|index| self.claims[start + index])
    }
}
