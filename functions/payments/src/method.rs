//! How a buyer pays, and where the buyer's browser goes afterwards.

use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const MAX_URL_CHARACTERS: usize = 256;

/// Where the buyer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentMethod {
    /// At a desk: a page to open.
    Page,
    /// In a phone's browser: a page to open.
    Wap,
    /// In an app: an order string to hand to the provider's app.
    App,
}

/// Where the buyer's browser goes after the provider's page: an `https` address of at most 256
/// characters. Addresses of the machine itself may be `http`, for those who build on their laptops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ReturnUrl(String);

/// A text that is no [`ReturnUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no https address of at most 256 characters")]
pub(crate) struct NoReturnUrl;

impl ReturnUrl {
    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ReturnUrl {
    type Error = NoReturnUrl;

    fn try_from(text: String) -> Result<Self, NoReturnUrl> {
        let uri: Uri = text.parse().map_err(|_| NoReturnUrl)?;
        let authority = uri.authority().ok_or(NoReturnUrl)?;
        let scheme_fits = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => ["localhost", "127.0.0.1", "[::1]"].contains(&authority.host()),
            _ => false,
        };
        // A name before the host is there to make one host look like another.
        let plain = !authority.as_str().contains('@');
        if scheme_fits && plain && text.len() <= MAX_URL_CHARACTERS {
            Ok(Self(text))
        } else {
            Err(NoReturnUrl)
        }
    }
}

impl From<ReturnUrl> for String {
    fn from(url: ReturnUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_url_is_https_or_this_machine() {
        for text in [
            "https://shop.example/orders?paid=1",
            "http://localhost:3000/done",
            "http://127.0.0.1/",
        ] {
            let url = ReturnUrl::try_from(text.to_owned()).unwrap();
            assert_eq!(url.as_str(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("https://shop.example/{}", "x".repeat(256));
        for text in [
            "",
            "/orders",
            "shop.example",
            "http://shop.example/",
            "javascript:alert(1)",
            "ftp://shop.example/",
            "https://",
            "https://shop.example@evil.example/",
            "https://shop.example/a b",
            "https://shop.example/\n",
            &long,
        ] {
            assert_eq!(
                ReturnUrl::try_from(text.to_owned()),
                Err(NoReturnUrl),
                "{text:?}"
            );
        }
    }
}
