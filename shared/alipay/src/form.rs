//! Signed parameters: a form decoded exactly once, and the text that its signature covers.
//!
//! Alipay signs `k=v&k=v`, sorted by key, with **decoded** values and no escaping. So the signature
//! of `a=1` and `b=2` is also that of the single parameter `a` with the value `1&b=2`: whoever holds
//! a signed message could fold a parameter away, or unfold a title into new ones. A form is therefore
//! read only if its signed text has one reading: no value holds a `&` with a `=` after it, keys are
//! plain words, and no key comes twice.

use std::collections::BTreeMap;

use crate::{PrivateKey, PublicKey, SigningError};

/// The parameters of a request, a notify or a return, as bytes in the message's own charset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, Vec<u8>>);

/// Why bytes are no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than [`Form::MAX_PARAMETERS`].
    #[error("there are more than {} parameters", Form::MAX_PARAMETERS)]
    TooMany,
    /// A parameter without `=`, or nothing between two `&`.
    #[error("a parameter is no key=value")]
    NoPair,
    /// A `%` without two hexadecimal digits, or a character that a form must encode.
    #[error("a parameter is not form-encoded")]
    Encoding,
    /// A key that is no plain word.
    #[error("a key is no plain word")]
    Key,
    /// A key that comes twice.
    #[error("a key comes twice")]
    Duplicate,
    /// A value that could be read as further parameters in the signed text.
    #[error("a value could be read as further parameters")]
    Ambiguous,
}

impl Form {
    /// The most parameters of one form.
    pub const MAX_PARAMETERS: usize = 100;

    /// Decodes a form, once. Keys and values are not yet text: the charset stands in the form.
    ///
    /// # Errors
    /// [`FormError`] for what is no form, or one whose signed text has two readings.
    pub fn decode(raw: &[u8]) -> Result<Form, FormError> {
        let mut form = BTreeMap::new();
        if raw.is_empty() {
            return Ok(Form(form));
        }
        for pair in raw.split(|&b| b == b'&') {
            if form.len() == Form::MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            let at = pair
                .iter()
                .position(|&b| b == b'=')
                .ok_or(FormError::NoPair)?;
            let (key, value) = (decode(&pair[..at])?, decode(&pair[at + 1..])?);
            let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
            if key.is_empty() || !key.iter().all(plain) {
                return Err(FormError::Key);
            }
            let key = String::from_utf8(key).map_err(|_| FormError::Key)?;
            let ampersand = value.iter().position(|&b| b == b'&');
            if ampersand.is_some_and(|at| value[at..].contains(&b'=')) {
                return Err(FormError::Ambiguous);
            }
            if form.insert(key, value).is_some() {
                return Err(FormError::Duplicate);
            }
        }
        Ok(Form(form))
    }

    /// Sets a parameter; an empty value is left out, since SDKs disagree whether it is signed.
    pub fn set(&mut self, key: &str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// A parameter's value, as bytes.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// A parameter's value, if it is UTF-8.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(|value| str::from_utf8(value).ok())
    }

    /// Every parameter, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_slice()))
    }

    /// The text that a signature covers: everything but `omitted`, sorted, decoded, joined.
    ///
    /// A request omits `sign` alone, a notify and a return omit `sign_type`, too.
    #[must_use]
    pub fn signed_text(&self, omitted: &[&str]) -> Vec<u8> {
        let mut text = Vec::new();
        for (key, value) in self.iter().filter(|(key, _)| !omitted.contains(key)) {
            if !text.is_empty() {
                text.push(b'&');
            }
            text.extend_from_slice(key.as_bytes());
            text.push(b'=');
            text.extend_from_slice(value);
        }
        text
    }

    /// Adds `sign`, over everything but `omitted`.
    ///
    /// # Errors
    /// [`SigningError`] if the system gave no randomness.
    pub fn sign(&mut self, key: &PrivateKey, omitted: &[&str]) -> Result<(), SigningError> {
        let sign = key.sign(&self.signed_text(omitted))?;
        self.set("sign", sign);
        Ok(())
    }

    /// Whether `sign` is this key's signature over everything but `omitted`.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey, omitted: &[&str]) -> bool {
        let sign = self.get("sign").unwrap_or_default();
        key.verifies(&self.signed_text(omitted), sign)
    }

    /// The form as a query or a body. Everything but letters, digits and `-._~` is encoded, a space
    /// as `%20`, which all decoders read alike.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut encoded = String::new();
        for (key, value) in self.iter() {
            if !encoded.is_empty() {
                encoded.push('&');
            }
            encoded.push_str(key);
            encoded.push('=');
            for &byte in value {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    encoded.push(char::from(byte));
                } else {
                    encoded.push('%');
                    encoded.push(hexadecimal(byte >> 4));
                    encoded.push(hexadecimal(byte & 15));
                }
            }
        }
        encoded
    }
}

