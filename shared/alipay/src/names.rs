//! The numbers and texts of the wire, each checked once where it enters.

use std::{fmt, str::FromStr};

/// A text that is no name of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has 1 to {max_characters} letters, digits, underscores or hyphens")]
pub struct NameError {
    what: &'static str,
    max_characters: usize,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $what:literal, at most $max:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text as on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<$name, NameError> {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
                if (1..=$max).contains(&text.len()) && text.bytes().all(plain) {
                    Ok($name(text.to_owned()))
                } else {
                    Err(NameError { what: $what, max_characters: $max })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// Alipay's number of the merchant's application.
    AppId: "an application's number", at most 32;
    /// Alipay's number of the account that is paid.
    SellerId: "a seller's number", at most 32;
    /// The merchant's number of a trade.
    OutTradeNo: "a merchant's trade number", at most 64;
    /// Alipay's number of a trade.
    TradeNo: "a trade's number", at most 64;
    /// The merchant's number of a refund.
    OutRequestNo: "a refund's number", at most 64;
    /// Alipay's number of a notify, the same over all its repetitions.
    NotifyId: "a notify's number", at most 128;
}

/// What a buyer reads: at most 128 characters, without those that Alipay forbids.
///
/// `&` and `=` must not stand in it for a second reason: the signed text of a notify joins
/// parameters with them, unescaped, so a title could pretend to be further parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    const MAX_CHARACTERS: usize = 128;

    /// The text as a subject: forbidden and invisible characters become spaces, runs of spaces one,
    /// and what is too long is cut. What is left empty becomes `Planet`.
    #[must_use]
    pub fn of(text: &str) -> Subject {
        let spaced: String = text
            .chars()
            .map(|c| match c {
                '&' | '=' | '/' | '"' | '\\' | '<' | '>' => ' ',
                c if c.is_control() => ' ',
                c => c,
            })
            .collect();
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let cut: String = words
            .join(" ")
            .chars()
            .take(Subject::MAX_CHARACTERS)
            .collect();
        let cut = cut.trim_end();
        Subject(if cut.is_empty() { "Planet" } else { cut }.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_and_alipays_numbers_are_names() {
        assert!(
            "pay_01JZ3YQ8X5D4W2K7N9M6B1C0AE"
                .parse::<OutTradeNo>()
                .is_ok()
        );
        assert!("2026060122001400001".parse::<TradeNo>().is_ok());
    }

    #[test]
    fn what_could_be_read_as_something_else_is_no_name() {
        for text in [
            "",
            "a b",
            "a&b",
            "a=b",
            "ａ",
            "a%20",
            "a\n",
            &"a".repeat(65),
        ] {
            assert!(text.parse::<OutTradeNo>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_subject_loses_what_alipay_forbids() {
        assert_eq!(
            Subject::of("Rock & Roll\n= 专辑 /1 x&total_amount=0.01").as_str(),
            "Rock Roll 专辑 1 x total_amount 0.01"
        );
        assert_eq!(Subject::of(" & ").as_str(), "Planet");
        assert_eq!(Subject::of(&"歌".repeat(200)).as_str(), "歌".repeat(128));
    }
}
