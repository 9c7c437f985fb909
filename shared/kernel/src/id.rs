//! Typed identifiers: `acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3`.
//!
//! Invariant: one id has exactly one spelling. Parsing refuses lower case, look-alike letters,
//! another kind's prefix and anything past 128 bits, so ids can be compared and keyed as text,
//! and their order as text is their order as values.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use ulid::Ulid;
use uuid::Uuid;

use crate::Clock;

/// What an [`Id`] identifies. The platform's kinds are in [`crate::kind`].
pub trait Kind: 'static {
    /// The word before the underscore, lower case.
    const PREFIX: &'static str;
}

/// The identifier of a `K`: 128 bits, written as its prefix, `_`, and 26 characters of ULID.
///
/// A [generated](Id::generate) id sorts by its time of birth. A [derived](Id::derive) id does
/// not: it is a digest of what it was derived from. An id names a thing and is not a secret.
pub struct Id<K> {
    bits: u128,
    // A function pointer, so that `Id<K>` is `Send + Sync` and `Copy` whatever `K` is.
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not the id of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text does not begin with the kind's prefix and an underscore.
    #[error("the id must begin with `{expected}_`")]
    Prefix {
        /// The prefix that should have stood there.
        expected: &'static str,
    },
    /// What follows the prefix is not a ULID in its canonical spelling.
    #[error("the id must end in 26 upper-case characters of Crockford's base 32")]
    NotCanonical,
}

/// Under which every derived id stands. Changing it changes all derived ids, so that a retry
/// would no longer meet its first attempt: it never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f1d_6c0e_93b7_4a52_8e41_d07a_2c96_b8f3);

/// The 48 bits a ULID has for its time end in the year 10889.
const MAX_TIMESTAMP_MS: u64 = (1 << 48) - 1;

impl<K: Kind> Id<K> {
    /// A new id: the clock's millisecond and 80 random bits.
    ///
    /// # Panics
    /// If the operating system has no randomness to give. Nothing safe can be done then: an id
    /// made without it could be another's.
    #[must_use]
    pub fn generate(clock: &Clock) -> Id<K> {
        let mut random = [0; 10];
        if let Err(error) = getrandom::fill(&mut random) {
            panic!("the operating system gave no randomness for an id: {error}");
        }
        // A clock before 1970 has no ULID time; such ids sort first.
        let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
        Id::from_parts(ms, random)
    }

