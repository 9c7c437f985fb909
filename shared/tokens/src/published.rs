//! The public keys, as they stand in the keys table.
//!
//! | access pattern | key | attributes |
//! |---|---|---|
//! | all keys at once; add one | `pk = KEYS` | `access_<key id>`, `listening_<key id>`: the public key, base64url |
//!
//! All keys stand in one item, because whoever meets an unknown key id reads them all: were there
//! an item for each, a flood of invented key ids would have to be either read for one by one, or
//! held back together with the first token of a new key.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::{
    ServiceError,
    table::{Key, Table, Write, WriteError},
};
use serde_json::{Value, json};

use crate::{
    keys::{KeyId, PublicKey, Purpose},
    signer::Signer,
};

/// The public keys that tokens are verified with: written by the signer, read by everyone.
#[derive(Clone, Debug)]
pub struct PublishedKeys {
    table: Table,
}

impl PublishedKeys {
    /// The keys in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Makes the signer's public keys known. Publishing them again changes nothing.
    pub async fn publish(&self, signer: &Signer) -> Result<(), ServiceError> {
        let [access, listening] = signer
            .keys()
            .map(|(purpose, key)| (attribute(purpose, key.id()), encoded(key.public_key())));
        let write = Write::update(
            &self.table,
            row(),
            format!("SET #{} = :access, #{} = :listening", access.0, listening.0),
        )
        .when(format!(
            "attribute_not_exists(#{}) OR attribute_not_exists(#{})",
            access.0, listening.0
        ))
        .bind(":access", access.1)
        .bind(":listening", listening.1);
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// The keys of access tokens as a JWK set (RFC 7517), for whoever verifies our tokens outside
    /// of the platform.
    pub async fn jwks(&self) -> Result<Value, ServiceError> {
        let keys: Vec<Value> = self
            .read()
            .await?
            .into_iter()
            .filter(|((purpose, _), _)| *purpose == Purpose::Access)
            .map(|((_, id), key)| {
                json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": id.to_string(),
                    "x": encoded(key),
                })
            })
            .collect();
        Ok(json!({ "keys": keys }))
    }

    /// All keys; one read.
    pub(crate) async fn read(&self) -> Result<Keys, ServiceError> {
        let attributes: BTreeMap<String, String> =
            self.table.get(&row()).await?.unwrap_or_default();
        attributes
            .iter()
            .filter_map(|(name, value)| Some((named(name)?, value)))
            .map(|(name, value)| {
                decoded(value).map(|key| (name, key)).ok_or_else(|| {
                    let defect = format!("{}: no public key", name.1);
                    ServiceError::malformed(self.table.name(), defect)
                })
            })
            .collect()
    }
}

/// Public keys by purpose and name.
pub(crate) type Keys = BTreeMap<(Purpose, KeyId), PublicKey>;

fn row() -> Key {
    Key::partition("KEYS")
}

fn attribute(purpose: Purpose, id: KeyId) -> String {
    format!("{}_{id}", purpose.name())
}

/// Which key an attribute holds; `None` for attributes that are something else.
fn named(attribute: &str) -> Option<(Purpose, KeyId)> {
    let (name, id) = attribute.split_once('_')?;
    let purpose = [Purpose::Access, Purpose::Listening]
        .into_iter()
        .find(|purpose| purpose.name() == name)?;
    Some((purpose, id.parse().ok()?))
}

fn encoded(key: PublicKey) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

fn decoded(text: &str) -> Option<PublicKey> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes.try_into().ok().map(PublicKey::from_bytes)
}
