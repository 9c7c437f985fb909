//! A partner's voucher code: worth money to whoever knows it.

use std::{fmt, str::FromStr};

use serde::Deserialize;

/// A code, 1 to 64 visible ASCII characters without comma or quotation mark. It has no way to be
/// printed by accident.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct VoucherCode(String);

/// Why a text is no code. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to {MAX_LENGTH} visible ASCII characters without comma or quotation mark")]
pub(crate) struct VoucherCodeError;

const MAX_LENGTH: usize = 64;

impl VoucherCode {
    /// The code itself: for sealing it, and for its holder.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for VoucherCode {
    type Err = VoucherCodeError;

    fn from_str(text: &str) -> Result<Self, VoucherCodeError> {
        // A comma or a quotation mark says that the file has columns, and then half of a line would
        // be taken for the code.
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',' && byte != b'"';
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(VoucherCodeError)
        }
    }
}

impl TryFrom<String> for VoucherCode {
    type Error = VoucherCodeError;

    fn try_from(text: String) -> Result<Self, VoucherCodeError> {
        text.parse()
    }
}

impl fmt::Debug for VoucherCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VoucherCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_visible_text_and_is_never_printed() {
        let longest = "x".repeat(MAX_LENGTH);
        for text in ["A", "KX7-99/q=+", &longest] {
            let code: VoucherCode = text.parse().unwrap();
            assert_eq!(code.reveal(), text);
            assert_eq!(format!("{code:?}"), "VoucherCode");
        }
        let too_long = "x".repeat(MAX_LENGTH + 1);
        for text in ["", " ", "a b", "a,b", "\"a\"", "ä", "a\t", &too_long] {
            assert_eq!(
                text.parse::<VoucherCode>(),
                Err(VoucherCodeError),
                "{text:?}"
            );
        }
    }
}
