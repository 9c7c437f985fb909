//! Rights: all live grants of a subject in one item, and every grant there ever was in one of its own.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};
use web::IDEMPOTENCY;

use super::{PageOf, Store, attributes};
use crate::{
    product_type::{Subject, UseType},
    rights::{Grant, Granted, SubjectRights, Terms, Territories, Window, keys},
};

/// All rights in a subject that are not over.
#[derive(Serialize, Deserialize)]
struct RightsItem {
    pk: String,
    sk: String,
    holder: Id<kind::Organization>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work: Option<Id<kind::Work>>,
    grants: Vec<GrantTerms>,
    version: u64,
    updated_at: Timestamp,
    /// Where and when time will have changed something; none of both if never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
}

/// A grant, under its subject for ever.
#[derive(Serialize, Deserialize)]
struct GrantItem {
    pk: String,
    sk: String,
    holder: Id<kind::Organization>,
    grant: GrantTerms,
}

/// What is kept of a grant, wherever it is kept.
#[derive(Serialize, Deserialize)]
struct GrantTerms {
    id: Id<kind::Grant>,
    licensee: Id<kind::Organization>,
    uses: BTreeSet<UseType>,
    territories: Territories,
    from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    exclusive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_from: Option<Timestamp>,
    granted_at: Timestamp,
}

/// Of what a grant is.
#[derive(Serialize, Deserialize)]
struct GrantSubjectItem {
    pk: String,
    sk: String,
    subject: String,
}

/// Why a change of rights was not committed. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveRightsError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// The rights are not in the version that the change was decided on.
    #[error("the rights have changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// A change of a subject's rights, as the stream tells it.
pub(crate) struct RightsChange {
    pub(crate) subject: Subject,
    pub(crate) version: u64,
    pub(crate) changed_at: Timestamp,
}

impl Store {
    /// All rights in one subject.
    pub(crate) async fn rights_of(
        &self,
        subject: Subject,
    ) -> Result<Option<SubjectRights>, ServiceError> {
        let item: Option<RightsItem> = self.table.get(&keys::rights(subject)).await?;
        Ok(item.map(|item| subject_rights(subject, item)))
    }

    /// Commits a grant with the rights that it is among from now on, and the record of the request.
    pub(crate) async fn commit_grant(
        &self,
        rights: &SubjectRights,
        grant: &Grant,
        record: Write,
    ) -> Result<(), SaveRightsError> {
        let (pk, sk) = attributes(&keys::grant_subject(grant.id));
        let pointer = GrantSubjectItem {
            pk,
            sk,
            subject: rights.subject.to_string(),
        };
        let transaction = Transaction::new()
            .and(record)
            .and(self.rights_write(rights))
            .and(self.grant_write(rights, grant).when_absent())
            .and(Write::put(&self.table, &pointer).when_absent());
        self.commit_rights(transaction).await
    }

    /// Commits the revocation of a grant with the rights as they are after it.
    pub(crate) async fn commit_revocation(
        &self,
        rights: &SubjectRights,
        grant: &Grant,
    ) -> Result<(), SaveRightsError> {
        let transaction = Transaction::new()
            .and(self.rights_write(rights))
            .and(self.grant_write(rights, grant).when("attribute_exists(pk)"));
        self.commit_rights(transaction).await
    }

    /// A grant, of what, and by whom.
    pub(crate) async fn grant(&self, id: Id<kind::Grant>) -> Result<Option<Granted>, ServiceError> {
        let pointer: Option<GrantSubjectItem> = self.table.get(&keys::grant_subject(id)).await?;
        let Some(pointer) = pointer else {
            return Ok(None);
        };
        let subject = self.subject(&pointer.subject)?;
        let item: Option<GrantItem> = self.table.get(&keys::grant(subject, id)).await?;
        Ok(item.map(|item| granted(subject, item)))
    }

