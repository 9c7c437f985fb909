//! Who we are to the gateway, and how we know it.

use serde::Deserialize;

use crate::{
    AppId, Expected, Fen, KeyError, NameError, OutTradeNo, PrivateKey, PublicKey, SellerId,
};

/// A merchant's application at a gateway, with the keys of both sides. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// The application that asks.
    pub app_id: AppId,
    /// The account that is paid.
    pub seller_id: SellerId,
    /// Signs our requests.
    pub private_key: PrivateKey,
    /// Verifies the gateway's answers and notifies. It is Alipay's key, not our own public one.
    pub gateway_key: PublicKey,
}

/// Why a secret does not describe a merchant. It never holds anything of the secret.
#[derive(Debug, thiserror::Error)]
pub enum MerchantError {
    /// Not the JSON object that it must be.
    #[error("the secret must be JSON with app_id, seller_id, private_key and alipay_public_key")]
    Json,
    /// One of the two numbers.
    #[error("the secret's {field} is unusable")]
    Name {
        /// Which one.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: NameError,
    },
    /// One of the two keys.
    #[error("the secret's {field} is unusable")]
    Key {
        /// Which one.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: KeyError,
    },
}

#[derive(Deserialize)]
struct SecretIn {
    app_id: String,
    seller_id: String,
    private_key: String,
    alipay_public_key: String,
}

impl Merchant {
    /// Reads `{"app_id", "seller_id", "private_key", "alipay_public_key"}`, as the secret holds it.
    ///
    /// # Errors
    /// [`MerchantError`], naming the first member that is unusable.
    pub fn of_json(secret: &[u8]) -> Result<Merchant, MerchantError> {
        // The parser's own error would quote the secret.
        let secret: SecretIn = serde_json::from_slice(secret).map_err(|_| MerchantError::Json)?;
        let name = |field| move |source| MerchantError::Name { field, source };
        let key = |field| move |source| MerchantError::Key { field, source };
        Ok(Merchant {
            app_id: secret.app_id.parse().map_err(name("app_id"))?,
            seller_id: secret.seller_id.parse().map_err(name("seller_id"))?,
            private_key: PrivateKey::parse(&secret.private_key).map_err(key("private_key"))?,
            gateway_key: PublicKey::parse(&secret.alipay_public_key)
                .map_err(key("alipay_public_key"))?,
        })
    }

    /// What a notify of a trade of ours must say.
    #[must_use]
    pub fn expects(&self, out_trade_no: OutTradeNo, total: Fen) -> Expected {
        Expected {
            app_id: self.app_id.clone(),
            seller_id: self.seller_id.clone(),
            out_trade_no,
            total,
        }
    }
}
