//! Links: an account here and a member there are one person, and both have said so.
//!
//! Invariants: one side offers and the other confirms, with a code that the person carries from one
//! to the other; an account has one member id of a partner, and a member id one account. A link that
//! has ended never comes back; the two can be linked anew.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    member::MemberId,
    partner::{Mode, Partner},
    reward::PartnerName,
    typed_code::{TypedCode, TypedCodeKeys},
};

/// A link, from its offer on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: Id<kind::PartnerLink>,
    pub(crate) partner: PartnerName,
    /// In which mode the partner was when it was offered; it counts in no other.
    pub(crate) mode: Mode,
    pub(crate) stage: Stage,
    pub(crate) offered_at: Timestamp,
    /// Counts its changes.
    pub(crate) version: u64,
}

/// How far a link has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The member has asked for a code and types it in at the partner.
    OfferedByAccount { account: Id<kind::Account> },
    /// The partner has shown its member a code, who types it in here.
    OfferedByPartner { member: MemberId },
    /// Both have said it.
    Linked {
        #[serde(flatten)]
        pair: Pair,
    },
    /// It has ended.
    Unlinked {
        #[serde(flatten)]
        pair: Pair,
        unlinked_at: Timestamp,
        by: Side,
    },
}

/// Who is linked to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) account: Id<kind::Account>,
    pub(crate) member: MemberId,
    pub(crate) linked_at: Timestamp,
}

/// One of the two sides of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerLinkSide)]
pub(crate) enum Side {
    /// The member, here.
    Account,
    /// The partner.
    Partner,
}

/// Why a link is not confirmed: the code is none, has ended, is for another partner, was used, or is
/// shown to its own side again. To whoever guesses, all of that is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such code")]
pub(crate) struct ConfirmError;

/// A link that was only offered cannot end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such link")]
pub(crate) struct UnlinkError;

/// Forty bits, good for a quarter of an hour and for few tries: short enough to type.
pub(crate) type LinkCode = TypedCode<8>;
/// The keys of link codes.
pub(crate) type LinkKeys = TypedCodeKeys<8>;
/// What link codes derive from the secret for.
pub(crate) const LINK_CODES: &str = "partner link codes";

