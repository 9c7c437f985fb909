//! Invitations: an item on either side, written and removed together.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{
    PageOf, Store,
    items::{TARGET, malformed, parts},
    members::{MAX_MEMBERS, MAX_MEMBERSHIPS, MemberItem, MembershipItem},
};
use crate::{
    keys::{self, EmailKey},
    organization::{Invitation, Invitee, Member, MemberRole},
};

#[derive(Debug, Serialize, Deserialize)]
struct InvitationItem {
    pk: String,
    sk: String,
    id: Id<kind::Invitation>,
    organization: Id<kind::Organization>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited_account: Option<Id<kind::Account>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited_address: Option<InvitedAddress>,
    role: MemberRole,
    invited_by: Id<kind::Account>,
    invited_at: Timestamp,
    /// In seconds: from then on DynamoDB may remove the item.
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct InvitedAddress {
    address: String,
    key: EmailKey,
}

/// What the invitee's side has: nothing of who invited, and no address.
#[derive(Debug, Serialize, Deserialize)]
struct ReceivedItem {
    pk: String,
    sk: String,
    organization: Id<kind::Organization>,
    role: MemberRole,
    invited_at: Timestamp,
    expires_at: i64,
}

/// An invitation as its invitee sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReceivedInvitation {
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) role: MemberRole,
    pub(crate) invited_at: Timestamp,
    pub(crate) expires_at_s: i64,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InviteError {
    /// The account is a member.
    #[error("the account is a member already")]
    Member,
    /// Who invites has lost the role they had.
    #[error("the members have changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why an invitation made nobody a member.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcceptError {
    /// It was withdrawn, replaced or has expired meanwhile.
    #[error("the invitation is not open any more")]
    Gone,
    /// The account is a member.
    #[error("the account is a member already")]
    Member,
    /// The organization has as many members as it can have.
    #[error("the organization has {MAX_MEMBERS} members")]
    Full,
    /// The account has as many organizations as it can have.
    #[error("the account has {MAX_MEMBERSHIPS} organizations")]
    TooMany,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps an invitation in place of an earlier one to the same invitee, by the authority of
    /// `actor`.
    pub(crate) async fn invite(
        &self,
        actor: &Member,
        invitation: &Invitation,
    ) -> Result<(), InviteError> {
        const MEMBER: &str = "member";
        let mut transaction = Transaction::new()
            .and(self.still_in_role(actor))
            .and(Write::put(&self.table, &InvitationItem::from(invitation)))
            .and(Write::put(&self.table, &received(invitation)));
        match invitation.invitee {
            // Of an address nothing is looked up: see `Invitee`.
            Invitee::Email { .. } => {}
            Invitee::Account(account) if account == actor.account => {
                return Err(InviteError::Member);
            }
            Invitee::Account(account) => {
                let member = keys::member(invitation.organization, account);
                let check = Write::check(&self.table, member).when("attribute_not_exists(pk)");
                transaction = transaction.and(check.labelled(MEMBER));
            }
        }
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(MEMBER) => {
                Err(InviteError::Member)
            }
            Err(TransactError::Cancelled(_)) => Err(InviteError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The invitation `id` of an organization.
    pub(crate) async fn invitation(
        &self,
        organization: Id<kind::Organization>,
        id: Id<kind::Invitation>,
    ) -> Result<Option<Invitation>, ServiceError> {
        let key = keys::invitation(organization, id);
        let item: Option<InvitationItem> = self.table.get(&key).await?;
        item.map(Invitation::try_from).transpose()
    }

    /// The invitations of an organization to these invitees, in their order.
    pub(crate) async fn invitations_to(
        &self,
        organization: Id<kind::Organization>,
        invitee_partitions: &[String],
    ) -> Result<Vec<Invitation>, ServiceError> {
        let keys: Vec<_> = invitee_partitions
            .iter()
            .map(|invitee| {
                let id = Invitation::id_of(organization, invitee);
                (self.table.clone(), keys::invitation(organization, id))
            })
            .collect();
        let found = self.aws.get_many(&keys).await?;
        found
            .into_iter()
            .flatten()
            .map(|item| item.parse::<InvitationItem>(TARGET)?.try_into())
            .collect()
    }

    /// A page of the invitations that an organization has sent.
    pub(crate) async fn invitations(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Id<kind::Invitation>>,
        limit: u32,
    ) -> Result<PageOf<Invitation>, ServiceError> {
        let partition = keys::organization_partition(organization);
        let mut query = Query::prefix(partition, keys::INVITATION_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::invitation(organization, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<InvitationItem> = page.parse()?;
        let items = items.into_iter().map(Invitation::try_from);
        Ok(PageOf {
            items: items.collect::<Result<_, _>>()?,
            has_more,
        })
    }

    /// At most `limit` invitations that an invitee has received.
    pub(crate) async fn received_invitations(
        &self,
        invitee_partition: &str,
        limit: u32,
    ) -> Result<Vec<ReceivedInvitation>, ServiceError> {
        let query = Query::prefix(invitee_partition, keys::INVITATION_PREFIX).limit(limit);
        let items: Vec<ReceivedItem> = self.table.query(query).await?.parse()?;
        Ok(items
            .into_iter()
            .map(|item| ReceivedInvitation {
                organization: item.organization,
                role: item.role,
                invited_at: item.invited_at,
                expires_at_s: item.expires_at,
            })
            .collect())
    }

    /// Makes `member` one, by `invitation`; whatever else invites the same person, in any of
    /// `invitee_partitions`, ends with it.
    pub(crate) async fn accept(
        &self,
        invitation: &Invitation,
        member: &Member,
        invitee_partitions: &[String],
    ) -> Result<(), AcceptError> {
        const INVITATION: &str = "invitation";
        const MEMBER: &str = "member";
        const ROOM: &str = "room";
        let organization = member.organization;
        let accepted = keys::invitation(organization, invitation.id);
        let used = keys::invitee_partition(&invitation.invitee);
        let owners = i32::from(member.role == MemberRole::Owner);
        let transaction = Transaction::new()
            .and(
                Write::delete(&self.table, accepted)
                    .when("#role = :role AND #expires_at = :expires_at")
                    .bind(":role", invitation.role)
                    .bind(":expires_at", invitation.expires_at_s)
                    .labelled(INVITATION),
            )
            .and(Write::delete(
                &self.table,
                keys::received_invitation(&used, organization),
            ))
            .and(
                Write::put(&self.table, &MemberItem::from(member))
                    .when_absent()
                    .labelled(MEMBER),
            )
            .and(Write::put(&self.table, &MembershipItem::from(member)))
            .and(
                Write::update(
                    &self.table,
                    keys::member_count(organization),
                    "ADD #members :one, #owners :owners",
                )
                .when("#members < :max")
                .bind(":one", 1)
                .bind(":owners", owners)
                .bind(":max", MAX_MEMBERS)
                .labelled(ROOM),
            )
            .and(self.one_more_membership(member.account));
        let others = invitee_partitions.iter().filter(|other| **other != used);
        let transaction = others.fold(transaction, |all, other| {
            self.end_invitation(all, organization, other)
        });
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(failed)) if failed.names(MEMBER) => {
                Err(AcceptError::Member)
            }
            Err(TransactError::Cancelled(failed)) if failed.names(INVITATION) => {
                Err(AcceptError::Gone)
            }
            Err(TransactError::Cancelled(failed)) if failed.names(ROOM) => Err(AcceptError::Full),
            Err(TransactError::Cancelled(_)) => Err(AcceptError::TooMany),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// Removes the invitations of an organization to these invitees; those that are not there are
    /// gone already.
    pub(crate) async fn end_invitations(
        &self,
        organization: Id<kind::Organization>,
        invitee_partitions: &[String],
    ) -> Result<(), ServiceError> {
        let transaction = invitee_partitions
            .iter()
            .fold(Transaction::new(), |all, invitee| {
                self.end_invitation(all, organization, invitee)
            });
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(TARGET, cancellation))
            }
            Err(TransactError::Service(error)) => Err(error),
        }
    }

    /// With the removal of both sides of an invitation.
    pub(super) fn end_invitation(
        &self,
        transaction: Transaction,
        organization: Id<kind::Organization>,
        invitee_partition: &str,
    ) -> Transaction {
        let id = Invitation::id_of(organization, invitee_partition);
        let received = keys::received_invitation(invitee_partition, organization);
        transaction
            .and(Write::delete(
                &self.table,
                keys::invitation(organization, id),
            ))
            .and(Write::delete(&self.table, received))
    }
}

fn received(invitation: &Invitation) -> ReceivedItem {
    let partition = keys::invitee_partition(&invitation.invitee);
    let (pk, sk) = parts(keys::received_invitation(
        &partition,
        invitation.organization,
    ));
    ReceivedItem {
        pk,
        sk,
        organization: invitation.organization,
        role: invitation.role,
        invited_at: invitation.invited_at,
        expires_at: invitation.expires_at_s,
    }
}

impl From<&Invitation> for InvitationItem {
    fn from(invitation: &Invitation) -> Self {
        let (pk, sk) = parts(keys::invitation(invitation.organization, invitation.id));
        let (invited_account, invited_address) = match &invitation.invitee {
            Invitee::Account(account) => (Some(*account), None),
            Invitee::Email { address, key } => {
                let address = InvitedAddress {
                    address: address.as_str().to_owned(),
                    key: key.clone(),
                };
                (None, Some(address))
            }
        };
        Self {
            pk,
            sk,
            id: invitation.id,
            organization: invitation.organization,
            invited_account,
            invited_address,
            role: invitation.role,
            invited_by: invitation.invited_by,
            invited_at: invitation.invited_at,
            expires_at: invitation.expires_at_s,
        }
    }
}

impl TryFrom<InvitationItem> for Invitation {
    type Error = ServiceError;

    fn try_from(item: InvitationItem) -> Result<Self, ServiceError> {
        let invitee = match (item.invited_account, item.invited_address) {
            (Some(account), None) => Invitee::Account(account),
            (None, Some(invited)) => Invitee::Email {
                address: invited.address.parse().map_err(malformed)?,
                key: invited.key,
            },
            (Some(_), Some(_)) | (None, None) => {
                return Err(ServiceError::malformed(
                    TARGET,
                    "an invitation without one invitee",
                ));
            }
        };
        Ok(Self {
            id: item.id,
            organization: item.organization,
            invitee,
            role: item.role,
            invited_by: item.invited_by,
            invited_at: item.invited_at,
            expires_at_s: item.expires_at,
        })
    }
}
