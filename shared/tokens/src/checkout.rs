//! The checkout's claim: what is to be paid, carried by the buyer from orders to payments.
//!
//! Orders and payments never call each other. The answer to a checkout carries this claim, the
//! buyer's app hands it to payments, and its signature says that orders wrote it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Id, Money, Timestamp, kind};
use platform::Secret;
use ring::hmac;
use serde::{Deserialize, Serialize};

/// A claim of ours has about 400 bytes; there is no reason to look into a larger one.
const MAX_BYTES: usize = 4 * 1024;
const VERSION: u32 = 1;

/// What is to be paid, by whom, until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutClaim {
    /// What was checked out.
    pub group: Id<kind::OrderGroup>,
    /// Who ordered and may pay.
    pub account: Id<kind::Account>,
    /// All of it.
    pub amount: Money,
    /// What it is, for the payer's eyes.
    pub subject: String,
    /// From this moment on it can not be paid any more.
    pub expires_at: Timestamp,
}

/// The key that orders signs with and payments verifies with.
#[derive(Clone, Debug)]
pub struct CheckoutKey(hmac::Key);

/// Why a text is no claim of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// It does not have a claim's form.
    #[error("this is no payment claim")]
    Malformed,
    /// It was not signed by us, or was altered.
    #[error("the payment claim is not one of ours")]
    BadSignature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireClaim {
    v: u32,
    group: Id<kind::OrderGroup>,
    account: Id<kind::Account>,
    amount: Money,
    subject: String,
    expires_at: Timestamp,
}

impl CheckoutClaim {
    /// The one intent by which the group is paid.
    pub fn intent(&self) -> Id<kind::PaymentIntent> {
        intent_of(self.group)
    }
}

/// The one intent by which `group` is paid: both sides know it without asking.
pub fn intent_of(group: Id<kind::OrderGroup>) -> Id<kind::PaymentIntent> {
    Id::derive(&["payment-intent", &group.to_string()])
}

impl CheckoutKey {
    /// The key that derives from the secret which both sides read.
    pub fn of(secret: &Secret) -> Self {
        Self(hmac::Key::new(
            hmac::HMAC_SHA256,
            &secret.derive("checkout-claim"),
        ))
    }

    /// The claim as the buyer's app carries it.
    ///
    /// # Errors
    /// [`serde_json::Error`] if the claim has no form in JSON.
    pub fn sign(&self, claim: &CheckoutClaim) -> Result<String, serde_json::Error> {
        let wire = WireClaim {
            v: VERSION,
            group: claim.group,
            account: claim.account,
            amount: claim.amount,
            subject: claim.subject.clone(),
            expires_at: claim.expires_at,
        };
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire)?);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, payload.as_bytes()));
        Ok(format!("{payload}.{tag}"))
    }

    /// What `text` claims. Whether it has ended is for the caller to ask.
    pub fn verify(&self, text: &str) -> Result<CheckoutClaim, ClaimError> {
        if text.len() > MAX_BYTES {
            return Err(ClaimError::Malformed);
        }
        let (payload, tag) = text.split_once('.').ok_or(ClaimError::Malformed)?;
        let tag = URL_SAFE_NO_PAD
            .decode(tag)
            .map_err(|_| ClaimError::Malformed)?;
        hmac::verify(&self.0, payload.as_bytes(), &tag).map_err(|_| ClaimError::BadSignature)?;
        let json = URL_SAFE_NO_PAD
            .decode(payload)
            .map_err(|_| ClaimError::Malformed)?;
        let wire: WireClaim = serde_json::from_slice(&json).map_err(|_| ClaimError::Malformed)?;
        if wire.v != VERSION {
            return Err(ClaimError::Malformed);
        }
        Ok(CheckoutClaim {
            group: wire.group,
            account: wire.account,
            amount: wire.amount,
            subject: wire.subject,
            expires_at: wire.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(secret: &[u8]) -> CheckoutKey {
        CheckoutKey::of(&Secret::of(secret))
    }

    fn claim() -> CheckoutClaim {
        CheckoutClaim {
            group: Id::derive(&["group"]),
            account: Id::derive(&["account"]),
            amount: serde_json::from_str(r#"{"minor":12300,"currency":"CNY"}"#).unwrap(),
            subject: "Two tickets and a shirt".to_owned(),
            expires_at: "2026-06-01T12:15:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn what_was_signed_is_what_is_read() {
        let text = key(b"secret").sign(&claim()).unwrap();
        assert_eq!(key(b"secret").verify(&text), Ok(claim()));
        assert_eq!(key(b"another").verify(&text), Err(ClaimError::BadSignature));
    }

    #[test]
    fn what_has_no_claims_form_is_refused() {
        let key = key(b"secret");
        for text in ["", ".", "a.b.c", "no dot", &"a".repeat(5000)] {
            assert!(key.verify(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_altered_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
            let key = key(b"secret");
            let text = key.sign(&claim()).unwrap();
            let at = at.index(text.len());
            let altered = format!("{}{to}{}", &text[..at], &text[at + 1..]);
            prop_assume!(altered != text);
            prop_assert!(key.verify(&altered).is_err());
        }
    }
}