fn hexadecimal(nibble: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(nibble & 15)])
}

fn decode(encoded: &[u8]) -> Result<Vec<u8>, FormError> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_at_checked(2).ok_or(FormError::Encoding)?;
                rest = after;
                (digit(digits[0])? << 4) | digit(digits[1])?
            }
            b'!'..=b'~' => byte,
            _ => return Err(FormError::Encoding),
        });
    }
    Ok(decoded)
}

fn digit(character: u8) -> Result<u8, FormError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(FormError::Encoding),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(form: &Form) -> Vec<(&str, &str)> {
        form.iter()
            .map(|(key, value)| (key, str::from_utf8(value).unwrap()))
            .collect()
    }

    #[test]
    fn a_form_is_decoded_exactly_once() {
        let form = Form::decode(b"b=1+2%2B3&a=%2526&c=").unwrap();
        assert_eq!(texts(&form), [("a", "%26"), ("b", "1 2+3"), ("c", "")]);
        assert_eq!(form.signed_text(&["c"]), b"a=%26&b=1 2+3");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (raw, error) in [
            (&b"a"[..], FormError::NoPair),
            (b"a=1&", FormError::NoPair),
            (b"&a=1", FormError::NoPair),
            (b"a=1&&b=2", FormError::NoPair),
            (b"a=%", FormError::Encoding),
            (b"a=%4", FormError::Encoding),
            (b"a=%4g", FormError::Encoding),
            (b"a=%+1", FormError::Encoding),
            (b"a=b c", FormError::Encoding),
            (b"a=\xe4", FormError::Encoding),
            (b"a=1\n", FormError::Encoding),
            (b"=1", FormError::Key),
            (b"a%3Db=1", FormError::Key),
            (b"a.b=1", FormError::Key),
            (b"a=1&b=2&a=1", FormError::Duplicate),
            (b"a=1&%61=1", FormError::Duplicate),
            (b"a=1%26b%3D2", FormError::Ambiguous),
        ] {
            assert_eq!(Form::decode(raw), Err(error), "{}", raw.escape_ascii());
        }
        let many = vec!["a=1"; 101].join("&");
        assert!(Form::decode(many.as_bytes()).is_err());
        let many: Vec<String> = (0..101).map(|n| format!("k{n}=1")).collect();
        assert_eq!(
            Form::decode(many.join("&").as_bytes()),
            Err(FormError::TooMany)
        );
    }

    #[test]
    fn an_ampersand_that_separates_nothing_may_stand_in_a_value() {
        assert!(Form::decode(b"subject=Rock+%26+Roll&a=x%3Dy").is_ok());
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(values in prop::collection::btree_map(
            "[a-z_]{1,8}", prop::collection::vec(any::<u8>(), 1..20), 0..8,
        )) {
            let ambiguous = |v: &Vec<u8>| {
                v.iter().position(|&b| b == b'&').is_some_and(|at| v[at..].contains(&b'='))
            };
            prop_assume!(!values.values().any(ambiguous));
            let mut form = Form::default();
            for (key, value) in values {
                form.set(&key, value);
            }
            prop_assert_eq!(Form::decode(form.encode().as_bytes()), Ok(form));
        }

        #[test]
        fn a_signed_text_has_one_reading(
            one in "[ab]{1,2}(=|%3D|%26|&)[ab=&]{0,9}", other in "[ab]{1,2}(=|%3D|%26|&)[ab=&]{0,9}",
        ) {
            if let (Ok(one), Ok(other)) = (Form::decode(one.as_bytes()), Form::decode(other.as_bytes())) {
                prop_assert_eq!(one.signed_text(&[]) == other.signed_text(&[]), one == other);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::decode(&raw);
        }
    }
}
