//! Copies of what others own.

use std::collections::BTreeMap;

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Key, Write, WriteError},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Store, attributes};
use crate::{
    copies::{ConcertCopy, MediaCopy, OrganizationCopy},
    keys,
    listing::Listing,
    publication::Surroundings,
};

/// A copy under its key; its attributes are those of its publisher's words.
#[derive(Serialize, Deserialize)]
struct CopyItem<T> {
    pk: String,
    sk: String,
    #[serde(flatten)]
    copy: T,
}

/// How many items one read brings.
const MAX_KEYS: usize = 100;

impl Store {
    /// What is known of an organization.
    pub(crate) async fn organization(
        &self,
        id: Id<kind::Organization>,
    ) -> Result<Option<OrganizationCopy>, ServiceError> {
        self.copy(&keys::organization(id)).await
    }

    /// What is known of a concert.
    pub(crate) async fn concert(
        &self,
        id: Id<kind::Concert>,
    ) -> Result<Option<ConcertCopy>, ServiceError> {
        self.copy(&keys::concert(id)).await
    }

    /// What is known of these files, of those that are ready.
    pub(crate) async fn media(
        &self,
        ids: impl IntoIterator<Item = Id<kind::Media>>,
    ) -> Result<BTreeMap<Id<kind::Media>, MediaCopy>, ServiceError> {
        let keys: Vec<_> = ids.into_iter().map(keys::media).collect();
        let copies: Vec<MediaCopy> = self.copies(&keys).await?;
        let ready = copies.into_iter().filter(|copy| !copy.rejected);
        Ok(ready.map(|copy| (copy.id, copy)).collect())
    }

    /// What a listing depends on besides its shop and its rights.
    pub(crate) async fn surroundings(
        &self,
        listing: &Listing,
    ) -> Result<Surroundings, ServiceError> {
        let concerts: Vec<_> = listing
            .all_concerts()
            .into_iter()
            .map(keys::concert)
            .collect();
        let parts: Vec<_> = listing.all_parts().into_iter().collect();
        let (concerts, media) = tokio::try_join!(
            self.copies::<ConcertCopy>(&concerts),
            self.media(listing.all_media())
        )?;
        let mut found = Vec::with_capacity(parts.len());
        for some in parts.chunks(MAX_KEYS) {
            found.extend(self.listings(some).await?);
        }
        let concerts = concerts.into_iter().map(|copy| (copy.id, copy));
        let parts = found.into_iter().map(|listing| (listing.id, listing));
        Ok(Surroundings {
            concerts: concerts.collect(),
            media,
            parts: parts.collect(),
        })
    }

    /// Replaces what is known of an organization, unless something later is.
    pub(crate) async fn keep_organization(
        &self,
        copy: OrganizationCopy,
    ) -> Result<(), ServiceError> {
        let version = copy.version;
        self.keep(&keys::organization(copy.id), copy, version).await
    }

    /// Replaces what is known of a concert, unless something later is.
    pub(crate) async fn keep_concert(&self, copy: ConcertCopy) -> Result<(), ServiceError> {
        let version = copy.version;
        self.keep(&keys::concert(copy.id), copy, version).await
    }

    /// Replaces what is known of a file, unless something later is.
    pub(crate) async fn keep_media(&self, copy: MediaCopy) -> Result<(), ServiceError> {
        let version = copy.version;
        self.keep(&keys::media(copy.id), copy, version).await
    }

    /// Marks what is known of a file as rejected, unless something later is known.
    pub(crate) async fn reject_media(
        &self,
        id: Id<kind::Media>,
        version: u64,
    ) -> Result<(), ServiceError> {
        let update = "SET #rejected = :true, #version = :version";
        let write = Write::update(&self.table, keys::media(id), update)
            .when("#version < :version")
            .bind(":true", true)
            .bind(":version", version);
        match self.table.write(write).await {
            // Nothing is known of it, as of most that is rejected, or something later.
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    async fn keep(
        &self,
        key: &Key,
        copy: impl Serialize,
        version: u64,
    ) -> Result<(), ServiceError> {
        let (pk, sk) = attributes(key);
        let put = Write::put(&self.table, &CopyItem { pk, sk, copy })
            .when("attribute_not_exists(pk) OR #version < :version")
            .bind(":version", version);
        match self.table.write(put).await {
            // What is kept is as late or later.
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    async fn copy<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, ServiceError> {
        let item: Option<CopyItem<T>> = self.table.get(key).await?;
        Ok(item.map(|item| item.copy))
    }

    async fn copies<T: DeserializeOwned>(&self, keys: &[Key]) -> Result<Vec<T>, ServiceError> {
        let mut copies = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            for item in self.table.get_many(keys).await?.into_iter().flatten() {
                let item: CopyItem<T> = item.parse(self.table.name())?;
                copies.push(item.copy);
            }
        }
        Ok(copies)
    }
}
