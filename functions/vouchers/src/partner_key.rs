//! Keys of a partner: what it signs its messages with, and what the platform signs its own to it with.
//!
//! Invariants: a key's end, once set, never moves back; a secret is shown once, when it is made, and
//! lies sealed from then on.

use std::{collections::BTreeSet, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::SignedDuration;
use kernel::{Clock, Id, Timestamp, kind};
use platform::{SealingError, SealingKey, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webhook_signatures::{PublicKey, SymmetricKey, VerifyingKey};

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartnerKey {
    pub(crate) id: Id<kind::PartnerKey>,
    pub(crate) scopes: BTreeSet<Scope>,
    pub(crate) key: KeyMaterial,
    pub(crate) created_at: Timestamp,
    /// From then on it is good for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<Timestamp>,
}

/// What a key may be used for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerKeyScope)]
pub(crate) enum Scope {
    /// The partner grants tickets and points to its customers.
    Grants,
    /// The partner checks and redeems vouchers.
    Vouchers,
    /// The partner links its members to accounts.
    Links,
    /// The partner answers offers of tickets.
    Allotments,
    /// The partner reads its statements.
    Statements,
    /// The platform signs its calls to the partner's API.
    Exchange,
}

/// What a key is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyMaterial {
    /// A secret that both know (`v1`).
    Symmetric(SealedSecret),
    /// The public half of a key that the partner alone has (`v1a`).
    Public(PublicText),
}

/// A secret that only the platform's own secret opens: nonce, ciphertext and tag in base 64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SealedSecret(String);

/// A public key as it is written: `whpk_…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PublicText(String);

/// A text that is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no public key: `whpk_` and the base 64 of its 32 bytes")]
pub(crate) struct PublicTextError;

/// A key that was just made, with the secret that is shown this once.
#[derive(Debug)]
pub(crate) struct MintedKey {
    pub(crate) key: PartnerKey,
    /// The secret; `None` for a public key, whose other half the partner keeps.
    pub(crate) secret: Option<SymmetricKey>,
}

/// Why a key is not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MintError {
    /// It would be good for nothing.
    #[error("a key has at least one scope")]
    NoScope,
    /// The platform cannot sign with half a key.
    #[error("the platform signs with a secret, so a key for exchange has no public half")]
    NotOurs,
    /// There is no secret to be had.
    #[error(transparent)]
    Make(#[from] webhook_signatures::KeyError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealingError),
}

/// Seals the secrets of keys. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeySeal(Arc<SealingKey>);

impl PartnerKey {
    /// Whether it is good for anything at a time.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|ends_at| now < ends_at)
    }

    /// Whether messages from the partner are verified with it. One that the platform alone signs
    /// with is none of those: its own calls must not be taken for the partner's.
    pub(crate) fn verifies(&self) -> bool {
        self.scopes.iter().any(|scope| *scope != Scope::Exchange)
    }

    /// The key as it ends `overlap` from now, or before, if that is decided already.
    pub(crate) fn ending(&self, now: Timestamp, overlap: SignedDuration) -> Self {
        // A week at most, so only a clock at the end of time is out of range.
        let end = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
        Self {
            ends_at: Some(self.ends_at.map_or(end, |ends_at| ends_at.min(end))),
            ..self.clone()
        }
    }
}

impl MintedKey {
    /// A key for `scopes`: the partner's own, if it gives its public half, or a new secret.
    pub(crate) fn new(
        seal: &KeySeal,
        scopes: BTreeSet<Scope>,
        public: Option<PublicText>,
        clock: &Clock,
    ) -> Result<Self, MintError> {
        if scopes.is_empty() {
            return Err(MintError::NoScope);
        }
        let id = Id::generate(clock);
        let (key, secret) = match public {
            Some(_) if scopes.contains(&Scope::Exchange) => return Err(MintError::NotOurs),
            Some(public) => (KeyMaterial::Public(public), None),
            None => {
                let secret = SymmetricKey::generate()?;
                (
                    KeyMaterial::Symmetric(seal.seal(id, &secret)?),
                    Some(secret),
                )
            }
        };
        let key = PartnerKey {
            id,
            scopes,
            key,
            created_at: clock.now(),
            ends_at: None,
        };
        Ok(Self { key, secret })
    }
}

