//! Secrets of endpoints at rest, and the signatures made with them.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::{Id, Timestamp, kind};
use platform::{SealingError, SealingKey, Secret};
use serde::{Deserialize, Serialize};
use webhook_signatures::{Headers, KeyError, Message, Signer, SigningKey, SymmetricKey, sign};

use crate::{
    delivery::Delivery,
    endpoint::{Endpoint, EndpointSecret, Signing},
};

/// The key under which the secrets of endpoints are sealed. Cheap to clone.
#[derive(Clone)]
pub(crate) struct EndpointKeys(Arc<SealingKey>);

/// A secret that only the platform opens, and only for its endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SealedSecret(String);

/// A secret that was made just now.
pub(crate) struct Minted {
    /// As it is kept.
    pub(crate) secret: EndpointSecret,
    /// As its owner gets it, once; `None` where the public half is all that it needs.
    pub(crate) shown: Option<String>,
}

/// Why nothing can be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningError {
    /// The secret does not open, or could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// What was sealed is no key, or none could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What is kept is no base 64.
    #[error(transparent)]
    Encoding(#[from] base64::DecodeError),
    /// A signature does not fit into a header.
    #[error("a signature does not fit into a header")]
    Header,
}

enum Opened {
    Hmac(SymmetricKey),
    Ed25519(SigningKey),
}

impl EndpointKeys {
    /// Keys under `secret`.
    pub(crate) fn new(secret: &Secret) -> Self {
        Self(Arc::new(SealingKey::new(
            secret,
            "webhook endpoint secrets",
        )))
    }

    /// Makes a secret for an endpoint.
    pub(crate) fn mint(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        signing: Signing,
        now: Timestamp,
    ) -> Result<Minted, SigningError> {
        let (revealed, public_key) = match signing {
            Signing::Hmac => (SymmetricKey::generate()?.reveal(), None),
            Signing::Ed25519 => {
                let key = SigningKey::generate()?;
                (key.reveal(), Some(key.public().to_string()))
            }
        };
        let sealed = self.0.seal(&endpoint.to_string(), &revealed)?;
        Ok(Minted {
            shown: public_key.is_none().then_some(revealed),
            secret: EndpointSecret {
                sealed: SealedSecret(STANDARD_NO_PAD.encode(sealed)),
                public_key,
                created_at: now,
                ends_at: None,
            },
        })
    }

    /// The headers that sign a delivery for an attempt now, with every secret that is good now.
    pub(crate) fn headers(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<Headers, SigningError> {
        let opened = endpoint
            .live_secrets(now)
            .map(|secret| self.open(endpoint, &secret.sealed))
            .collect::<Result<Vec<_>, _>>()?;
        let signers: Vec<_> = opened
            .iter()
            .map(|key| match key {
                Opened::Hmac(key) => Signer::Symmetric(key),
                Opened::Ed25519(key) => Signer::Asymmetric(key),
            })
            .collect();
        let message = Message {
            id: &delivery.event.to_string(),
            timestamp_s: now.as_second(),
            body: delivery.body.as_bytes(),
        };
        Ok(sign(&signers, &message))
    }

    fn open(&self, endpoint: &Endpoint, sealed: &SealedSecret) -> Result<Opened, SigningError> {
        let sealed = STANDARD_NO_PAD.decode(&sealed.0)?;
        let revealed = self.0.open(&endpoint.id.to_string(), &sealed)?;
        Ok(match endpoint.signing {
            Signing::Hmac => Opened::Hmac(revealed.parse()?),
            Signing::Ed25519 => Opened::Ed25519(revealed.parse()?),
        })
    }
}

#[cfg(test)]
impl SealedSecret {
    /// A text in the place of a sealed secret.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(text.to_owned())
    }
}
