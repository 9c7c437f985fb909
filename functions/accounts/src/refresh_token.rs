//! Refresh tokens: `rt_` and base64url of session, generation and an HMAC over both.
//!
//! Nothing of them is stored. That the HMAC is the same for the same session and generation is what
//! lets a lost reply be given again.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Id, kind};
use platform::Secret;
use ring::hmac;

const PREFIX: &str = "rt_";
const ID_BYTES: usize = 16;
const CLAIMS_BYTES: usize = ID_BYTES + 4;
const TAG_BYTES: usize = 32;
/// 52 bytes in base64 without padding.
const ENCODED_LENGTH: usize = ((CLAIMS_BYTES + TAG_BYTES) * 4).div_ceil(3);

/// Writes and verifies refresh tokens.
#[derive(Clone, Debug)]
pub(crate) struct RefreshTokens {
    key: hmac::Key,
}

/// What a refresh token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshClaims {
    pub(crate) session: Id<kind::Session>,
    pub(crate) generation: u32,
}

/// A text that is no refresh token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no refresh token")]
pub(crate) struct RefreshTokenError;

impl RefreshTokens {
    /// Refresh tokens under the key that `secret` holds for them.
    pub(crate) fn new(secret: &Secret) -> Self {
        let key = secret.derive("refresh tokens");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
        }
    }

    /// The token that says `claims`; always the same.
    pub(crate) fn write(&self, claims: RefreshClaims) -> String {
        let mut bytes = Vec::with_capacity(CLAIMS_BYTES + TAG_BYTES);
        bytes.extend_from_slice(&claims.session.as_bytes());
        bytes.extend_from_slice(&claims.generation.to_be_bytes());
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What `token` says, if it is ours.
    pub(crate) fn read(&self, token: &str) -> Result<RefreshClaims, RefreshTokenError> {
        let encoded = token
            .strip_prefix(PREFIX)
            .filter(|encoded| encoded.len() == ENCODED_LENGTH)
            .ok_or(RefreshTokenError)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| RefreshTokenError)?;
        let (claims, tag) = bytes
            .split_first_chunk::<CLAIMS_BYTES>()
            .ok_or(RefreshTokenError)?;
        hmac::verify(&self.key, claims, tag).map_err(|_| RefreshTokenError)?;
        let (session, generation) = claims
            .split_first_chunk::<ID_BYTES>()
            .ok_or(RefreshTokenError)?;
        let generation = generation.try_into().map_err(|_| RefreshTokenError)?;
        Ok(RefreshClaims {
            session: Id::from_bytes(*session),
            generation: u32::from_be_bytes(generation),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens() -> RefreshTokens {
        RefreshTokens::new(&Secret::of(*b"0123456789abcdef0123456789abcdef"))
    }

    proptest! {
        #[test]
        fn a_token_says_what_was_written(session in any::<[u8; 16]>(), generation in any::<u32>()) {
            let claims = RefreshClaims { session: Id::from_bytes(session), generation };
            let token = tokens().write(claims);
            prop_assert_eq!(token.len(), PREFIX.len() + ENCODED_LENGTH);
            prop_assert_eq!(tokens().read(&token), Ok(claims));
            prop_assert_eq!(tokens().write(claims), token);
        }

        #[test]
        fn a_token_with_any_other_letter_is_refused(
            session in any::<[u8; 16]>(), place in 0usize..73, letter in "[A-Za-z0-9_=.-]",
        ) {
            let claims = RefreshClaims { session: Id::from_bytes(session), generation: 1 };
            let token = tokens().write(claims);
            let mut other = token.clone();
            other.replace_range(place..=place, &letter);
            prop_assert_eq!(tokens().read(&other).is_ok(), other == token);
        }
    }

    #[test]
    fn tokens_of_another_secret_and_other_lengths_are_refused() {
        let claims = RefreshClaims {
            session: Id::from_bytes([1; 16]),
            generation: 1,
        };
        let other = RefreshTokens::new(&Secret::of(*b"0123456789abcdef0123456789abcdeg"));
        let token = tokens().write(claims);
        let bare = token.trim_start_matches(PREFIX).to_owned();
        let shorter = token[..token.len() - 1].to_owned();
        for text in [
            other.write(claims),
            String::new(),
            bare,
            shorter,
            format!("{token}="),
            format!("{token}A"),
            format!(" {token}"),
        ] {
            assert_eq!(tokens().read(&text), Err(RefreshTokenError), "{text}");
        }
    }
}
