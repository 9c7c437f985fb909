//! A voucher: one code of a partner, free or issued to one member.

use kernel::{Id, Points, Timestamp, kind};
use wallet::Spent;

use crate::{reward::PartnerName, sealing::SealedCode, text::Name};

/// A voucher that a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuedVoucher {
    pub(crate) id: Id<kind::Voucher>,
    pub(crate) code: SealedCode,
    pub(crate) issue: Issue,
}

/// To whom a voucher was issued, for what, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) holder: Id<kind::Account>,
    pub(crate) reward: Id<kind::Reward>,
    pub(crate) reward_name: Name,
    pub(crate) partner: PartnerName,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The points it cost, by the lots they came from: a reversal gives each back its own expiry.
    pub(crate) spent: Spent,
}

impl Issue {
    /// What it cost.
    pub(crate) fn price(&self) -> Points {
        self.spent.points()
    }
}