    /// The id that these parts always lead to (UUIDv5), so that a retry rebuilds the same id.
    ///
    /// The kind's prefix takes part, and each part stands behind its length: neither another kind
    /// nor another cut through the same letters gives the same id.
    #[must_use]
    pub fn derive(parts: &[&str]) -> Id<K> {
        let mut name = Vec::new();
        for part in std::iter::once(&K::PREFIX).chain(parts) {
            // As 128 bits the length is the same on every machine, and `usize` always fits.
            name.extend_from_slice(&(part.len() as u128).to_be_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        Id::from_bits(Uuid::new_v5(&NAMESPACE, &name).as_u128())
    }
}

impl<K> Id<K> {
    const fn from_bits(bits: u128) -> Id<K> {
        Id {
            bits,
            kind: PhantomData,
        }
    }

    /// The id of this millisecond since 1970 and these random bits.
    ///
    /// A time beyond 48 bits counts as the last one, so that order is kept.
    #[must_use]
    pub fn from_parts(ms: u64, random: [u8; 10]) -> Id<K> {
        let mut low = [0; 16];
        low[6..].copy_from_slice(&random);
        let high = u128::from(ms.min(MAX_TIMESTAMP_MS)) << 80;
        Id::from_bits(high | u128::from_be_bytes(low))
    }

    /// The millisecond since 1970 at which the id was generated; of a derived id, noise.
    #[must_use]
    pub fn timestamp_ms(&self) -> u64 {
        Ulid(self.bits).timestamp_ms()
    }

    /// The id as 16 bytes, highest first, so that bytes sort as ids do.
    #[must_use]
    pub const fn as_bytes(&self) -> [u8; 16] {
        self.bits.to_be_bytes()
    }

    /// The id whose [`as_bytes`](Id::as_bytes) these are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Id<K> {
        Id::from_bits(u128::from_be_bytes(bytes))
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; ulid::ULID_LEN];
        let ulid: &str = Ulid(self.bits).array_to_str(&mut buffer);
        write!(f, "{}_{ulid}", K::PREFIX)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Id<K>, IdError> {
        let encoded = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or(IdError::Prefix {
                expected: K::PREFIX,
            })?;
        let ulid = Ulid::from_string(encoded).map_err(|_| IdError::NotCanonical)?;
        // The decoder is generous (lower case, `O` for `0`); whatever we would not write ourselves
        // is another spelling of the same id, and is refused.
        let mut buffer = [0; ulid::ULID_LEN];
        if *ulid.array_to_str(&mut buffer) != *encoded {
            return Err(IdError::NotCanonical);
        }
        Ok(Id::from_bits(ulid.0))
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<K>, D::Error> {
        struct Text<K>(PhantomData<fn() -> K>);

        impl<K: Kind> Visitor<'_> for Text<K> {
            type Value = Id<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an id that begins with `{}_`", K::PREFIX)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id<K>, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text(PhantomData))
    }
}

// By hand, because `derive` would ask the same of `K`, which has no values to ask it of.
impl<K> Copy for Id<K> {}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Id<K> {
        *self
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.bits == other.bits
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Id<K>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Id<K>) -> Ordering {
        self.bits.cmp(&other.bits)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    type Account = Id<kind::Account>;

    fn is_for_any_thread<T: Send + Sync + Copy>() {}

    #[test]
    fn an_id_is_send_sync_and_copy_whatever_its_kind() {
        #[derive(Debug)]
        struct Unsendable(#[expect(dead_code, reason = "only its type matters")] *const u8);
        is_for_any_thread::<Id<Unsendable>>();
    }

    #[test]
    fn the_printed_form_is_prefix_underscore_ulid() {
        let id = Account::from_parts(1_469_918_176_385, [0xff; 10]);
        assert_eq!(id.to_string(), "acct_01ARYZ6S41ZZZZZZZZZZZZZZZZ");
        assert_eq!(format!("{id:?}"), id.to_string());
        assert_eq!(serde_json::to_value(id).unwrap(), id.to_string());
    }

    #[test]
    fn another_spelling_of_an_id_is_refused() {
        let prefix = Err(IdError::Prefix { expected: "acct" });
        let spelling = Err(IdError::NotCanonical);
        for (text, error) in [
            ("", prefix),
            ("acct", prefix),
            ("01ARYZ6S41ZZZZZZZZZZZZZZZZ", prefix),
            ("ses_01ARYZ6S41ZZZZZZZZZZZZZZZZ", prefix),
            ("ACCT_01ARYZ6S41ZZZZZZZZZZZZZZZZ", prefix),
            (" acct_01ARYZ6S41ZZZZZZZZZZZZZZZZ", prefix),
            ("acct_", spelling),
            ("acct_01ARYZ6S41ZZZZZZZZZZZZZZZZ ", spelling),
            ("acct_01aryz6s41zzzzzzzzzzzzzzzz", spelling),
            ("acct_O1ARYZ6S41ZZZZZZZZZZZZZZZZ", spelling),
            ("acct_0IARYZ6S41ZZZZZZZZZZZZZZZZ", spelling),
            ("acct_0LARYZ6S41ZZZZZZZZZZZZZZZZ", spelling),
            ("acct_01ARYZ6S41UUUUUUUUUUUUUUUU", spelling),
            ("acct_01ARYZ6S41ZZZZZZZZZZZZZZZ", spelling),
            ("acct_01ARYZ6S41ZZZZZZZZZZZZZZZZZ", spelling),
            ("acct__1ARYZ6S41ZZZZZZZZZZZZZZZZ", spelling),
            ("acct_80000000000000000000000000", spelling),
            ("acct_ZZZZZZZZZZZZZZZZZZZZZZZZZZ", spelling),
            ("acct_01ARYZ6S41ZZZZZZZZZZZZZZÉ", spelling),
        ] {
            assert_eq!(text.parse::<Account>(), error, "{text}");
        }
        assert!("acct_7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<Account>().is_ok());
    }

    #[test]
    fn an_id_is_read_only_from_a_string() {
        for json in ["1", "null", "[]", r#""ses_01ARYZ6S41ZZZZZZZZZZZZZZZZ""#] {
            assert!(serde_json::from_str::<Account>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_generated_id_carries_the_clocks_time() {
        let clock = Clock::manual(Timestamp::from_millisecond(1_700_000_000_123).unwrap());
        let first = Account::generate(&clock);
        let twin = Account::generate(&clock);
        assert_eq!(first.timestamp_ms(), 1_700_000_000_123);
        assert_ne!(first, twin);

        clock.advance(SignedDuration::from_millis(1)).unwrap();
        let later = Account::generate(&clock);
        assert!(later > first && later.to_string() > first.to_string());
    }

    #[test]
    fn a_clock_outside_of_the_ulids_years_still_gives_ids_in_order() {
        let early = Account::generate(&Clock::manual(Timestamp::MIN));
        assert_eq!(early.timestamp_ms(), 0);
        let last = Account::from_parts(u64::MAX, [0; 10]);
        assert_eq!(last.timestamp_ms(), MAX_TIMESTAMP_MS);
    }

    // Written down, because an id derived yesterday must be derived again tomorrow.
    #[test]
    fn derived_ids_do_not_change_between_releases() {
        let id = Account::derive(&["key", "role"]);
        assert_eq!(id.to_string(), "acct_6R8C4CVZQXA9S87AMCP335TYM5");
    }

    #[test]
    fn neither_the_cut_nor_the_count_nor_the_kind_can_be_confused() {
        let samples: [&[&str]; 8] = [
            &[],
            &[""],
            &["", ""],
            &["abc"],
            &["ab", "c"],
            &["a", "bc"],
            &["a", "b", "c"],
            &["c", "ab"],
        ];
        let mut seen = BTreeSet::new();
        for parts in samples {
            assert!(seen.insert(Account::derive(parts).as_bytes()), "{parts:?}");
            let session = Id::<kind::Session>::derive(parts);
            assert!(seen.insert(session.as_bytes()), "{parts:?}");
        }
    }

    proptest! {
        #[test]
        fn every_id_survives_text_json_and_bytes(bytes in any::<[u8; 16]>()) {
            let id = Account::from_bytes(bytes);
            prop_assert_eq!(id.as_bytes(), bytes);
            prop_assert_eq!(id.to_string().parse::<Account>(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<Account>(&json).unwrap(), id);
        }

        #[test]
        fn ids_text_and_bytes_sort_alike(a in any::<[u8; 16]>(), b in any::<[u8; 16]>()) {
            let (x, y) = (Account::from_bytes(a), Account::from_bytes(b));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
        }

        #[test]
        fn a_later_id_sorts_after_an_earlier_one(
            ms in 0..MAX_TIMESTAMP_MS, a in any::<[u8; 10]>(), b in any::<[u8; 10]>(),
        ) {
            let earlier = Account::from_parts(ms, a);
            prop_assert_eq!(earlier.timestamp_ms(), ms);
            prop_assert!(earlier < Account::from_parts(ms + 1, b));
        }

        #[test]
        fn whatever_parses_is_printed_as_it_was_read(text in "acct_[0-9A-Za-z]{25,27}") {
            if let Ok(id) = text.parse::<Account>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn the_same_parts_derive_the_same_id_and_others_another(
            a in prop::collection::vec("[ab]{0,3}", 0..4),
            b in prop::collection::vec("[ab]{0,3}", 0..4),
        ) {
            let derive = |parts: &[String]| {
                Account::derive(&parts.iter().map(String::as_str).collect::<Vec<_>>())
            };
            prop_assert_eq!(derive(&a) == derive(&b), a == b);
        }
    }
}
