//! What the chain and a platform have told each other when they agreed to exchange.

use std::{fmt, str::FromStr, sync::Arc};

use kernel::{Id, kind};
use webhook_signatures::{
    Headers, KeyError, Message, Received, Signer, SigningKey, SymmetricKey, VerifyingKey, sign,
};

/// One agreement: who the chain is to the platform, and the keys of both.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The chain's id at the platform.
    pub partner: Id<kind::Partner>,
    /// What the platform signs its calls with; several while one is being replaced.
    pub exchange: Vec<SymmetricKey>,
    /// What the chain signs its messages with.
    pub hooks: HookKey,
    /// What the platform signs its webhooks with; empty where it sends none.
    pub webhooks: Vec<VerifyingKey>,
}

/// A key with which the chain signs.
#[derive(Clone, Debug)]
pub enum HookKey {
    /// A secret that the platform knows, too.
    Symmetric(SymmetricKey),
    /// A key of which the platform knows the public half.
    Asymmetric(Arc<SigningKey>),
}

impl Contract {
    /// Whether the platform of this contract has signed a call.
    pub(crate) fn has_called(&self, received: &Received, body: &[u8], now_s: i64) -> bool {
        let keys = self.exchange.iter().cloned();
        let keys: Vec<VerifyingKey> = keys.map(VerifyingKey::Symmetric).collect();
        received.verify(&keys, body, now_s).is_ok()
    }

    /// Whether the platform of this contract has signed a webhook.
    pub(crate) fn has_delivered(&self, received: &Received, body: &[u8], now_s: i64) -> bool {
        received.verify(&self.webhooks, body, now_s).is_ok()
    }
}

impl HookKey {
    pub(crate) fn sign(&self, message: &Message<'_>) -> Headers {
        let signer = match self {
            HookKey::Symmetric(key) => Signer::Symmetric(key),
            HookKey::Asymmetric(key) => Signer::Asymmetric(key),
        };
        sign(&[signer], message)
    }

    /// A key of the same kind that nobody has heard of.
    pub(crate) fn stranger(&self) -> Result<HookKey, KeyError> {
        Ok(match self {
            HookKey::Symmetric(_) => HookKey::Symmetric(SymmetricKey::generate()?),
            HookKey::Asymmetric(_) => HookKey::Asymmetric(Arc::new(SigningKey::generate()?)),
        })
    }
}

impl FromStr for HookKey {
    type Err = KeyError;

    /// `whsec_…` or `whsk_…`.
    fn from_str(text: &str) -> Result<HookKey, KeyError> {
        match text.parse() {
            Ok(key) => Ok(HookKey::Symmetric(key)),
            Err(KeyError::Prefix(_)) => {
                let key = text.parse()?;
                Ok(HookKey::Asymmetric(Arc::new(key)))
            }
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.partner)
    }
}
