//! Secrets: kept by Secrets Manager, fetched once at start, never in an environment or a log.

use std::fmt;

use aws_sdk_secretsmanager::Client;
use ring::hkdf;
use zeroize::ZeroizeOnDrop;

use crate::error::{ErrorKind, ServiceError};

/// A secret from which keys are derived. It has no way to print itself, and leaves no trace in memory.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A secret of the given bytes: for tests and for whoever keeps secrets elsewhere.
    pub fn of(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The secret itself, for what is no key of ours: credentials that somebody else gave out.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The 32-byte key for one purpose (HKDF-SHA256). Keys of different purposes say nothing about
    /// each other, so one stored secret serves a whole context.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0_u8; 32];
        let filled = hkdf::Salt::new(hkdf::HKDF_SHA256, b"planet")
            .extract(&self.0)
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|material| material.fill(&mut key));
        // HKDF fails only for outputs longer than 255 hashes; ours is one.
        debug_assert!(filled.is_ok());
        key
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

pub(crate) async fn fetch(client: &Client, arn: &str) -> Result<Secret, ServiceError> {
    let answer = client
        .get_secret_value()
        .secret_id(arn)
        .send()
        .await
        .map_err(|error| ServiceError::of_sdk("get secret", arn, error))?;
    match answer.secret_string {
        // A short secret is no secret: the template generates 64 characters.
        Some(text) if text.len() >= 32 => Ok(Secret(text.into_bytes())),
        _ => Err(ServiceError::new(
            "get secret",
            arn,
            ErrorKind::Malformed,
            "it has no text of at least 32 characters",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_secrets_give_different_keys_and_the_same_gives_the_same() {
        let secret = Secret::of(*b"0123456789abcdef0123456789abcdef");
        let other = Secret::of(*b"0123456789abcdef0123456789abcdeg");
        assert_eq!(secret.derive("a"), secret.derive("a"));
        assert_ne!(secret.derive("a"), secret.derive("b"));
        assert_ne!(secret.derive("a"), other.derive("a"));
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
