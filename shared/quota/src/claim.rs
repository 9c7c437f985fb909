//! What callers say and keep: a quota's id, a hold, the claim it becomes.

use std::{fmt, num::NonZeroU32, str::FromStr};

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

/// A hold that is asked for.
///
/// The id is the caller's, derived from its request, so that a retry asks for the same hold again;
/// one id goes with one number of units and one expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Names the hold.
    pub id: Id<kind::Hold>,
    /// How many units.
    pub units: NonZeroU32,
    /// From this moment on the units are free again, unless the hold was committed before. Counted
    /// to the millisecond.
    pub expires_at: Timestamp,
}

/// A hold and where its units lie: what the caller keeps with the thing the hold is for, to commit
/// or release it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub(crate) quota: QuotaId,
    pub(crate) hold: Id<kind::Hold>,
    pub(crate) expires_at_ms: i64,
    pub(crate) parts: Vec<Part>,
}

/// Units of a claim in one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) shard: u16,
    pub(crate) units: u32,
}

impl Claim {
    /// The quota of which units are claimed.
    pub fn quota(&self) -> &QuotaId {
        &self.quota
    }

    /// The hold's id.
    pub fn hold(&self) -> Id<kind::Hold> {
        self.hold
    }

    /// How many units are claimed.
    pub fn units(&self) -> u32 {
        self.parts.iter().map(|part| part.units).sum()
    }
}

/// The longest id of a quota, in characters.
const MAX_QUOTA_ID_LENGTH: usize = 200;

/// Names a quota: 1 to 200 visible ASCII characters, without `#`, which separates the parts of keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct QuotaId(String);

/// Why a text is no quota's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quota's id is 1 to {MAX_QUOTA_ID_LENGTH} visible ASCII characters without `#`")]
pub struct QuotaIdError;

impl FromStr for QuotaId {
    type Err = QuotaIdError;

    fn from_str(text: &str) -> Result<Self, QuotaIdError> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if (1..=MAX_QUOTA_ID_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(QuotaIdError)
        }
    }
}

impl TryFrom<String> for QuotaId {
    type Error = QuotaIdError;

    fn try_from(text: String) -> Result<Self, QuotaIdError> {
        text.parse()
    }
}

impl From<QuotaId> for String {
    fn from(id: QuotaId) -> Self {
        id.0
    }
}

impl fmt::Display for QuotaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_visible_text_that_cannot_break_a_key() {
        let longest = "q".repeat(MAX_QUOTA_ID_LENGTH);
        for text in ["q", "stock:lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3:red-m", &longest] {
            assert_eq!(text.parse::<QuotaId>().unwrap().to_string(), text);
        }
        let too_long = "q".repeat(MAX_QUOTA_ID_LENGTH + 1);
        for text in ["", "a b", "a#1", "sièges", "a\n", &too_long] {
            assert_eq!(text.parse::<QuotaId>(), Err(QuotaIdError), "{text}");
        }
    }
}
