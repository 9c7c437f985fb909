//! Makes tokens that no signer of ours would, with the signer's own keys.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::Secret;
use ring::{
    digest::{SHA256, digest},
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::house::{self, SECRET};

/// A key pair and its name.
pub(crate) struct Forge {
    pair: Ed25519KeyPair,
    pub(crate) key_id: String,
}

impl Forge {
    /// The signer's key for access tokens.
    pub(crate) fn access() -> Self {
        Self::derived(SECRET, "access tokens")
    }

    /// The signer's key for listening tokens.
    pub(crate) fn listening() -> Self {
        Self::derived(SECRET, "listening tokens")
    }

    /// A key that nobody published.
    pub(crate) fn stranger() -> Self {
        Self::derived(b"the secret of somebody who forges", "access tokens")
    }

    fn derived(secret: &[u8], purpose: &str) -> Self {
        let seed = Secret::of(secret).derive(purpose);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let hash = digest(&SHA256, pair.public_key().as_ref());
        let key_id = hash.as_ref()[..8].iter().map(|b| format!("{b:02x}"));
        Self {
            key_id: key_id.collect(),
            pair,
        }
    }

    pub(crate) fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// A token of these texts, properly signed.
    pub(crate) fn token(&self, header: &str, claims: &str) -> String {
        let message = unsigned(header, claims);
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", encoded(signature.as_ref()))
    }

    /// The header that the signer would write.
    pub(crate) fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.key_id })
    }

    /// A token with some fields of the header replaced; null takes one away.
    pub(crate) fn with_header(&self, changes: Value, now_s: i64) -> String {
        let header = changed(self.header(), changes);
        self.token(&header.to_string(), &claims(now_s).to_string())
    }

    /// The same for the claims.
    pub(crate) fn with_claims(&self, changes: Value, now_s: i64) -> String {
        let claims = changed(claims(now_s), changes);
        self.token(&self.header().to_string(), &claims.to_string())
    }
}

/// The claims that the signer would write.
pub(crate) fn claims(now_s: i64) -> Value {
    json!({
        "iss": "planet",
        "aud": "planet",
        "sub": house::account(),
        "sid": house::session(),
        "scope": "operator",
        "iat": now_s,
        "exp": now_s + 900,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
    })
}

/// A token signed with an HMAC, as if the public key were a secret.
pub(crate) fn hmac_token(header: &Value, now_s: i64, key: &[u8]) -> String {
    let message = unsigned(&header.to_string(), &claims(now_s).to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encoded(tag.as_ref()))
}

pub(crate) fn unsigned(header: &str, claims: &str) -> String {
    format!(
        "{}.{}",
        encoded(header.as_bytes()),
        encoded(claims.as_bytes())
    )
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn changed(mut object: Value, changes: Value) -> Value {
    let fields = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    object
}
