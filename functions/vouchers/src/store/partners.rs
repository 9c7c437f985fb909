//! Partners.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{
    keys,
    partner::{ContactEmail, Partner},
    text::Name,
};

#[derive(Serialize, Deserialize)]
struct PartnerItem {
    pk: String,
    sk: String,
    id: Id<kind::Partner>,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact_email: Option<ContactEmail>,
    created_at: Timestamp,
}

impl Store {
    /// Keeps a new partner.
    pub(crate) async fn create_partner(&self, partner: &Partner) -> Result<(), WriteError> {
        let (pk, sk) = attributes(&keys::partner(partner.id));
        let item = PartnerItem {
            pk,
            sk,
            id: partner.id,
            name: partner.name.clone(),
            contact_email: partner.contact_email.clone(),
            created_at: partner.created_at,
        };
        let write = Write::put(&self.table, &item).when_absent();
        self.table.write(write).await.map(|_| ())
    }

    /// The partner `id`.
    pub(crate) async fn partner(
        &self,
        id: Id<kind::Partner>,
    ) -> Result<Option<Partner>, ServiceError> {
        let item: Option<PartnerItem> = self.table.get(&keys::partner(id)).await?;
        Ok(item.map(Partner::from))
    }

    /// A page of all partners, oldest first.
    pub(crate) async fn partners(
        &self,
        after: Option<Id<kind::Partner>>,
        limit: u32,
    ) -> Result<PageOf<Partner>, ServiceError> {
        let mut query = Query::prefix(keys::PARTNERS, keys::PARTNER_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::partner(after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<PartnerItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(Partner::from).collect(),
            has_more,
        })
    }
}

impl From<PartnerItem> for Partner {
    fn from(item: PartnerItem) -> Self {
        Self {
            id: item.id,
            name: item.name,
            contact_email: item.contact_email,
            created_at: item.created_at,
        }
    }
}
