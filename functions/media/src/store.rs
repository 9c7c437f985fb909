//! What is kept in the media table, and every change to it.
//!
//! The shapes of items are known here alone. Reads are strongly consistent.

use kernel::{Id, Timestamp, kind};
use platform::{
    Aws, ServiceError,
    table::{Item, Query, Table, TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use crate::{
    file_name::FileName,
    format::{Format, Purpose},
    keys::{self, Place},
    media::{Media, Status},
    rejection::Rejection,
    sha256::Sha256,
};

/// The media table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct MediaPage {
    pub(crate) items: Vec<Media>,
    /// Where the next page begins; `None` on the last.
    pub(crate) next: Option<Place>,
}

/// Why a file was not announced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnnounceError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a change of a file was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// It has changed since it was read.
    #[error("it has changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

#[derive(Debug, Serialize, Deserialize)]
struct MediaItem {
    pk: String,
    sk: String,
    id: Id<kind::Media>,
    organization: Id<kind::Organization>,
    uploaded_by: Id<kind::Account>,
    purpose: Purpose,
    file_name: FileName,
    format: Format,
    size_bytes: u64,
    sha256: Sha256,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejection: Option<Rejection>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

/// Says that an organization has a file.
#[derive(Debug, Serialize, Deserialize)]
struct ListedItem {
    pk: String,
    sk: String,
    id: Id<kind::Media>,
    created_at: Timestamp,
}

/// What malformed items are reported under.
const TARGET: &str = "the media table";

/// The file that an item of the stream holds.
pub(crate) fn media_of(item: Item) -> Result<Media, ServiceError> {
    item.parse::<MediaItem>(TARGET).map(Media::from)
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
        }
    }

    /// Keeps a new file, with the record of the request.
    pub(crate) async fn announce(&self, media: &Media, record: Write) -> Result<(), AnnounceError> {
        let place = Place::of(media.id, media.created_at);
        let (pk, sk) = attributes(&keys::listed(media.organization, &place));
        let listed = ListedItem {
            pk,
            sk,
            id: media.id,
            created_at: media.created_at,
        };
        let transaction = Transaction::new()
            .and(Write::put(&self.table, &MediaItem::from(media)).when_absent())
            .and(Write::put(&self.table, &listed))
            .and(record);
        // The id derives from the request, so both conditions fail for the same reason alone.
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(AnnounceError::Repeated),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The file `id`.
    pub(crate) async fn media(&self, id: Id<kind::Media>) -> Result<Option<Media>, ServiceError> {
        let item = self.table.get_item(&keys::media(id)).await?;
        item.map(media_of).transpose()
    }

    /// A page of an organization's files, newest first.
    pub(crate) async fn media_of_organization(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<MediaPage, ServiceError> {
        let partition = keys::organization(organization);
        let mut query = Query::prefix(partition, keys::MEDIA_PREFIX)
            .descending()
            .limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::listed(organization, &after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let listed: Vec<ListedItem> = page.parse()?;
        let last = listed.last().filter(|_| has_more);
        let next = last.map(|last| Place::of(last.id, last.created_at));
        let keys: Vec<_> = listed
            .iter()
            .map(|item| (self.table.clone(), keys::media(item.id)))
            .collect();
        let found = self.aws.get_many(&keys).await?;
        let items = found.into_iter().flatten().map(media_of);
        Ok(MediaPage {
            items: items.collect::<Result<_, _>>()?,
            next,
        })
    }

    /// Makes `before` what `after` is.
    pub(crate) async fn save(&self, before: &Media, after: &Media) -> Result<(), SaveError> {
        let write = Write::put(&self.table, &MediaItem::from(after))
            .when("#version = :seen")
            .bind(":seen", before.version);
        match self.table.write(write).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(SaveError::Changed),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &platform::table::Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}

impl From<&Media> for MediaItem {
    fn from(media: &Media) -> Self {
        let (pk, sk) = attributes(&keys::media(media.id));
        Self {
            pk,
            sk,
            id: media.id,
            organization: media.organization,
            uploaded_by: media.uploaded_by,
            purpose: media.purpose,
            file_name: media.file_name.clone(),
            format: media.format,
            size_bytes: media.size_bytes,
            sha256: media.sha256,
            status: media.status,
            rejection: media.rejection,
            created_at: media.created_at,
            updated_at: media.updated_at,
            version: media.version,
        }
    }
}

impl From<MediaItem> for Media {
    fn from(item: MediaItem) -> Self {
        Self {
            id: item.id,
            organization: item.organization,
            uploaded_by: item.uploaded_by,
            purpose: item.purpose,
            file_name: item.file_name,
            format: item.format,
            size_bytes: item.size_bytes,
            sha256: item.sha256,
            status: item.status,
            rejection: item.rejection,
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
