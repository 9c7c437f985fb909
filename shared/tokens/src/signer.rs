//! The side that holds the secret.

use kernel::{Id, kind};
use platform::Secret;

use crate::{
    access::{self, AccessClaims},
    error::TokenError,
    keys::{Purpose, SigningKey},
    listening::{self, ListeningToken},
};

/// Signs tokens with keys that derive from one secret. Another secret is another signer with other
/// keys; tokens of the one before stay valid for as long as its public keys are published.
#[derive(Debug)]
pub struct Signer {
    access: SigningKey,
    listening: SigningKey,
}

impl Signer {
    /// The signer whose keys derive from `secret`.
    pub fn new(secret: &Secret) -> Result<Self, TokenError> {
        Ok(Self {
            access: SigningKey::derive(secret, Purpose::Access)?,
            listening: SigningKey::derive(secret, Purpose::Listening)?,
        })
    }

    /// A JWT that says `claims`.
    pub fn access_token(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        access::sign(claims, &self.access)
    }

    /// The text of the listening token `token` of `account`; always the same.
    pub fn listening_token(
        &self,
        account: Id<kind::Account>,
        token: Id<kind::ListeningToken>,
    ) -> String {
        listening::sign(&ListeningToken { account, id: token }, &self.listening)
    }

    /// The keys and what each is for.
    pub(crate) fn keys(&self) -> [(Purpose, &SigningKey); 2] {
        [
            (Purpose::Access, &self.access),
            (Purpose::Listening, &self.listening),
        ]
    }
}
