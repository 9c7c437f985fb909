//! The register: works and recordings, each under its own key, in its holder's list, and its code
//! once.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{PageOf, Store, attributes};
use crate::{
    product_type::Subject,
    rights::{Isrc, Iswc, PlayTime, Recording, SubjectRights, Work, Writer, keys},
    text::{Name, Title},
};

const CODE: &str = "code";

/// A work, under its own key and again in its holder's list.
#[derive(Serialize, Deserialize)]
struct WorkItem {
    pk: String,
    sk: String,
    id: Id<kind::Work>,
    holder: Id<kind::Organization>,
    title: Title,
    writers: Vec<Writer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iswc: Option<Iswc>,
    registered_at: Timestamp,
}

/// A recording, under its own key and again in its holder's list.
#[derive(Serialize, Deserialize)]
struct RecordingItem {
    pk: String,
    sk: String,
    id: Id<kind::Recording>,
    holder: Id<kind::Organization>,
    work: Id<kind::Work>,
    title: Title,
    artists: Vec<Name>,
    duration_ms: PlayTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    isrc: Option<Isrc>,
    registered_at: Timestamp,
}

/// That a code is given.
#[derive(Serialize)]
struct CodeItem {
    pk: String,
    sk: String,
    subject: String,
}

/// Why something was not registered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// Its code belongs to something that is registered.
    #[error("the code is registered")]
    CodeTaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Registers a work, all rights in which are its holder's.
    pub(crate) async fn register_work(&self, work: &Work) -> Result<(), RegisterError> {
        let subject = Subject::Work(work.id);
        let rights = SubjectRights::registered(subject, work.holder, None);
        let own = work_item(work, &keys::work(work.id));
        let listed = work_item(work, &keys::work_of_holder(work.holder, work.id));
        let code = work.iswc.map(|iswc| iswc.to_string());
        self.register(&own, &listed, &rights, code).await
    }

    /// Registers a recording, all rights in which are its holder's.
    pub(crate) async fn register_recording(
        &self,
        recording: &Recording,
    ) -> Result<(), RegisterError> {
        let subject = Subject::Recording(recording.id);
        let rights = SubjectRights::registered(subject, recording.holder, Some(recording.work));
        let own = recording_item(recording, &keys::recording(recording.id));
        let list = keys::recording_of_holder(recording.holder, recording.id);
        let listed = recording_item(recording, &list);
        let code = recording.isrc.as_ref().map(Isrc::to_string);
        self.register(&own, &listed, &rights, code).await
    }

    /// The work `id`.
    pub(crate) async fn work(&self, id: Id<kind::Work>) -> Result<Option<Work>, ServiceError> {
        let item: Option<WorkItem> = self.table.get(&keys::work(id)).await?;
        Ok(item.map(Work::from))
    }

    /// The recording `id`.
    pub(crate) async fn recording(
        &self,
        id: Id<kind::Recording>,
    ) -> Result<Option<Recording>, ServiceError> {
        let item: Option<RecordingItem> = self.table.get(&keys::recording(id)).await?;
        Ok(item.map(Recording::from))
    }

    /// A page of the works that an organization registered, oldest first.
    pub(crate) async fn works_of(
        &self,
        holder: Id<kind::Organization>,
        after: Option<Id<kind::Work>>,
        limit: u32,
    ) -> Result<PageOf<Work>, ServiceError> {
        let after = after.map(|work| keys::work_of_holder(holder, work));
        let (items, has_more) = self
            .held::<WorkItem>(holder, keys::WORK_PREFIX, after, limit)
            .await?;
        let last = items.last().map(|item| item.id.to_string());
        Ok(PageOf {
            items: items.into_iter().map(Work::from).collect(),
            next: last.filter(|_| has_more),
        })
    }

    /// A page of the recordings that an organization registered, oldest first.
    pub(crate) async fn recordings_of(
        &self,
        holder: Id<kind::Organization>,
        after: Option<Id<kind::Recording>>,
        limit: u32,
    ) -> Result<PageOf<Recording>, ServiceError> {
        let after = after.map(|recording| keys::recording_of_holder(holder, recording));
        let (items, has_more) = self
            .held::<RecordingItem>(holder, keys::RECORDING_PREFIX, after, limit)
            .await?;
        let last = items.last().map(|item| item.id.to_string());
        Ok(PageOf {
            items: items.into_iter().map(Recording::from).collect(),
            next: last.filter(|_| has_more),
        })
    }

    async fn held<T: DeserializeOwned>(
        &self,
        holder: Id<kind::Organization>,
        prefix: &str,
        after: Option<Key>,
        limit: u32,
    ) -> Result<(Vec<T>, bool), ServiceError> {
        let mut query = Query::prefix(keys::holder(holder), prefix).limit(limit);
        if let Some(after) = after {
            query = query.after(&after);
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        Ok((page.parse()?, has_more))
    }

    /// Everything that makes something registered, in one transaction.
    async fn register(
        &self,
        own: &impl Serialize,
        listed: &impl Serialize,
        rights: &SubjectRights,
        code: Option<String>,
    ) -> Result<(), RegisterError> {
        let mut transaction = Transaction::new()
            .and(Write::put(&self.table, own).when_absent())
            .and(Write::put(&self.table, listed))
            .and(self.first_rights(rights));
        if let Some(code) = code {
            let (pk, sk) = attributes(&keys::code(&code));
            let item = CodeItem {
                pk,
                sk,
                subject: rights.subject.to_string(),
            };
            let marker = Write::put(&self.table, &item).when_absent();
            transaction = transaction.and(marker.labelled(CODE));
        }
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(CODE) => {
                Err(RegisterError::CodeTaken)
            }
            // 80 random bits have come up twice within a millisecond: believe in a defect instead.
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(self.table.name(), cancellation).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}

fn work_item(work: &Work, key: &Key) -> WorkItem {
    let (pk, sk) = attributes(key);
    WorkItem {
        pk,
        sk,
        id: work.id,
        holder: work.holder,
        title: work.title.clone(),
        writers: work.writers.clone(),
        iswc: work.iswc,
        registered_at: work.registered_at,
    }
}

fn recording_item(recording: &Recording, key: &Key) -> RecordingItem {
    let (pk, sk) = attributes(key);
    RecordingItem {
        pk,
        sk,
        id: recording.id,
        holder: recording.holder,
        work: recording.work,
        title: recording.title.clone(),
        artists: recording.artists.clone(),
        duration_ms: recording.play_time,
        isrc: recording.isrc.clone(),
        registered_at: recording.registered_at,
    }
}

impl From<WorkItem> for Work {
    fn from(item: WorkItem) -> Self {
        Self {
            id: item.id,
            holder: item.holder,
            title: item.title,
            writers: item.writers,
            iswc: item.iswc,
            registered_at: item.registered_at,
        }
    }
}

impl From<RecordingItem> for Recording {
    fn from(item: RecordingItem) -> Self {
        Self {
            id: item.id,
            holder: item.holder,
            work: item.work,
            title: item.title,
            artists: item.artists,
            play_time: item.duration_ms,
            isrc: item.isrc,
            registered_at: item.registered_at,
        }
    }
}
