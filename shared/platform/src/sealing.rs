//! Short secrets at rest: read again only with the key, and only beside what they belong to.

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
};

use crate::Secret;

/// A key under which texts are sealed (AES-256-GCM). It has no way to print itself.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

/// Why a text could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// The operating system has no randomness to give.
    #[error("there is no randomness to seal with")]
    NoRandomness,
    /// What is sealed is not what was sealed for this owner under this key.
    #[error("what is sealed cannot be opened")]
    Broken,
}

impl SealingKey {
    /// The key of `secret` for one purpose.
    pub fn new(secret: &Secret, purpose: &str) -> Self {
        Self(secret.derive(purpose))
    }

    /// Seals `text` for its owner: nonce, ciphertext and tag. Put beside another owner, it does not
    /// open.
    pub fn seal(&self, owner: &str, text: &str) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| SealingError::NoRandomness)?;
        let mut sealed = text.as_bytes().to_vec();
        self.key()
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_append_tag(nonce, Aad::from(owner), &mut sealed)
            })
            .map_err(|Unspecified| SealingError::Broken)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for `owner`.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<String, SealingError> {
        let broken = || SealingError::Broken;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut sealed = sealed.to_vec();
        let key = self.key().map_err(|_| broken())?;
        let opened = key
            .open_in_place(nonce, Aad::from(owner), &mut sealed)
            .map_err(|_| broken())?;
        String::from_utf8(opened.to_vec()).map_err(|_| broken())
    }

    fn key(&self) -> Result<LessSafeKey, Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str, purpose: &str) -> SealingKey {
        SealingKey::new(&Secret::of(secret), purpose)
    }

    #[test]
    fn a_text_opens_for_its_owner_under_its_key_alone() {
        let one = key("one", "codes");
        let sealed = one.seal("owner", "BREAKFAST-77").unwrap();
        assert_eq!(one.open("owner", &sealed).unwrap(), "BREAKFAST-77");
        let broken = Err(SealingError::Broken);
        assert_eq!(one.open("other", &sealed), broken);
        assert_eq!(key("two", "codes").open("owner", &sealed), broken);
        assert_eq!(key("one", "secrets").open("owner", &sealed), broken);
    }

    #[test]
    fn what_is_cut_or_changed_does_not_open() {
        let key = key("one", "codes");
        let sealed = key.seal("owner", "BREAKFAST-77").unwrap();
        for length in 0..sealed.len() {
            assert!(key.open("owner", &sealed[..length]).is_err(), "{length}");
        }
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(key.open("owner", &changed).is_err(), "{place}");
        }
    }

    #[test]
    fn the_same_text_is_sealed_in_another_way_every_time() {
        let key = key("one", "codes");
        assert_ne!(key.seal("a", "b").unwrap(), key.seal("a", "b").unwrap());
    }

    /// What lies in tables was written so; a build that cannot read it has lost it.
    #[test]
    fn what_was_sealed_before_opens_still() {
        let sealed = b"nonce-of-12b\x47\x41\x61\x06\x10\x6f\x11\x74\xf2\xd0\xb1\x39\x63\x4a\
            \x4a\x61\x86\x28\x80\x98\x3d\x74\x04\x35\x33\xd6\x38\x48";
        let opened = key("one", "voucher codes").open("owner", sealed);
        assert_eq!(opened.as_deref(), Ok("BREAKFAST-77"));
    }
}
