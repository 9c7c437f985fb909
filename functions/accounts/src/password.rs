//! Passwords as people type them.

use std::{fmt, str::FromStr};

use crate::email::Email;

/// A password that somebody presents. It is never printed, logged or stored.
#[derive(Clone)]
pub(crate) struct Password(String);

/// A password that may be chosen for an account.
#[derive(Clone, Debug)]
pub(crate) struct NewPassword(Password);

/// Why a text is not a password. The text is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Nobody's password, and dear to hash.
    #[error("it has not 1 to 1024 bytes")]
    Size,
    /// Shorter than what guessing does not reach, or longer than anyone types.
    #[error("it has not 8 to 256 characters")]
    Length,
    /// The first guess of everyone who knows the address.
    #[error("it is the e-mail address")]
    IsEmail,
}

const MAX_BYTES: usize = 1024;
const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 256;

impl Password {
    /// The bytes to hash.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for Password {
    type Err = PasswordError;

    /// Any password that an account may have, also one that was chosen under older rules.
    fn from_str(text: &str) -> Result<Self, PasswordError> {
        if (1..=MAX_BYTES).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PasswordError::Size)
        }
    }
}

impl NewPassword {
    /// `password`, if the account of `email` may have it. Length is all that is asked, as NIST
    /// SP 800-63B has it: rules about letters and signs make passwords alike.
    pub(crate) fn choose(password: Password, email: &Email) -> Result<Self, PasswordError> {
        let length = password.0.chars().count();
        if !(MIN_CHARACTERS..=MAX_CHARACTERS).contains(&length) {
            return Err(PasswordError::Length);
        }
        if password.0.trim().eq_ignore_ascii_case(email.as_str()) {
            return Err(PasswordError::IsEmail);
        }
        Ok(Self(password))
    }

    /// The password.
    pub(crate) fn into_password(self) -> Password {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str) -> Result<(), PasswordError> {
        let email = "Ada@example.org".parse().unwrap();
        NewPassword::choose(text.parse()?, &email).map(|_| ())
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(choose("1234567"), Err(PasswordError::Length));
        assert_eq!(choose("12345678"), Ok(()));
        assert_eq!(choose("密碼密碼密碼密碼"), Ok(()));
        assert_eq!(choose("密碼密碼密碼密"), Err(PasswordError::Length));
        assert_eq!(choose(&"a".repeat(256)), Ok(()));
        assert_eq!(choose(&"a".repeat(257)), Err(PasswordError::Length));
        assert_eq!(choose(&"🎧".repeat(256)), Ok(()));
        assert_eq!(choose(&"a".repeat(1025)), Err(PasswordError::Size));
        assert_eq!(choose(""), Err(PasswordError::Size));
    }

    #[test]
    fn the_address_is_no_password() {
        for text in ["Ada@example.org", "ADA@EXAMPLE.ORG", " ada@example.org "] {
            assert_eq!(choose(text), Err(PasswordError::IsEmail), "{text}");
        }
        assert_eq!(choose("ada@example.org!"), Ok(()));
    }

    #[test]
    fn a_password_does_not_print_itself() {
        let password: Password = "correct horse".parse().unwrap();
        assert_eq!(format!("{password:?}"), "Password");
        let email = "a@example.org".parse().unwrap();
        let chosen = NewPassword::choose(password, &email).unwrap();
        assert_eq!(format!("{chosen:?}"), "NewPassword(Password)");
    }
}
