//! Representations, and the lists of them on both sides.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{
    PageOf, SaveError, Store,
    items::{TARGET, parts},
};
use crate::{
    keys,
    organization::{Delegation, Member, Representation, RepresentationStatus, Side, Window},
};

#[derive(Debug, Serialize, Deserialize)]
struct RepresentationItem {
    pk: String,
    sk: String,
    id: Id<kind::Representation>,
    agency: Id<kind::Organization>,
    represented: Id<kind::Organization>,
    scopes: Delegation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    proposed_by: Side,
    status: RepresentationStatus,
    proposed_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

/// Says that an organization has a representation.
#[derive(Debug, Serialize, Deserialize)]
struct ListedItem {
    pk: String,
    sk: String,
    id: Id<kind::Representation>,
}

impl Store {
    /// Keeps a proposal, by the authority of `actor`.
    pub(crate) async fn propose(
        &self,
        actor: &Member,
        representation: &Representation,
    ) -> Result<(), SaveError> {
        let put = Write::put(&self.table, &RepresentationItem::from(representation)).when_absent();
        let transaction = Side::BOTH.into_iter().fold(
            Transaction::new().and(self.still_in_role(actor)).and(put),
            |all, side| {
                let organization = representation.organization(side);
                let (pk, sk) = parts(keys::representation_of(organization, representation.id));
                let id = representation.id;
                all.and(Write::put(&self.table, &ListedItem { pk, sk, id }))
            },
        );
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(SaveError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The representation `id`.
    pub(crate) async fn representation(
        &self,
        id: Id<kind::Representation>,
    ) -> Result<Option<Representation>, ServiceError> {
        let item: Option<RepresentationItem> = self.table.get(&keys::representation(id)).await?;
        Ok(item.map(Representation::from))
    }

    /// Makes `before` what `after` is.
    pub(crate) async fn save_representation(
        &self,
        before: &Representation,
        after: &Representation,
    ) -> Result<(), SaveError> {
        let write = Write::put(&self.table, &RepresentationItem::from(after))
            .when("#version = :seen")
            .bind(":seen", before.version);
        match self.table.write(write).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(SaveError::Changed),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }

    /// A page of an organization's representations, whichever side it is on, oldest first.
    pub(crate) async fn representations(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Id<kind::Representation>>,
        limit: u32,
    ) -> Result<PageOf<Representation>, ServiceError> {
        let partition = keys::organization_partition(organization);
        let mut query = Query::prefix(partition, keys::REPRESENTATION_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::representation_of(organization, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let listed: Vec<ListedItem> = page.parse()?;
        let keys: Vec<_> = listed
            .iter()
            .map(|item| (self.table.clone(), keys::representation(item.id)))
            .collect();
        let found = self.aws.get_many(&keys).await?;
        let items = found.into_iter().flatten();
        let items = items.map(|item| item.parse::<RepresentationItem>(TARGET));
        let items = items.map(|item| item.map(Representation::from));
        Ok(PageOf {
            items: items.collect::<Result<_, _>>()?,
            has_more,
        })
    }
}

impl From<&Representation> for RepresentationItem {
    fn from(representation: &Representation) -> Self {
        let (pk, sk) = parts(keys::representation(representation.id));
        Self {
            pk,
            sk,
            id: representation.id,
            agency: representation.agency,
            represented: representation.represented,
            scopes: representation.delegation.clone(),
            from: representation.window.from(),
            until: representation.window.until(),
            proposed_by: representation.proposed_by,
            status: representation.status,
            proposed_at: representation.proposed_at,
            updated_at: representation.updated_at,
            version: representation.version,
        }
    }
}

impl From<RepresentationItem> for Representation {
    fn from(item: RepresentationItem) -> Self {
        Self {
            id: item.id,
            agency: item.agency,
            represented: item.represented,
            delegation: item.scopes,
            window: Window::of_stored(item.from, item.until),
            proposed_by: item.proposed_by,
            status: item.status,
            proposed_at: item.proposed_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
