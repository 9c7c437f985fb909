//! Addresses that strangers give, in the one form that is called.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::{Host, Url};

const MAX_BYTES: usize = 2_048;
const MAX_HOST_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Names under these mean something inside a network, or nothing anywhere; what they lead to is
/// never a stranger's server.
const INSIDE: [&str; 12] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
];

/// The address of a server of somebody else's: `https`, a name with a dot, port 443, and no user, no
/// password, no fragment; at most 2,048 bytes.
///
/// It says nothing about where the name leads: that is judged at every call, by
/// [`PublicOutbound`](super::PublicOutbound). Its path and query may be secret, so `Debug` prints
/// neither.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    /// As [`Url`] writes it.
    text: String,
    host: String,
    uri: http::Uri,
}

/// Why a text is not the address of a public server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// It is longer than 2,048 bytes.
    #[error("the address is longer than 2048 bytes")]
    TooLong,
    /// It is no absolute address in visible ASCII, or one that some read in another way.
    #[error("the address is not an absolute URL in visible ASCII")]
    Malformed,
    /// Its scheme is not `https`.
    #[error("the address does not begin with https://")]
    Scheme,
    /// It has a user, a password, another port than 443, or a host in an unusual spelling.
    #[error("the address has more than the name of a host between https:// and its path")]
    Authority,
    /// Its host is an IP address, in whatever notation, and not a name.
    #[error("the host of the address is not a name")]
    NotAName,
    /// Its host is a name that is not one of the public internet.
    #[error("the host of the address is not a public name")]
    InsideName,
    /// It has a fragment, which no server is told.
    #[error("the address has a fragment")]
    Fragment,
    /// What is joined to it is not the plain path of something below it.
    #[error("the path does not lead below the address")]
    Path,
}

impl PublicUrl {
    /// The name of the host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address in the text that it prints.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address of what is at `path` below this one, for an interface whose base is at this
    /// address: `https://a.example/api` and `vouchers/7` make `https://a.example/api/vouchers/7`. The
    /// path is in its final spelling and leads down: no `..`, no query, nothing to be escaped.
    pub fn join(&self, path: &str) -> Result<Self, PublicUrlError> {
        let base = self.text.trim_end_matches('/');
        let joined = format!("{base}/{}", path.trim_start_matches('/'));
        let url: Self = joined.parse()?;
        let is_plain = !joined.contains(['?', '%']) && url.text == joined;
        if is_plain {
            Ok(url)
        } else {
            Err(PublicUrlError::Path)
        }
    }

    pub(super) fn uri(&self) -> http::Uri {
        self.uri.clone()
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        if text.len() > MAX_BYTES {
            return Err(PublicUrlError::TooLong);
        }
        // A parser of browsers drops tabs and line ends, reads `\` as `/` and folds other scripts
        // into ASCII. Whoever looks at the text must see what is called, so none of that is here.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
        if !text.bytes().all(is_plain) {
            return Err(PublicUrlError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| PublicUrlError::Malformed)?;
        if url.scheme() != "https" {
            return Err(PublicUrlError::Scheme);
        }
        let Some(Host::Domain(host)) = url.host() else {
            return Err(PublicUrlError::NotAName);
        };
        check_authority(text, host)?;
        check_name(host)?;
        if url.fragment().is_some() {
            return Err(PublicUrlError::Fragment);
        }
        if url.as_str().len() > MAX_BYTES {
            return Err(PublicUrlError::TooLong);
        }
        let uri = url.as_str().parse();
        Ok(Self {
            uri: uri.map_err(|_| PublicUrlError::Malformed)?,
            host: host.to_owned(),
            text: url.into(),
        })
    }
}

/// Between `https://` and the path stands the host as it was understood, and nothing else but
/// perhaps `:443`. One comparison refuses users, other ports and every disguise of a host.
fn check_authority(text: &str, host: &str) -> Result<(), PublicUrlError> {
    let rest = text.get("https://".len()..);
    let rest = rest.ok_or(PublicUrlError::Authority)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let name = authority.strip_suffix(":443").unwrap_or(authority);
    if name.eq_ignore_ascii_case(host) {
        Ok(())
    } else {
        Err(PublicUrlError::Authority)
    }
}

fn check_name(host: &str) -> Result<(), PublicUrlError> {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let (_, top) = host.rsplit_once('.').ok_or(PublicUrlError::InsideName)?;
    let is_public =
        host.len() <= MAX_HOST_BYTES && host.split('.').all(is_label) && !INSIDE.contains(&top);
    if is_public {
        Ok(())
    } else {
        Err(PublicUrlError::InsideName)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicUrl at {}", self.host)
    }
}

impl Serialize for PublicUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
