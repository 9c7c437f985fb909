//! The stored form of a wallet.
//!
//! Minutes, days and lots are bits (see each), since they are most of the item and its size is the
//! price of every accrual; attribute names are short for the same reason. An item that does not
//! hold together is refused as a whole: better no answer than a wrong balance.

use std::fmt;

use jiff::Timestamp;
use kernel::{Id, kind};
use platform::{ServiceError, table::Item};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    Wallet, book::Book, days::Days, holds::Holds, keys, lots::Lots, minutes::Minutes,
    movement::Movement, zone::Zone,
};

/// A wallet as it is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct WalletItem {
    pk: String,
    #[serde(rename = "v")]
    version: u64,
    #[serde(rename = "at")]
    at_s: i64,
    #[serde(rename = "last")]
    movements: Vec<Movement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(rename = "due_at", skip_serializing_if = "Option::is_none")]
    due_at_s: Option<i64>,
    #[serde(rename = "tz", default, skip_serializing_if = "is_utc")]
    zone: Zone,
    #[serde(rename = "zv", default, skip_serializing_if = "is_zero")]
    zone_version: u64,
    #[serde(rename = "m", default, skip_serializing_if = "Bytes::is_empty")]
    minutes: Bytes,
    #[serde(rename = "d", default, skip_serializing_if = "Bytes::is_empty")]
    days: Bytes,
    #[serde(rename = "l", default, skip_serializing_if = "Bytes::is_empty")]
    lots: Bytes,
    #[serde(rename = "h", default, skip_serializing_if = "Holds::is_empty")]
    holds: Holds,
    #[serde(default, skip_serializing_if = "is_zero")]
    debt: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    issued: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    spent: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    expired: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    revoked: u64,
}

impl WalletItem {
    /// The item that makes the wallet's next version.
    pub(crate) fn of(wallet: &Wallet) -> WalletItem {
        let due_at = wallet.due_at();
        let book = &wallet.book;
        WalletItem {
            pk: keys::wallet(wallet.account).pk().to_owned(),
            version: wallet.version + 1,
            at_s: wallet.moved_at.as_second(),
            movements: wallet.movements.clone(),
            due_shard: due_at.map(|_| keys::due_shard(wallet.account).to_owned()),
            due_at_s: due_at.map(Timestamp::as_second),
            zone: wallet.zone.clone(),
            zone_version: wallet.zone_version,
            minutes: Bytes::of(&wallet.minutes, Minutes::encode),
            days: Bytes::of(&wallet.days, Days::encode),
            lots: Bytes::of(&book.lots, Lots::encode),
            holds: wallet.holds.clone(),
            debt: book.debt.unsigned_abs(),
            issued: book.issued.unsigned_abs(),
            spent: book.spent.unsigned_abs(),
            expired: book.expired.unsigned_abs(),
            revoked: book.revoked.unsigned_abs(),
        }
    }

    /// The wallet that an item of an account holds.
    pub(crate) fn parse(
        account: Id<kind::Account>,
        item: Item,
        target: &str,
    ) -> Result<Wallet, ServiceError> {
        let item: WalletItem = item.parse(target)?;
        let malformed = |error: String| {
            let error = format!("the wallet of {account} does not hold together: {error}");
            ServiceError::malformed(target, error)
        };
        item.into_wallet(account).map_err(malformed)
    }

    fn into_wallet(self, account: Id<kind::Account>) -> Result<Wallet, String> {
        if keys::account_of(&self.pk) != Ok(account) || self.version == 0 {
            return Err("its key or its version is not that of a wallet".to_owned());
        }
        let amount = |number: u64| i64::try_from(number).map_err(|error| error.to_string());
        let wallet = Wallet {
            account,
            version: self.version,
            zone: self.zone,
            zone_version: self.zone_version,
            minutes: self.minutes.decode(Minutes::decode)?,
            days: self.days.decode(Days::decode)?,
            book: Book {
                lots: self.lots.decode(Lots::decode)?,
                debt: amount(self.debt)?,
                issued: amount(self.issued)?,
                spent: amount(self.spent)?,
                expired: amount(self.expired)?,
                revoked: amount(self.revoked)?,
            },
            holds: self.holds,
            movements: Vec::new(),
            moved_at: Timestamp::from_second(self.at_s).map_err(|error| error.to_string())?,
        };
        if !wallet.is_conserved() {
            platform::books_disagree!(
                Wallets,
                account = %wallet.account,
                version = wallet.version,
                "what a wallet was issued is not the sum of where it is"
            );
            return Err("what was issued is not the sum of where it is".to_owned());
        }
        Ok(wallet)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_utc(zone: &Zone) -> bool {
    *zone == Zone::UTC
}

/// A binary attribute, absent for what is as it is by default.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn of<T: Default + PartialEq>(value: &T, encode: impl Fn(&T) -> Vec<u8>) -> Bytes {
        if *value == T::default() {
            Bytes::default()
        } else {
            Bytes(encode(value))
        }
    }

    fn decode<T: Default, E: fmt::Display>(
        &self,
        decode: impl Fn(&[u8]) -> Result<T, E>,
    ) -> Result<T, String> {
        if self.is_empty() {
            Ok(T::default())
        } else {
            decode(&self.0).map_err(|error| error.to_string())
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

// By hand, because a derived list of numbers would be stored as a list of numbers.
impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        struct Binary;

        impl de::Visitor<'_> for Binary {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a binary attribute")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Binary)
    }
}
