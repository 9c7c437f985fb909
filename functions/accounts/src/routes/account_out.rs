//! How an account is shown to its owner.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::Account;

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountOut {
    /// Names the account.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Account>,
    /// The address it signs in with.
    #[schema(format = "email", example = "ada@example.org")]
    email: String,
    /// How it is called.
    #[schema(example = "Ada")]
    display_name: String,
    /// The zone in which its days begin and end, from the IANA database.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// Where it came from; never changes.
    #[schema(example = "organic")]
    acquisition_source: String,
    /// `active`, or `suspended` by an operator.
    #[schema(example = "active")]
    status: &'static str,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Counts its changes; the value of its `ETag`.
    #[schema(example = 1)]
    version: u64,
}

impl From<&Account> for AccountOut {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            email: account.email.as_str().to_owned(),
            display_name: account.display_name.as_str().to_owned(),
            time_zone: account.time_zone.as_str().to_owned(),
            acquisition_source: account.acquisition_source.as_str().to_owned(),
            status: account.status.as_str(),
            created_at: account.created_at,
            version: account.version,
        }
    }
}
