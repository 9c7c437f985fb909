//! Partners: companies whose rewards members can get.

use std::str::FromStr;

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::text::Name;

/// A partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partner {
    pub(crate) id: Id<kind::Partner>,
    pub(crate) name: Name,
    pub(crate) contact_email: Option<ContactEmail>,
    pub(crate) created_at: Timestamp,
}

/// An address that an operator can write to. Nothing is sent to it by the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ContactEmail(String);

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an e-mail address")]
pub(crate) struct ContactEmailError;

/// The longest address that mail can be sent to (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

impl ContactEmail {
    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContactEmail {
    type Err = ContactEmailError;

    fn from_str(text: &str) -> Result<Self, ContactEmailError> {
        let (local, domain) = text.rsplit_once('@').ok_or(ContactEmailError)?;
        let disturbs = |letter: char| letter.is_control() || letter.is_whitespace();
        if local.is_empty()
            || !domain.contains('.')
            || text.len() > MAX_EMAIL_BYTES
            || text.contains(disturbs)
        {
            return Err(ContactEmailError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ContactEmail {
    type Error = ContactEmailError;

    fn try_from(text: String) -> Result<Self, ContactEmailError> {
        text.parse()
    }
}

impl From<ContactEmail> for String {
    fn from(email: ContactEmail) -> Self {
        email.0
    }
}
