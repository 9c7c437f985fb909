//! Codes at rest: recognised by a keyed fingerprint, readable only with the secret.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::{Id, kind};
use platform::{SealingError, SealingKey, Secret};
use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::code::VoucherCode;

/// The keys by which codes are sealed and recognised. Cheap to clone.
#[derive(Clone)]
pub(crate) struct CodeKeys(Arc<Keys>);

struct Keys {
    seal: SealingKey,
    fingerprint: hmac::Key,
}

/// A code that only the secret opens: nonce, ciphertext and tag in base 64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SealedCode(String);

impl CodeKeys {
    /// Keys under `secret`.
    pub(crate) fn new(secret: &Secret) -> Self {
        let fingerprint = secret.derive("voucher code fingerprints");
        Self(Arc::new(Keys {
            seal: SealingKey::new(secret, "voucher codes"),
            fingerprint: hmac::Key::new(hmac::HMAC_SHA256, &fingerprint),
        }))
    }

    /// The id of the voucher that `code` of `partner` is: the same in whatever file it comes, so
    /// that it exists once. Without the secret nobody can try codes against ids.
    pub(crate) fn voucher_id(
        &self,
        partner: Id<kind::Partner>,
        code: &VoucherCode,
    ) -> Id<kind::Voucher> {
        let tag = hmac::sign(&self.0.fingerprint, code.reveal().as_bytes());
        let fingerprint = STANDARD_NO_PAD.encode(tag);
        Id::derive(&[&partner.to_string(), &fingerprint])
    }

    /// Seals `code` for its voucher: put beside another voucher, it does not open.
    pub(crate) fn seal(
        &self,
        voucher: Id<kind::Voucher>,
        code: &VoucherCode,
    ) -> Result<SealedCode, SealingError> {
        let sealed = self.0.seal.seal(&voucher.to_string(), code.reveal())?;
        Ok(SealedCode(STANDARD_NO_PAD.encode(sealed)))
    }

    /// Opens the code of a voucher.
    pub(crate) fn open(
        &self,
        voucher: Id<kind::Voucher>,
        sealed: &SealedCode,
    ) -> Result<VoucherCode, SealingError> {
        let broken = |_| SealingError::Broken;
        let sealed = STANDARD_NO_PAD.decode(&sealed.0).map_err(broken)?;
        let text = self.0.seal.open(&voucher.to_string(), &sealed)?;
        text.parse().map_err(|_| SealingError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str) -> CodeKeys {
        CodeKeys::new(&Secret::of(secret))
    }

    #[test]
    fn a_sealed_code_opens_for_its_voucher_under_its_secret_alone() {
        let keys_one = keys("one");
        let code: VoucherCode = "BREAKFAST-77".parse().unwrap();
        let voucher = keys_one.voucher_id(Id::derive(&["partner"]), &code);
        let sealed = keys_one.seal(voucher, &code).unwrap();
        assert!(!sealed.0.contains("BREAKFAST"));
        assert_eq!(keys_one.open(voucher, &sealed), Ok(code.clone()));
        assert_eq!(
            keys_one.open(Id::derive(&["other"]), &sealed),
            Err(SealingError::Broken)
        );
        assert_eq!(
            keys("two").open(voucher, &sealed),
            Err(SealingError::Broken)
        );
        assert_ne!(keys_one.seal(voucher, &code).unwrap(), sealed);
        let cut = SealedCode(sealed.0[..8].to_owned());
        assert_eq!(keys_one.open(voucher, &cut), Err(SealingError::Broken));
    }

    #[test]
    fn the_same_code_is_one_voucher_of_a_partner_and_another_of_another() {
        let (one, other) = (Id::derive(&["one"]), Id::derive(&["other"]));
        let code: VoucherCode = "A".parse().unwrap();
        let keys = keys("one");
        assert_eq!(keys.voucher_id(one, &code), keys.voucher_id(one, &code));
        assert_ne!(keys.voucher_id(one, &code), keys.voucher_id(other, &code));
        assert_ne!(
            keys.voucher_id(one, &code),
            keys.voucher_id(one, &"B".parse().unwrap())
        );
    }
}
