//! Who is who in the sandbox. These keys are public on purpose; see `keys/README.md`.

use alipay::{Merchant, MerchantError, PrivateKey, PublicKey};
use serde_json::json;

/// The number of the sandbox merchant's application.
pub const APP_ID: &str = "9021000000000001";
/// The number of the sandbox merchant's account.
pub const SELLER_ID: &str = "2088000000000001";

const MERCHANT_PRIVATE: &str = include_str!("../keys/merchant_private.pem");
const MERCHANT_PUBLIC: &str = include_str!("../keys/merchant_public.pem");
const GATEWAY_PRIVATE: &str = include_str!("../keys/gateway_private.pem");
const GATEWAY_PUBLIC: &str = include_str!("../keys/gateway_public.pem");

/// The keys of both sides.
#[derive(Clone, Debug)]
pub struct Keys {
    merchant: Merchant,
    merchant_public: PublicKey,
    gateway: PrivateKey,
}

/// The secret of the sandbox's merchant: `{"app_id", "seller_id", "private_key",
/// "alipay_public_key"}`, as `ALIPAY_SECRET` holds it.
#[must_use]
pub fn merchant_secret_json() -> String {
    json!({
        "app_id": APP_ID,
        "seller_id": SELLER_ID,
        "private_key": MERCHANT_PRIVATE,
        "alipay_public_key": GATEWAY_PUBLIC,
    })
    .to_string()
}

impl Keys {
    /// The pairs that are committed.
    ///
    /// # Errors
    /// [`MerchantError`] if somebody broke one of the committed files.
    pub fn well_known() -> Result<Keys, MerchantError> {
        let key = |field| move |source| MerchantError::Key { field, source };
        Ok(Keys {
            merchant: Merchant::of_json(merchant_secret_json().as_bytes())?,
            merchant_public: PublicKey::parse(MERCHANT_PUBLIC).map_err(key("merchant_public"))?,
            gateway: PrivateKey::parse(GATEWAY_PRIVATE).map_err(key("gateway_private"))?,
        })
    }

    pub(crate) fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// Verifies the merchant's requests.
    pub(crate) fn merchant_public(&self) -> &PublicKey {
        &self.merchant_public
    }

    /// Signs answers, notifies and returns.
    pub(crate) fn gateway(&self) -> &PrivateKey {
        &self.gateway
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_keys_are_two_pairs() {
        let keys = Keys::well_known().unwrap();
        assert_eq!(keys.merchant.private_key.public(), keys.merchant_public);
        assert_eq!(keys.gateway.public(), keys.merchant.gateway_key);
        assert_ne!(keys.merchant_public, keys.merchant.gateway_key);
    }
}
