//! E-mail addresses.

use std::{fmt, str::FromStr};

/// An e-mail address: printable ASCII, one `@`, a domain with a dot, at most 254 characters.
///
/// The part before the `@` is kept as it was written, since only its own server knows whether
/// capitals matter there. Two addresses that differ in capitals alone are one account's all the
/// same: see [`Email::folded`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Email(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an e-mail address of at most 254 ASCII characters, such as name@example.org")]
pub(crate) struct EmailError;

const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;
const MAX_LABEL_BYTES: usize = 63;

impl Email {
    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which no two accounts have the same.
    pub(crate) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        // Quoted local parts and the characters they would allow have no honest use today, and
        // every one of them is a trap for whoever puts an address into a header.
        let local_holds = (1..=MAX_LOCAL_BYTES).contains(&local.len())
            && local
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"(),:;<>@[\\]".contains(&byte))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let labels = domain.split('.');
        let domain_holds = labels.clone().count() >= 2 && labels.clone().all(is_label);
        if text.len() <= MAX_BYTES && local_holds && domain_holds {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(EmailError)
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Personal data: not even a debug print shows it.
impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_keeps_its_spelling_before_the_at_and_lowers_its_domain() {
        let email: Email = "Ada.Lovelace+planet@Example.ORG".parse().unwrap();
        assert_eq!(email.as_str(), "Ada.Lovelace+planet@example.org");
        assert_eq!(email.folded(), "ada.lovelace+planet@example.org");
        assert_eq!(format!("{email:?}"), "Email");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", ["b".repeat(60).as_str(); 5].join("."));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@example.org",
            "a@b",
            "a@b@example.org",
            " a@example.org",
            "a@example.org ",
            "a b@example.org",
            "a\n@example.org",
            "a@exa mple.org",
            "a@example..org",
            "a@.example.org",
            "a@example.org.",
            "a@-example.org",
            "a@example-.org",
            "a@exa_mple.org",
            ".a@example.org",
            "a.@example.org",
            "a..b@example.org",
            "\"a\"@example.org",
            "a,b@example.org",
            "ä@example.org",
            "a@exämple.org",
            "a@[127.0.0.1]",
            &long_local,
            &long,
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_an_address_again_changes_nothing(text in "[A-Za-z0-9.+]{1,8}@[A-Za-z0-9-]{1,4}\\.[A-Za-z]{2,3}") {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email.clone()));
                let folded: Email = email.folded().parse().unwrap();
                prop_assert_eq!(folded.folded(), email.folded());
            }
        }
    }
}
