//! Why a token was not accepted, or not signed.

use platform::ServiceError;

/// Why there are no claims to act on. The texts may be shown to whoever sent the token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The text is not a token of the kind that was asked for.
    #[error("the token is malformed")]
    Malformed,
    /// The token was good until a time that has passed.
    #[error("the token has expired")]
    Expired,
    /// The token says that it was issued, or begins to hold, in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// No key of this name is published for this kind of token.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is not that of the named key over this token.
    #[error("the token's signature is not valid")]
    BadSignature,
    /// The published keys could not be read, or a token could not be signed. Says nothing about
    /// the token.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl TokenError {
    /// Whether the sender of the token is to blame, and another token would help.
    pub fn is_callers_fault(&self) -> bool {
        match self {
            Self::Malformed
            | Self::Expired
            | Self::NotYetValid
            | Self::UnknownKey
            | Self::BadSignature => true,
            Self::Service(_) => false,
        }
    }
}
