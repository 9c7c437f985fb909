//! Where an API is.
//!
//! Invariant: what is sent there can be read by nobody on the way. It goes over TLS, or it does not
//! leave this machine.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use http::Uri;

/// An API's address, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// Why no password is sent to an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not say where.
    #[error("{0} is no address such as https://api.example.com")]
    Malformed(String),
    /// Everybody on the way could read what is sent.
    #[error("{0} would send the password in the clear: only this machine is called over http")]
    InTheClear(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let malformed = || AddressError::Malformed(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        // A path comes behind it.
        if text.contains(['?', '#']) {
            return Err(malformed());
        }
        let host = uri.host().ok_or_else(malformed)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_this_machine(host) => {}
            Some("http") => return Err(AddressError::InTheClear(text.to_owned())),
            _ => return Err(malformed()),
        }
        Ok(Address(text.trim_end_matches('/').to_owned()))
    }
}

impl Address {
    /// The address, to put a path behind.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a host, as an address has it, is a name or number of the loopback.
fn is_this_machine(host: &str) -> bool {
    let within = |host: &str| -> Option<Ipv6Addr> {
        let bare = host.strip_prefix('[')?.strip_suffix(']')?;
        bare.parse().ok()
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|host: Ipv4Addr| host.is_loopback())
        || within(host).is_some_and(|host| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_everything_is_called_and_in_the_clear_this_machine_alone() {
        for (text, address) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            ("HTTPS://api.example.com", "HTTPS://api.example.com"),
            (
                "https://api.example.com:8443/planet/",
                "https://api.example.com:8443/planet",
            ),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://LocalHost:3000", "http://LocalHost:3000"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
            ("http://127.255.0.9", "http://127.255.0.9"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            let parsed: Address = text.parse().unwrap();
            assert_eq!(parsed.as_str(), address);
        }
        for text in [
            "http://api.example.com",
            "HTTP://api.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "http://128.0.0.1",
            "http://0.0.0.0:3000",
            "http://10.0.0.1",
            "http://[::2]",
            "http://[::]",
        ] {
            let expected = Err(AddressError::InTheClear(text.to_owned()));
            assert_eq!(text.parse::<Address>(), expected);
        }
    }

    #[test]
    fn what_does_not_say_where_is_no_address() {
        for text in [
            "",
            "/v1",
            "a b",
            "api.example.com",
            "localhost:3000",
            "ftp://localhost",
            "https://",
            "https://api.example.com?a=b",
            "https://api.example.com/#a",
        ] {
            let expected = Err(AddressError::Malformed(text.to_owned()));
            assert_eq!(text.parse::<Address>(), expected);
        }
    }
}