impl KeySeal {
    /// Seals under `secret`.
    pub(crate) fn new(secret: &Secret) -> Self {
        Self(Arc::new(SealingKey::new(secret, "partner keys")))
    }

    /// Seals the secret of one key: put beside another, it does not open.
    pub(crate) fn seal(
        &self,
        id: Id<kind::PartnerKey>,
        key: &SymmetricKey,
    ) -> Result<SealedSecret, SealingError> {
        let sealed = self.0.seal(&id.to_string(), &key.reveal())?;
        Ok(SealedSecret(STANDARD_NO_PAD.encode(sealed)))
    }

    /// Opens the secret of one key.
    pub(crate) fn open(
        &self,
        id: Id<kind::PartnerKey>,
        sealed: &SealedSecret,
    ) -> Result<SymmetricKey, SealingError> {
        let broken = |_| SealingError::Broken;
        let sealed = STANDARD_NO_PAD.decode(&sealed.0).map_err(broken)?;
        let text = self.0.open(&id.to_string(), &sealed)?;
        text.parse().map_err(|_| SealingError::Broken)
    }

    /// What signatures of a key are verified with.
    pub(crate) fn verifying(&self, key: &PartnerKey) -> Result<VerifyingKey, SealingError> {
        match &key.key {
            KeyMaterial::Symmetric(sealed) => {
                self.open(key.id, sealed).map(VerifyingKey::Symmetric)
            }
            KeyMaterial::Public(public) => public.key().map(VerifyingKey::Public),
        }
    }
}

impl fmt::Debug for KeySeal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeySeal")
    }
}

impl PublicText {
    /// The key as text: anybody may see it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> Result<PublicKey, SealingError> {
        self.0.parse().map_err(|_| SealingError::Broken)
    }
}

impl TryFrom<String> for PublicText {
    type Error = PublicTextError;

    fn try_from(text: String) -> Result<Self, PublicTextError> {
        match text.parse::<PublicKey>() {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(PublicTextError),
        }
    }
}

impl From<PublicText> for String {
    fn from(public: PublicText) -> Self {
        public.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

    fn key(scopes: &[Scope]) -> PartnerKey {
        let id = Id::derive(&["key"]);
        let seal = KeySeal::new(&Secret::of("one"));
        let secret = SymmetricKey::generate().unwrap();
        PartnerKey {
            id,
            scopes: scopes.iter().copied().collect(),
            key: KeyMaterial::Symmetric(seal.seal(id, &secret).unwrap()),
            created_at: NOW,
            ends_at: None,
        }
    }

    #[test]
    fn a_secret_opens_beside_its_key_under_its_secret_alone_and_is_never_printed() {
        let (seal, other) = (
            KeySeal::new(&Secret::of("one")),
            KeySeal::new(&Secret::of("two")),
        );
        let (id, secret) = (Id::derive(&["key"]), SymmetricKey::generate().unwrap());
        let sealed = seal.seal(id, &secret).unwrap();
        assert_eq!(seal.open(id, &sealed).unwrap().reveal(), secret.reveal());
        assert!(other.open(id, &sealed).is_err());
        assert!(seal.open(Id::derive(&["other"]), &sealed).is_err());
        let printed = format!("{sealed:?} {seal:?} {secret:?}");
        assert!(!printed.contains(&secret.reveal()));
    }

    #[test]
    fn a_key_is_good_until_its_end_which_never_moves_back() {
        let hour = SignedDuration::from_hours(1);
        let key = key(&[Scope::Grants]);
        assert!(key.is_live(Timestamp::MAX));
        let ending = key.ending(NOW, hour);
        assert!(ending.is_live(NOW + SignedDuration::from_secs(3_599)));
        assert!(!ending.is_live(NOW + hour));
        assert_eq!(ending.ending(NOW, hour * 2), ending);
        assert!(!ending.ending(NOW, SignedDuration::ZERO).is_live(NOW));
    }

    #[test]
    fn what_the_platform_signs_with_verifies_nothing_that_comes_in() {
        assert!(!key(&[Scope::Exchange]).verifies());
        assert!(key(&[Scope::Exchange, Scope::Links]).verifies());
    }
}