const CODE_GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Link {
    /// An offer to link somebody to an account or a member of `partner`.
    pub(crate) fn offered(
        id: Id<kind::PartnerLink>,
        partner: &Partner,
        stage: Stage,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            partner: PartnerName {
                id: partner.id,
                name: partner.name.clone(),
            },
            mode: partner.mode,
            stage,
            offered_at: now,
            version: 1,
        }
    }

    /// Until when its code is good.
    pub(crate) fn code_ends_at(&self) -> Timestamp {
        // Only a clock at the end of time is out of range.
        let ends_at = self.offered_at.checked_add(CODE_GOOD_FOR);
        ends_at.unwrap_or(Timestamp::MAX)
    }

    /// Who is linked to whom, while they are.
    pub(crate) fn pair(&self) -> Option<&Pair> {
        match &self.stage {
            Stage::Linked { pair } => Some(pair),
            Stage::OfferedByAccount { .. }
            | Stage::OfferedByPartner { .. }
            | Stage::Unlinked { .. } => None,
        }
    }

    /// The link after `partner` has confirmed that it is its `member` who offered it.
    pub(crate) fn confirmed_by_partner(
        self,
        partner: &Partner,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Self, ConfirmError> {
        match self.stage {
            Stage::OfferedByAccount { account } if self.is_for(partner) => {
                self.linked(account, member, now)
            }
            _ => Err(ConfirmError),
        }
    }

    /// What was offered in the sandbox is for nobody once the partner has left it.
    fn is_for(&self, partner: &Partner) -> bool {
        self.partner.id == partner.id && self.mode == partner.mode
    }

    /// The link after the owner of `account` has confirmed what the partner offered. Confirming it
    /// again, with the code still good, changes nothing.
    pub(crate) fn confirmed_by_account(
        self,
        partner: &Partner,
        account: Id<kind::Account>,
        now: Timestamp,
    ) -> Result<Self, ConfirmError> {
        match &self.stage {
            Stage::OfferedByPartner { member } if self.is_for(partner) => {
                let member = member.clone();
                self.linked(account, member, now)
            }
            Stage::Linked { pair } if pair.account == account && now < self.code_ends_at() => {
                Ok(self)
            }
            _ => Err(ConfirmError),
        }
    }

    fn linked(
        self,
        account: Id<kind::Account>,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Self, ConfirmError> {
        if now >= self.code_ends_at() {
            return Err(ConfirmError);
        }
        let pair = Pair {
            account,
            member,
            linked_at: now,
        };
        Ok(Self {
            stage: Stage::Linked { pair },
            version: self.version + 1,
            ..self
        })
    }

    /// The link after one side has ended it. What has ended stays as it is.
    pub(crate) fn unlinked(self, by: Side, now: Timestamp) -> Result<Self, UnlinkError> {
        let stage = match self.stage {
            Stage::Linked { pair } => Stage::Unlinked {
                pair,
                unlinked_at: now,
                by,
            },
            Stage::Unlinked { .. } => return Ok(self),
            Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => {
                return Err(UnlinkError);
            }
        };
        Ok(Self {
            stage,
            version: self.version + 1,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::tests::partner;

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

    fn account(name: &str) -> Id<kind::Account> {
        Id::derive(&[name])
    }

    fn member(name: &str) -> MemberId {
        name.parse().unwrap()
    }

    fn offered(stage: Stage) -> Link {
        Link::offered(Id::derive(&["link"]), &partner(), stage, NOW)
    }

    fn by_account() -> Link {
        let account = account("ada");
        offered(Stage::OfferedByAccount { account })
    }

    fn by_partner() -> Link {
        let member = member("M-7");
        offered(Stage::OfferedByPartner { member })
    }

    #[test]
    fn what_one_side_offers_the_other_confirms() {
        let linked = by_account().confirmed_by_partner(&partner(), member("M-7"), NOW);
        let pair = Pair {
            account: account("ada"),
            member: member("M-7"),
            linked_at: NOW,
        };
        let linked = linked.unwrap();
        assert_eq!((linked.pair(), linked.version), (Some(&pair), 2));
        let linked = by_partner().confirmed_by_account(&partner(), account("ada"), NOW);
        assert_eq!(linked.unwrap().pair(), Some(&pair));
    }

    #[test]
    fn nobody_confirms_an_own_offer_or_one_of_others_or_one_that_has_ended() {
        let confirm = |link: Link, partner: &Partner, now| {
            link.confirmed_by_partner(partner, member("M-7"), now)
        };
        let other = Partner {
            id: Id::derive(&["other"]),
            ..partner()
        };
        let sandbox = Partner {
            mode: Mode::Sandbox,
            ..partner()
        };
        let late = by_account().code_ends_at();
        assert_eq!(confirm(by_partner(), &partner(), NOW), Err(ConfirmError));
        assert_eq!(confirm(by_account(), &other, NOW), Err(ConfirmError));
        assert_eq!(confirm(by_account(), &sandbox, NOW), Err(ConfirmError));
        assert_eq!(confirm(by_account(), &partner(), late), Err(ConfirmError));
        let ada = account("ada");
        let own = by_account().confirmed_by_account(&partner(), ada, NOW);
        assert_eq!(own, Err(ConfirmError));
        let too_late = by_partner().confirmed_by_account(&partner(), ada, late);
        assert_eq!(too_late, Err(ConfirmError));
    }

    #[test]
    fn a_code_is_used_once_though_its_user_may_ask_twice() {
        let linked = by_partner()
            .confirmed_by_account(&partner(), account("ada"), NOW)
            .unwrap();
        let again = linked
            .clone()
            .confirmed_by_account(&partner(), account("ada"), NOW);
        assert_eq!(again, Ok(linked.clone()));
        let other = linked
            .clone()
            .confirmed_by_account(&partner(), account("ben"), NOW);
        assert_eq!(other, Err(ConfirmError));
        let unlinked = linked.unlinked(Side::Account, NOW).unwrap();
        let back = unlinked.confirmed_by_account(&partner(), account("ada"), NOW);
        assert_eq!(back, Err(ConfirmError));
    }

    #[test]
    fn a_link_ends_once_and_an_offer_never() {
        let linked = by_partner()
            .confirmed_by_account(&partner(), account("ada"), NOW)
            .unwrap();
        let unlinked = linked.unlinked(Side::Partner, NOW).unwrap();
        assert_eq!((unlinked.pair(), unlinked.version), (None, 3));
        let again = unlinked.clone().unlinked(Side::Account, NOW);
        assert_eq!(again, Ok(unlinked));
        assert_eq!(by_account().unlinked(Side::Account, NOW), Err(UnlinkError));
    }
}
