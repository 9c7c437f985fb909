//! Key pairs, public keys and their names.

use std::{fmt, str::FromStr};

use platform::{Secret, ServiceError};
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};

use crate::error::TokenError;

/// What a key signs. A key is published for one purpose and verifies nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Access tokens.
    Access,
    /// Listening tokens.
    Listening,
}

impl Purpose {
    /// The purpose's name where keys are stored. Never changes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Listening => "listening",
        }
    }

    /// What the purpose's seed is derived by. Another text gives another key, and every token that
    /// was signed before would depend on the old one staying published.
    fn derivation(self) -> &'static str {
        match self {
            Self::Access => "access tokens",
            Self::Listening => "listening tokens",
        }
    }
}

/// Names a key: the first 8 bytes of the SHA-256 of its public half, in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyId([u8; KeyId::BYTES]);

impl KeyId {
    /// How many bytes name a key.
    pub(crate) const BYTES: usize = 8;

    /// The name of the key pair with this public key.
    pub(crate) fn of(public_key: &PublicKey) -> Self {
        let mut id = [0; Self::BYTES];
        id.copy_from_slice(&digest(&SHA256, &public_key.0).as_ref()[..Self::BYTES]);
        Self(id)
    }

    /// The name with these bytes.
    pub(crate) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The name's bytes.
    pub(crate) fn as_bytes(&self) -> [u8; Self::BYTES] {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for KeyId {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let number = u64::from_str_radix(text, 16).map_err(|_| TokenError::Malformed)?;
        let id = Self(number.to_be_bytes());
        // Only the spelling that we print: no sign, no capitals, no missing zeros.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(TokenError::Malformed)
        }
    }
}

/// The half of a key pair that everyone may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey([u8; PublicKey::BYTES]);

impl PublicKey {
    /// How many bytes an Ed25519 public key has.
    pub(crate) const BYTES: usize = 32;

    /// The key with these bytes.
    pub(crate) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| TokenError::BadSignature)
    }
}

/// Both halves of a key. It has no way to print its secret one.
pub(crate) struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    public_key: PublicKey,
    id: KeyId,
}

impl SigningKey {
    /// The key that `secret` holds for `purpose`: always the same one.
    pub(crate) fn derive(secret: &Secret, purpose: Purpose) -> Result<Self, TokenError> {
        let seed = secret.derive(purpose.derivation());
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| ServiceError::malformed("signing key", error.to_string()))?;
        let public_key = pair
            .public_key()
            .as_ref()
            .try_into()
            .map(PublicKey::from_bytes)
            .map_err(|error: std::array::TryFromSliceError| {
                ServiceError::malformed("signing key", error)
            })?;
        Ok(Self {
            seed,
            pair,
            public_key,
            id: KeyId::of(&public_key),
        })
    }

    /// The key's name.
    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// The half to publish.
    pub(crate) fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// What the key pair is made from, for `jsonwebtoken`, which makes it anew for every signature.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// Signs `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.id)
    }
}
