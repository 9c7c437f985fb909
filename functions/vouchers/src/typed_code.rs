//! Codes that a person reads off one screen and types into another.
//!
//! Invariant: a code derives from what it is for, and what it is for is found by a keyed hash of it.
//! The code itself is kept nowhere.

use std::{fmt, str::FromStr, sync::Arc};

use platform::Secret;
use ring::hmac;

/// A code of `LENGTH` characters of Crockford's base 32, at five bits each. Whoever knows it can use
/// it, so it has no way to be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TypedCode<const LENGTH: usize>(String);

/// Why a text is no such code. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code has {0} letters and digits")]
pub(crate) struct TypedCodeError(usize);

/// The keys by which codes come from what they are for, and that is found by them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TypedCodeKeys<const LENGTH: usize>(Arc<Keys>);

struct Keys {
    code: hmac::Key,
    digest: hmac::Key,
}

/// A keyed hash of a code, from which the code cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeDigest(String);

/// Without I, L, O and U, which are read as others.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl<const LENGTH: usize> TypedCodeKeys<LENGTH> {
    /// Keys of `secret` for codes of one purpose.
    pub(crate) fn new(secret: &Secret, purpose: &str) -> Self {
        // Each character takes a byte of one hash.
        const { assert!(LENGTH <= 32) };
        let key = |purpose: &str| hmac::Key::new(hmac::HMAC_SHA256, &secret.derive(purpose));
        Self(Arc::new(Keys {
            code: key(purpose),
            digest: key(&format!("{purpose}, their digests")),
        }))
    }

    /// The code of what has this id: the same whenever it is asked for.
    pub(crate) fn code(&self, id: impl fmt::Display) -> TypedCode<LENGTH> {
        let tag = hmac::sign(&self.0.code, id.to_string().as_bytes());
        let letters = tag.as_ref().iter().take(LENGTH);
        // The five lowest bits of a byte are one of thirty-two letters, which are all there are.
        let letters = letters.filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
        TypedCode(letters.map(|letter| char::from(*letter)).collect())
    }

    /// Under which it is found what a code is for.
    pub(crate) fn digest(&self, code: &TypedCode<LENGTH>) -> CodeDigest {
        let tag = hmac::sign(&self.0.digest, code.0.as_bytes());
        let digits = tag.as_ref().iter().map(|byte| format!("{byte:02x}"));
        CodeDigest(digits.collect())
    }
}

impl<const LENGTH: usize> TypedCode<LENGTH> {
    /// The code itself: for whom it is shown to.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl CodeDigest {
    /// The digest in hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LENGTH: usize> FromStr for TypedCode<LENGTH> {
    type Err = TypedCodeError;

    /// As people write it: in groups, in small letters, with look-alikes.
    fn from_str(text: &str) -> Result<Self, TypedCodeError> {
        let typed = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
        let letters = typed.map(|byte| {
            let letter = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            LETTERS.contains(&letter).then(|| char::from(letter))
        });
        let code: Option<String> = letters.collect();
        code.filter(|code| code.len() == LENGTH)
            .map(Self)
            .ok_or(TypedCodeError(LENGTH))
    }
}

impl<const LENGTH: usize> fmt::Debug for TypedCode<LENGTH> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedCode")
    }
}

impl<const LENGTH: usize> fmt::Debug for TypedCodeKeys<LENGTH> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedCodeKeys")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(secret: &str, purpose: &str) -> TypedCodeKeys<8> {
        TypedCodeKeys::new(&Secret::of(secret), purpose)
    }

    #[test]
    fn what_a_code_is_for_has_one_code_that_only_the_secret_leads_to() {
        let one = keys("one", "codes");
        let codes = (0..1_000).map(|number: u32| one.code(number).reveal().to_owned());
        assert_eq!(codes.collect::<BTreeSet<_>>().len(), 1_000);
        let code = one.code("a");
        assert_eq!(keys("one", "codes").code("a"), code);
        for other in [keys("two", "codes"), keys("one", "others")] {
            assert_ne!(other.code("a"), code);
            assert_ne!(other.digest(&code), one.digest(&code));
        }
        assert!(!one.digest(&code).as_str().contains(code.reveal()));
        assert!(!format!("{code:?} {one:?}").contains(code.reveal()));
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code: TypedCode<8> = "ABC01111".parse().unwrap();
        assert_eq!(code.reveal(), "ABC01111");
        for text in ["abc0-1111", " ABCO 1 1Il", "A-B-C-o-L-l-i-1"] {
            assert_eq!(text.parse(), Ok(code.clone()), "{text}");
        }
        for text in ["", "ABC0", "ABC011111", "ABC0111U", "ABC0111é", "ABC0_111"] {
            assert_eq!(
                text.parse::<TypedCode<8>>(),
                Err(TypedCodeError(8)),
                "{text}"
            );
        }
    }
}
