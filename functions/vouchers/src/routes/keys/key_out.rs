//! How a partner's key is shown: without its secret, but for once.

use std::collections::BTreeSet;

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::partner_key::{KeyMaterial, MintedKey, PartnerKey, Scope};

/// A key of a partner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerKeyOut {
    /// Names the key.
    #[schema(value_type = String, example = "pky_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PartnerKey>,
    /// What it may be used for.
    #[schema(value_type = Vec<Scope>)]
    scopes: BTreeSet<Scope>,
    /// The public key, if the partner keeps the other half; null if both know a secret.
    #[schema(example = "whpk_5I9W5L9hFdLkXdWT4+6o0PmoRxSK2yJ+8mCQ1RxuL6A=")]
    public_key: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on it is good for nothing; null for no end.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
}

/// A new key of a partner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewPartnerKeyOut {
    /// The key.
    #[serde(flatten)]
    key: PartnerKeyOut,
    /// The secret to sign with, shown this once; null for a public key.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    secret: Option<String>,
}

impl From<&PartnerKey> for PartnerKeyOut {
    fn from(key: &PartnerKey) -> Self {
        let public_key = match &key.key {
            KeyMaterial::Symmetric(_) => None,
            KeyMaterial::Public(public) => Some(public.as_str().to_owned()),
        };
        Self {
            id: key.id,
            scopes: key.scopes.clone(),
            public_key,
            created_at: key.created_at,
            ends_at: key.ends_at,
        }
    }
}

impl From<&MintedKey> for NewPartnerKeyOut {
    fn from(minted: &MintedKey) -> Self {
        Self {
            key: PartnerKeyOut::from(&minted.key),
            secret: minted.secret.as_ref().map(|secret| secret.reveal()),
        }
    }
}