    /// A page of all grants that there ever were of a subject, oldest first.
    pub(crate) async fn grants_of(
        &self,
        subject: Subject,
        after: Option<Id<kind::Grant>>,
        limit: u32,
    ) -> Result<PageOf<Granted>, ServiceError> {
        let pk = keys::rights_partition(subject);
        let mut query = Query::prefix(pk, keys::GRANT_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::grant(subject, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<GrantItem> = page.parse()?;
        let items: Vec<_> = items
            .into_iter()
            .map(|item| granted(subject, item))
            .collect();
        let last = items.last().map(|granted| granted.grant.id.to_string());
        Ok(PageOf {
            items,
            next: last.filter(|_| has_more),
        })
    }

    /// Subjects of one shard whose rights time has changed by `now`; the index may be a moment late.
    pub(crate) async fn due_subjects(
        &self,
        shard: u8,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Subject>, ServiceError> {
        let query = Query::new("#due_shard = :shard AND #due_at <= :now")
            .index(keys::DUE_INDEX)
            .bind(":shard", keys::due_partition(shard))
            .bind(":now", now.as_millisecond())
            .limit(limit);
        let page = self.table.query(query).await?;
        let due = page.items.iter().filter_map(|item| item.text("pk"));
        Ok(due.filter_map(keys::subject_of).collect())
    }

    /// All rights in a subject, if time has changed them by `now`.
    pub(crate) async fn rights_due(
        &self,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Option<SubjectRights>, ServiceError> {
        let item: Option<RightsItem> = self.table.get(&keys::rights(subject)).await?;
        let is_due = |due_at: i64| due_at <= now.as_millisecond();
        let due = item.filter(|item| item.due_at.is_some_and(is_due));
        Ok(due.map(|item| subject_rights(subject, item)))
    }

    /// Writes down what time has done to a subject's rights, which tells that they have changed.
    /// Whoever else changes them meanwhile does the same.
    pub(crate) async fn tidy_rights(&self, rights: &SubjectRights) -> Result<(), ServiceError> {
        match self.table.write(self.rights_write(rights)).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// The rights of something that was just registered.
    pub(super) fn first_rights(&self, rights: &SubjectRights) -> Write {
        Write::put(&self.table, &self.rights_item(rights)).when_absent()
    }

    /// All rights in each of these subjects, of those that are registered.
    pub(super) async fn rights_of_all(
        &self,
        subjects: &BTreeSet<Subject>,
    ) -> Result<BTreeMap<Subject, SubjectRights>, ServiceError> {
        let keys: Vec<Key> = subjects
            .iter()
            .map(|subject| keys::rights(*subject))
            .collect();
        let items = self.table.get_many(&keys).await?;
        let mut found = BTreeMap::new();
        for (subject, item) in subjects.iter().zip(items) {
            if let Some(item) = item {
                let item: RightsItem = item.parse(self.table.name())?;
                found.insert(*subject, subject_rights(*subject, item));
            }
        }
        Ok(found)
    }

    async fn commit_rights(&self, transaction: Transaction) -> Result<(), SaveRightsError> {
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(IDEMPOTENCY) => {
                Err(SaveRightsError::Repeated)
            }
            Err(TransactError::Cancelled(_)) => Err(SaveRightsError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The rights in their new version, over the version before.
    fn rights_write(&self, rights: &SubjectRights) -> Write {
        Write::put(&self.table, &self.rights_item(rights))
            .when("#version = :before")
            .bind(":before", rights.version.saturating_sub(1))
    }

    fn grant_write(&self, rights: &SubjectRights, grant: &Grant) -> Write {
        let (pk, sk) = attributes(&keys::grant(rights.subject, grant.id));
        let item = GrantItem {
            pk,
            sk,
            holder: rights.holder,
            grant: GrantTerms::from(grant),
        };
        Write::put(&self.table, &item)
    }

    fn rights_item(&self, rights: &SubjectRights) -> RightsItem {
        let (pk, sk) = attributes(&keys::rights(rights.subject));
        let now = self.clock.now();
        let due = rights.next_loss(now);
        RightsItem {
            pk,
            sk,
            holder: rights.holder,
            work: rights.work,
            grants: rights.grants.iter().map(GrantTerms::from).collect(),
            version: rights.version,
            updated_at: now,
            due_shard: due.map(|_| keys::due_shard(rights.subject)),
            due_at: due.map(Timestamp::as_millisecond),
        }
    }

    fn subject(&self, text: &str) -> Result<Subject, ServiceError> {
        let subject = text.parse();
        subject.map_err(|error| ServiceError::malformed(self.table.name(), error))
    }
}

/// What the stream tells of a subject's rights: which version they are in.
pub(crate) fn rights_change(pk: &str, item: Item) -> Result<Option<RightsChange>, ServiceError> {
    let Some(subject) = keys::subject_of(pk) else {
        return Ok(None);
    };
    let item: RightsItem = item.parse("stream record")?;
    Ok(Some(RightsChange {
        subject,
        version: item.version,
        changed_at: item.updated_at,
    }))
}

fn subject_rights(subject: Subject, item: RightsItem) -> SubjectRights {
    SubjectRights {
        subject,
        holder: item.holder,
        work: item.work,
        grants: item.grants.into_iter().map(Grant::from).collect(),
        version: item.version,
    }
}

fn granted(subject: Subject, item: GrantItem) -> Granted {
    Granted {
        subject,
        holder: item.holder,
        grant: Grant::from(item.grant),
    }
}

impl From<&Grant> for GrantTerms {
    fn from(grant: &Grant) -> Self {
        let terms = grant.terms.clone();
        Self {
            id: grant.id,
            licensee: grant.licensee,
            uses: terms.uses,
            territories: terms.territories,
            from: terms.window.from(),
            until: terms.window.until(),
            exclusive: terms.exclusive,
            revoked_from: grant.revoked_from,
            granted_at: grant.granted_at,
        }
    }
}

impl From<GrantTerms> for Grant {
    fn from(kept: GrantTerms) -> Self {
        Self {
            id: kept.id,
            licensee: kept.licensee,
            terms: Terms {
                uses: kept.uses,
                territories: kept.territories,
                window: Window::kept(kept.from, kept.until),
                exclusive: kept.exclusive,
            },
            revoked_from: kept.revoked_from,
            granted_at: kept.granted_at,
        }
    }
}
