//! RSA keys and signatures: RSA2, which is PKCS#1 v1.5 over SHA-256, in base64.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{
        KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    },
};

/// A key to sign with. It has no way to print itself. Cheap to clone.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKeyPair>);

/// A key to verify with, of 2048 bits or more. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Arc<[u8]>);

/// A text that is no key to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither PEM nor bare base64.
    #[error("a key is PEM or bare base64")]
    Encoding,
    /// No RSA key of 2048 bits or more in PKCS#8, PKCS#1 (private) or SPKI (public).
    #[error("a key is RSA of 2048 bits or more, private in PKCS#8 or PKCS#1, public in SPKI")]
    NoKey,
}

/// The system gave no randomness to blind a signature with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature could not be made")]
pub struct SigningError;

impl PrivateKey {
    /// Reads PKCS#8 or PKCS#1, in PEM or as the bare base64 that Alipay's tools make.
    ///
    /// # Errors
    /// [`KeyError`]; it never holds anything of the key.
    pub fn parse(text: &str) -> Result<PrivateKey, KeyError> {
        let der = decode(text)?;
        RsaKeyPair::from_pkcs8(&der)
            .or_else(|_| RsaKeyPair::from_der(&der))
            .map(|pair| PrivateKey(Arc::new(pair)))
            .map_err(|_| KeyError::NoKey)
    }

    /// Signs a text; the signature is in base64.
    ///
    /// # Errors
    /// [`SigningError`] if the system gave no randomness.
    pub fn sign(&self, text: &[u8]) -> Result<String, SigningError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text,
                &mut signature,
            )
            .map_err(|_| SigningError)?;
        Ok(STANDARD.encode(signature))
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().into())
    }
}

impl PublicKey {
    /// Reads SPKI, in PEM or as the bare base64 that Alipay's console shows.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<PublicKey, KeyError> {
        let der = decode(text)?;
        let key = rsa_key_of(&der).ok_or(KeyError::NoKey)?;
        Ok(PublicKey(key.into()))
    }

    /// Whether `signature`, in canonical base64, is this key's over `text`.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        // The engine refuses whitespace, missing padding and stray bits: one signature, one spelling.
        STANDARD.decode(signature).is_ok_and(|signature| {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
                .verify(text, &signature)
                .is_ok()
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PublicKey")
    }
}

/// The DER within PEM or bare base64, broken into lines or not.
fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    let base64: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    STANDARD.decode(base64).map_err(|_| KeyError::Encoding)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/// `rsaEncryption` with its null parameters, as an AlgorithmIdentifier holds them.
const RSA_ENCRYPTION: [u8; 13] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
const LEAST_MODULUS_BYTES: usize = 256;
const MOST_MODULUS_BYTES: usize = 1024;

/// The RSAPublicKey within a SubjectPublicKeyInfo: the shape that `ring` wants.
fn rsa_key_of(spki: &[u8]) -> Option<&[u8]> {
    let (info, rest) = element(spki, SEQUENCE)?;
    let (algorithm, key) = element(info, SEQUENCE)?;
    let (bits, after) = element(key, BIT_STRING)?;
    let (unused_bits, key) = bits.split_first()?;
    let (numbers, trailing) = element(key, SEQUENCE)?;
    let (modulus, _) = element(numbers, INTEGER)?;
    // A positive number whose first bit is set has a zero before it.
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let sound = rest.is_empty()
        && after.is_empty()
        && trailing.is_empty()
        && algorithm == RSA_ENCRYPTION
        && *unused_bits == 0
        && (LEAST_MODULUS_BYTES..=MOST_MODULUS_BYTES).contains(&modulus.len());
    sound.then_some(key)
}

/// The content of the DER element of this tag at the beginning, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let (bytes, rest) = rest.split_at_checked(2)?;
            (
                bytes.iter().fold(0, |sum, &b| (sum << 8) | usize::from(b)),
                rest,
            )
        }
        _ => return None,
    };
    if found != tag {
        return None;
    }
    rest.split_at_checked(length)
}
