//! Organizations themselves, and the lists of those in one state.

use std::collections::BTreeMap;

use kernel::{Id, Region, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{
    PageOf, Store,
    items::{TARGET, parts},
    members::{MAX_MEMBERSHIPS, MemberItem, MembershipItem},
};
use crate::{
    keys,
    organization::{
        Answer, Member, MemberRole, Organization, OrganizationKind, OrganizationName, Reason,
        RequirementCode, State,
    },
};

#[derive(Debug, Serialize, Deserialize)]
struct OrganizationItem {
    pk: String,
    sk: String,
    id: Id<kind::Organization>,
    kind: OrganizationKind,
    name: OrganizationName,
    region: Region,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    house_owned: bool,
    answers: BTreeMap<RequirementCode, AnswerItem>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct AnswerItem {
    value: String,
    answered_by: Id<kind::Account>,
    answered_at: Timestamp,
}

/// Says that an organization is in a state; nothing else, so that a page of a list is read from the
/// organizations themselves.
#[derive(Debug, Serialize, Deserialize)]
struct InStateItem {
    pk: String,
    sk: String,
    id: Id<kind::Organization>,
}

/// Why an organization was not founded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoundError {
    /// The account has as many organizations as one can have.
    #[error("the account has {MAX_MEMBERSHIPS} organizations")]
    TooMany,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a change of an organization was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// It has changed since it was read.
    #[error("it has changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// The organization that an item of the stream holds.
pub(crate) fn organization_of(item: Item) -> Result<Organization, ServiceError> {
    item.parse::<OrganizationItem>(TARGET)
        .map(Organization::from)
}

impl Store {
    /// Keeps a new organization with its first owner.
    pub(crate) async fn found(
        &self,
        organization: &Organization,
        owner: Id<kind::Account>,
    ) -> Result<(), FoundError> {
        const MEMBERSHIPS: &str = "memberships";
        let member = Member {
            organization: organization.id,
            account: owner,
            role: MemberRole::Owner,
            joined_at: organization.created_at,
        };
        let count = keys::member_count(organization.id);
        let transaction = Transaction::new()
            .and(Write::put(&self.table, &OrganizationItem::from(organization)).when_absent())
            .and(Write::put(&self.table, &in_state(organization)).when_absent())
            .and(Write::put(&self.table, &MemberItem::from(&member)).when_absent())
            .and(Write::put(&self.table, &MembershipItem::from(&member)).when_absent())
            .and(
                Write::update(&self.table, count, "ADD #members :one, #owners :one")
                    .when_absent()
                    .bind(":one", 1),
            )
            .and(self.one_more_membership(owner).labelled(MEMBERSHIPS));
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(MEMBERSHIPS) => {
                Err(FoundError::TooMany)
            }
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(TARGET, cancellation).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The organization `id`.
    pub(crate) async fn organization(
        &self,
        id: Id<kind::Organization>,
    ) -> Result<Option<Organization>, ServiceError> {
        self.table
            .get_item(&keys::organization(id))
            .await?
            .map(organization_of)
            .transpose()
    }

    /// The organizations `ids`, at most 100, in their order; those that are not there are left out.
    pub(crate) async fn organizations(
        &self,
        ids: impl IntoIterator<Item = Id<kind::Organization>>,
    ) -> Result<Vec<Organization>, ServiceError> {
        let keys: Vec<_> = ids
            .into_iter()
            .map(|id| (self.table.clone(), keys::organization(id)))
            .collect();
        let found = self.aws.get_many(&keys).await?;
        found.into_iter().flatten().map(organization_of).collect()
    }

    /// The organization `id` and the place of `account` in it, read together.
    pub(crate) async fn organization_and_member(
        &self,
        id: Id<kind::Organization>,
        account: Id<kind::Account>,
    ) -> Result<Option<(Organization, Option<Member>)>, ServiceError> {
        let keys = [keys::organization(id), keys::member(id, account)]
            .map(|key| (self.table.clone(), key));
        let mut found = self.aws.get_many(&keys).await?.into_iter();
        let (organization, member) = (found.next().flatten(), found.next().flatten());
        let Some(organization) = organization.map(organization_of).transpose()? else {
            return Ok(None);
        };
        let member = member.map(|item| item.parse::<MemberItem>(TARGET));
        Ok(Some((organization, member.transpose()?.map(Member::from))))
    }

    /// Makes `before` what `after` is, and moves it to the list of its new state.
    pub(crate) async fn save_organization(
        &self,
        before: &Organization,
        after: &Organization,
    ) -> Result<(), SaveError> {
        let put = Write::put(&self.table, &OrganizationItem::from(after))
            .when("#version = :seen")
            .bind(":seen", before.version);
        let mut transaction = Transaction::new().and(put);
        if before.state != after.state {
            let left = keys::in_state(before.state, before.id);
            transaction = transaction
                .and(Write::delete(&self.table, left))
                .and(Write::put(&self.table, &in_state(after)));
        }
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(SaveError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// A page of the organizations in `state`, oldest first.
    pub(crate) async fn organizations_in(
        &self,
        state: State,
        after: Option<Id<kind::Organization>>,
        limit: u32,
    ) -> Result<PageOf<Organization>, ServiceError> {
        let partition = keys::state_partition(state);
        let mut query = Query::prefix(partition, keys::ORGANIZATION_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::in_state(state, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<InStateItem> = page.parse()?;
        let items = self.organizations(items.iter().map(|item| item.id)).await?;
        Ok(PageOf { items, has_more })
    }
}

fn in_state(organization: &Organization) -> InStateItem {
    let (pk, sk) = parts(keys::in_state(organization.state, organization.id));
    InStateItem {
        pk,
        sk,
        id: organization.id,
    }
}

impl From<&Organization> for OrganizationItem {
    fn from(organization: &Organization) -> Self {
        let (pk, sk) = parts(keys::organization(organization.id));
        let answers = organization.answers.iter().map(|(code, answer)| {
            let answer = AnswerItem {
                value: answer.value.clone(),
                answered_by: answer.answered_by,
                answered_at: answer.answered_at,
            };
            (code.clone(), answer)
        });
        Self {
            pk,
            sk,
            id: organization.id,
            kind: organization.kind,
            name: organization.name.clone(),
            region: organization.region.clone(),
            state: organization.state,
            reason: organization.reason.clone(),
            house_owned: organization.house_owned,
            answers: answers.collect(),
            created_at: organization.created_at,
            updated_at: organization.updated_at,
            version: organization.version,
        }
    }
}

impl From<OrganizationItem> for Organization {
    fn from(item: OrganizationItem) -> Self {
        let answers = item.answers.into_iter().map(|(code, answer)| {
            let answer = Answer {
                value: answer.value,
                answered_by: answer.answered_by,
                answered_at: answer.answered_at,
            };
            (code, answer)
        });
        Self {
            id: item.id,
            kind: item.kind,
            name: item.name,
            region: item.region,
            state: item.state,
            reason: item.reason,
            house_owned: item.house_owned,
            answers: answers.collect(),
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
