//! Members of organizations.
//!
//! A member is an item of the organization, a membership of the account, and counted on both sides;
//! the three change in one transaction. The count of owners is what keeps the last one in place: of two
//! owners who leave at once, the second transaction finds one owner and is cancelled.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, items::parts};
use crate::{
    keys,
    organization::{Member, MemberRole, Membership},
};

/// How many organizations an account can be in: more than anyone works for.
pub(super) const MAX_MEMBERSHIPS: u32 = 50;
/// How many members an organization can have.
pub(super) const MAX_MEMBERS: u32 = 500;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MemberItem {
    pk: String,
    sk: String,
    organization: Id<kind::Organization>,
    account: Id<kind::Account>,
    role: MemberRole,
    joined_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MembershipItem {
    pk: String,
    sk: String,
    organization: Id<kind::Organization>,
    role: MemberRole,
}

/// Why a member did not get another role, or was not removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeMemberError {
    /// An organization without an owner could never have one again.
    #[error("the last owner stays")]
    LastOwner,
    /// The member, or who asks, is not any more what they were when they were read.
    #[error("the members have changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What a cancelled transaction calls the count of owners.
const OWNERS: &str = "owners";

impl Store {
    /// `account` in `organization`.
    pub(crate) async fn member(
        &self,
        organization: Id<kind::Organization>,
        account: Id<kind::Account>,
    ) -> Result<Option<Member>, ServiceError> {
        let key = keys::member(organization, account);
        let item: Option<MemberItem> = self.table.get(&key).await?;
        Ok(item.map(Member::from))
    }

    /// A page of an organization's members.
    pub(crate) async fn members(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Id<kind::Account>>,
        limit: u32,
    ) -> Result<PageOf<Member>, ServiceError> {
        let partition = keys::organization_partition(organization);
        let mut query = Query::prefix(partition, keys::MEMBER_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::member(organization, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<MemberItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(Member::from).collect(),
            has_more,
        })
    }

    /// A page of an account's organizations, oldest first.
    pub(crate) async fn memberships(
        &self,
        account: Id<kind::Account>,
        after: Option<Id<kind::Organization>>,
        limit: u32,
    ) -> Result<PageOf<Membership>, ServiceError> {
        let partition = keys::account_partition(account);
        let mut query = Query::prefix(partition, keys::MEMBERSHIP_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::membership(account, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<MembershipItem> = page.parse()?;
        let items = items.into_iter().map(|item| Membership {
            organization: item.organization,
            role: item.role,
        });
        Ok(PageOf {
            items: items.collect(),
            has_more,
        })
    }

    /// Gives `member` another role, by the authority of `actor`.
    pub(crate) async fn change_role(
        &self,
        actor: &Member,
        member: &Member,
        role: MemberRole,
    ) -> Result<(), ChangeMemberError> {
        let by_role = |key| {
            Write::update(&self.table, key, "SET #role = :new")
                .when("#role = :old")
                .bind(":new", role)
                .bind(":old", member.role)
        };
        let mut transaction = self
            .by_authority_of(actor, member)
            .and(by_role(keys::member(member.organization, member.account)))
            .and(by_role(keys::membership(
                member.account,
                member.organization,
            )));
        let count = keys::member_count(member.organization);
        match (member.role, role) {
            (MemberRole::Owner, MemberRole::Owner) => {}
            (MemberRole::Owner, _) => {
                let write =
                    Write::update(&self.table, count, "ADD #owners :less").bind(":less", -1);
                transaction = transaction.and(while_an_owner_stays(write));
            }
            (_, MemberRole::Owner) => {
                let write = Write::update(&self.table, count, "ADD #owners :one").bind(":one", 1);
                transaction = transaction.and(write);
            }
            (_, _) => {}
        }
        self.commit_change(transaction).await
    }

    /// Removes `member`, by the authority of `actor`, who may be the same. Open invitations to
    /// `invitee_partitions` end with it: none of them shall bring the member back.
    pub(crate) async fn remove_member(
        &self,
        actor: &Member,
        member: &Member,
        invitee_partitions: &[String],
    ) -> Result<(), ChangeMemberError> {
        let (organization, account) = (member.organization, member.account);
        let owners = i32::from(member.role == MemberRole::Owner);
        let count = Write::update(
            &self.table,
            keys::member_count(organization),
            "ADD #members :less, #owners :owners",
        )
        .bind(":less", -1)
        .bind(":owners", -owners);
        let transaction = self
            .by_authority_of(actor, member)
            .and(
                Write::delete(&self.table, keys::member(organization, account))
                    .when("#role = :role")
                    .bind(":role", member.role),
            )
            .and(Write::delete(
                &self.table,
                keys::membership(account, organization),
            ))
            .and(if member.role == MemberRole::Owner {
                while_an_owner_stays(count)
            } else {
                count
            })
            .and(
                Write::update(
                    &self.table,
                    keys::membership_count(account),
                    "ADD #live :less",
                )
                .bind(":less", -1),
            );
        let transaction = invitee_partitions.iter().fold(transaction, |all, invitee| {
            self.end_invitation(all, organization, invitee)
        });
        self.commit_change(transaction).await
    }

    /// The write that counts one more organization of `account`, if there is room.
    pub(super) fn one_more_membership(&self, account: Id<kind::Account>) -> Write {
        let count = keys::membership_count(account);
        Write::update(&self.table, count, "ADD #live :one")
            .when("attribute_not_exists(#live) OR #live < :max")
            .bind(":one", 1)
            .bind(":max", MAX_MEMBERSHIPS)
    }

    /// A transaction that commits only while `actor` has the role that was looked at. Somebody's own
    /// item is written by the transaction anyway, under a condition of its own.
    pub(super) fn by_authority_of(&self, actor: &Member, member: &Member) -> Transaction {
        let transaction = Transaction::new();
        if actor.account == member.account {
            return transaction;
        }
        transaction.and(self.still_in_role(actor))
    }

    /// The condition that `actor` has the role that was looked at.
    pub(super) fn still_in_role(&self, actor: &Member) -> Write {
        let key = keys::member(actor.organization, actor.account);
        Write::check(&self.table, key)
            .when("#role = :role")
            .bind(":role", actor.role)
    }

    async fn commit_change(&self, transaction: Transaction) -> Result<(), ChangeMemberError> {
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(OWNERS) => {
                Err(ChangeMemberError::LastOwner)
            }
            Err(TransactError::Cancelled(_)) => Err(ChangeMemberError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}

fn while_an_owner_stays(write: Write) -> Write {
    write
        .when("#owners > :last")
        .bind(":last", 1)
        .labelled(OWNERS)
}

impl From<&Member> for MemberItem {
    fn from(member: &Member) -> Self {
        let (pk, sk) = parts(keys::member(member.organization, member.account));
        Self {
            pk,
            sk,
            organization: member.organization,
            account: member.account,
            role: member.role,
            joined_at: member.joined_at,
        }
    }
}

impl From<MemberItem> for Member {
    fn from(item: MemberItem) -> Self {
        Self {
            organization: item.organization,
            account: item.account,
            role: item.role,
            joined_at: item.joined_at,
        }
    }
}

impl From<&Member> for MembershipItem {
    fn from(member: &Member) -> Self {
        let (pk, sk) = parts(keys::membership(member.account, member.organization));
        Self {
            pk,
            sk,
            organization: member.organization,
            role: member.role,
        }
    }
}
