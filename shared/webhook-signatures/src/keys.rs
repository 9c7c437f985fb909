//! Keys and their spellings: `whsec_`, `whsk_` and `whpk_`, then base64.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    error::Unspecified,
    hmac,
    rand::{SecureRandom as _, SystemRandom},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};

const SYMMETRIC_PREFIX: &str = "whsec_";
const SIGNING_PREFIX: &str = "whsk_";
const PUBLIC_PREFIX: &str = "whpk_";

/// A new secret is as long as the hash that it is used with: a longer one gains nothing.
const NEW_SECRET_BYTES: usize = 32;
const SEED_BYTES: usize = 32;
const PUBLIC_KEY_BYTES: usize = 32;

/// A secret that both sides know (`whsec_…`, 24 to 64 bytes); signs `v1`. It does not print itself
/// unless asked to [`reveal`](Self::reveal).
#[derive(Clone)]
pub struct SymmetricKey(Vec<u8>);

/// Both halves of an Ed25519 key (`whsk_…`); signs `v1a`. It does not print itself unless asked to
/// [`reveal`](Self::reveal).
pub struct SigningKey {
    seed: [u8; SEED_BYTES],
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// The half of an Ed25519 key that everyone may know (`whpk_…`); verifies `v1a`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; PUBLIC_KEY_BYTES]);

/// A key that a received message may have been signed with.
#[derive(Clone, Debug)]
pub enum VerifyingKey {
    /// Verifies `v1`.
    Symmetric(SymmetricKey),
    /// Verifies `v1a`.
    Public(PublicKey),
}

/// Why a text is no key, or a key cannot be made. It never repeats the text: most are secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not begin as this kind of key does.
    #[error("the key does not begin with {0}")]
    Prefix(&'static str),
    /// What follows is not base64 in its one spelling: the standard alphabet, with padding.
    #[error("the key is not in base64")]
    Base64,
    /// The key has another length than keys of its kind have.
    #[error("the key has the wrong length")]
    Length,
    /// The public key is one for which anybody finds signatures, without a private half.
    #[error("the public key is a weak one")]
    Weak,
    /// The two halves of the key do not belong together.
    #[error("the halves of the key do not belong together")]
    Halves,
    /// The operating system has no randomness to give.
    #[error("there is no randomness to make a key of")]
    NoRandomness,
}

impl SymmetricKey {
    /// A new secret.
    pub fn generate() -> Result<Self, KeyError> {
        random::<NEW_SECRET_BYTES>().map(|secret| Self(secret.to_vec()))
    }

    /// The secret in its spelling, for whoever is to sign or verify with it.
    pub fn reveal(&self) -> String {
        spelled(SYMMETRIC_PREFIX, &self.0)
    }

    pub(crate) fn sign(&self, text: &[u8]) -> hmac::Tag {
        hmac::sign(&self.hmac(), text)
    }

    /// In constant time.
    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.hmac(), text, signature).is_ok()
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl FromStr for SymmetricKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let secret = bytes_of(SYMMETRIC_PREFIX, text)?;
        if (24..=64).contains(&secret.len()) {
            Ok(Self(secret))
        } else {
            Err(KeyError::Length)
        }
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SymmetricKey")
    }
}

impl SigningKey {
    /// A new key.
    pub fn generate() -> Result<Self, KeyError> {
        Self::of_seed(random()?)
    }

    /// The half that those who verify are told.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The key in its spelling, which is that of its private half alone.
    pub fn reveal(&self) -> String {
        spelled(SIGNING_PREFIX, &self.seed)
    }

    pub(crate) fn sign(&self, text: &[u8]) -> impl AsRef<[u8]> {
        self.pair.sign(text)
    }

    fn of_seed(seed: [u8; SEED_BYTES]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Length)?;
        let public = pair.public_key().as_ref();
        let public = PublicKey(public.try_into().map_err(|_| KeyError::Length)?);
        Ok(Self { seed, pair, public })
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = bytes_of(SIGNING_PREFIX, text)?;
        let halves = bytes.split_first_chunk::<SEED_BYTES>();
        let (seed, public) = halves.ok_or(KeyError::Length)?;
        let key = Self::of_seed(*seed)?;
        // The specification's library writes the private half alone, Svix writes both.
        match public.len() {
            0 => Ok(key),
            PUBLIC_KEY_BYTES if public == key.public.0 => Ok(key),
            PUBLIC_KEY_BYTES => Err(KeyError::Halves),
            _ => Err(KeyError::Length),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey of {}", self.public)
    }
}

impl PublicKey {
    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(text, signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = bytes_of(PUBLIC_PREFIX, text)?;
        let bytes = bytes.try_into().map_err(|_| KeyError::Length)?;
        if is_weak(bytes) {
            return Err(KeyError::Weak);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&spelled(PUBLIC_PREFIX, &self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The points of small order, in every spelling but for the sign, which is the last bit. With one of
/// them as the public key anybody finds a signature for a message, and some are good for every one.
const WEAK: [[u8; PUBLIC_KEY_BYTES]; 7] = [
    field_element(0x00, 0x00, 0x00),
    field_element(0x01, 0x00, 0x00),
    field_element(0xec, 0xff, 0x7f),
    field_element(0xed, 0xff, 0x7f),
    field_element(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn field_element(first: u8, middle: u8, last: u8) -> [u8; PUBLIC_KEY_BYTES] {
    let mut bytes = [middle; PUBLIC_KEY_BYTES];
    bytes[0] = first;
    bytes[PUBLIC_KEY_BYTES - 1] = last;
    bytes
}

fn is_weak(mut key: [u8; PUBLIC_KEY_BYTES]) -> bool {
    key[PUBLIC_KEY_BYTES - 1] &= 0x7f;
    WEAK.contains(&key)
}

fn spelled(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", STANDARD.encode(bytes))
}

fn bytes_of(prefix: &'static str, text: &str) -> Result<Vec<u8>, KeyError> {
    let encoded = text.strip_prefix(prefix).ok_or(KeyError::Prefix(prefix))?;
    STANDARD.decode(encoded).map_err(|_| KeyError::Base64)
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|Unspecified| KeyError::NoRandomness)?;
    Ok(bytes)
}
