//! Which listing uses which works and recordings: what it is judged by, what its publication depends
//! on, and who is judged again when rights change.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    product_type::{RightsNeed, Subject},
    rights::{MAX_SUBJECTS, Rights, STILL, keys},
};

/// That a listing uses a subject.
#[derive(Serialize, Deserialize)]
struct UseItem {
    pk: String,
    sk: String,
    listing: Id<kind::Listing>,
}

impl Store {
    /// The rights that a listing with this need is judged by.
    pub(crate) async fn load_rights(
        &self,
        listing: Id<kind::Listing>,
        need: Option<&RightsNeed>,
    ) -> Result<Rights, ServiceError> {
        let mut rights = Rights {
            listing,
            need: need.cloned(),
            subjects: BTreeMap::new(),
            withheld: self.withheld(listing).await?,
        };
        // What is too much is refused by the gate, and not worth reading.
        let named = need.map(|need| &need.subjects);
        if let Some(named) = named.filter(|named| named.len() <= MAX_SUBJECTS) {
            rights.subjects = self.rights_of_all(named).await?;
            let recordings = rights.subjects.values();
            let works = recordings.filter_map(|rights| rights.work.map(Subject::Work));
            let behind: BTreeSet<_> = works.filter(|work| !named.contains(work)).collect();
            rights.subjects.extend(self.rights_of_all(&behind).await?);
        }
        Ok(rights)
    }

    /// Remembers which subjects a listing uses, so that it is judged again when their rights change.
    /// Before the listing is published: what is not published costs a later judgement one read.
    pub(crate) async fn note_uses(
        &self,
        listing: Id<kind::Listing>,
        rights: &Rights,
    ) -> Result<(), ServiceError> {
        let notes = rights.subjects.keys().map(|subject| {
            let (pk, sk) = attributes(&keys::listing_using(*subject, listing));
            let write = Write::put(&self.table, &UseItem { pk, sk, listing });
            async move {
                match self.table.write(write).await {
                    // Without a condition nothing can refuse it.
                    Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
                    Err(WriteError::Service(error)) => Err(error),
                }
            }
        });
        try_join_all(notes).await.map(|_| ())
    }

    /// A part of the listings that use a subject, or did so, and where the next part begins.
    pub(crate) async fn listings_using(
        &self,
        subject: Subject,
        after: Option<Id<kind::Listing>>,
    ) -> Result<(Vec<Id<kind::Listing>>, Option<Id<kind::Listing>>), ServiceError> {
        const PART: u32 = 100;
        let pk = keys::uses_partition(subject);
        let mut query = Query::prefix(pk, keys::LISTING_PREFIX).limit(PART);
        if let Some(after) = after {
            query = query.after(&keys::listing_using(subject, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let uses: Vec<UseItem> = page.parse()?;
        let listings: Vec<_> = uses.iter().map(|item| item.listing).collect();
        let next = listings.last().copied().filter(|_| has_more);
        Ok((listings, next))
    }
}

impl Rights {
    /// Hold only while the listing may be judged by these rights: nothing of them has changed, and no
    /// case keeps the listing from being sold. Put them into the transaction that publishes it.
    pub(crate) fn still(&self, store: &Store) -> Vec<Write> {
        let unwithheld = Write::check(&store.table, keys::withheld(self.listing))
            .when("attribute_not_exists(pk) OR #count = :none")
            .bind(":none", 0);
        let unchanged = self.subjects.values().map(|rights| {
            Write::check(&store.table, keys::rights(rights.subject))
                .when("#version = :version")
                .bind(":version", rights.version)
        });
        let checks = std::iter::once(unwithheld).chain(unchanged);
        checks.map(|check| check.labelled(STILL)).collect()
    }
}
