//! Partners: one row each, with terms and keys in it, so that a message is judged by one read.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{
    keys,
    partner::{ContactEmail, Mode, Partner, PartnerApi, State},
    partner_key::PartnerKey,
    terms::Terms,
    text::Name,
};

/// Rows from before there were terms and keys have none of the attributes with a default.
#[derive(Serialize, Deserialize)]
struct PartnerItem {
    pk: String,
    sk: String,
    id: Id<kind::Partner>,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact_email: Option<ContactEmail>,
    #[serde(default)]
    state: State,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<PartnerApi>,
    #[serde(default)]
    keys: Vec<PartnerKey>,
    created_at: Timestamp,
    #[serde(default = "first_version")]
    version: u64,
}

/// Why a partner was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavePartnerError {
    /// It is not in the version that the change was made for.
    #[error("the partner is not in the expected version")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps a partner in its new version, if the version before is the one that is kept: the first
    /// version if there is none yet.
    pub(crate) async fn save_partner(&self, partner: &Partner) -> Result<(), SavePartnerError> {
        let put = Write::put(&self.table, &item(partner));
        let put = match partner.version {
            1 => put.when_absent(),
            // The first version of a row from before there were versions says none.
            2 => put
                .when("attribute_exists(pk) AND (attribute_not_exists(#version) OR #version = :before)")
                .bind(":before", 1),
            version => put.when("#version = :before").bind(":before", version - 1),
        };
        match self.table.write(put).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(SavePartnerError::Changed),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
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

fn first_version() -> u64 {
    1
}

fn item(partner: &Partner) -> PartnerItem {
    let (pk, sk) = attributes(&keys::partner(partner.id));
    PartnerItem {
        pk,
        sk,
        id: partner.id,
        name: partner.name.clone(),
        contact_email: partner.contact_email.clone(),
        state: partner.state,
        mode: partner.mode,
        terms: partner.terms.clone(),
        api: partner.api.clone(),
        keys: partner.keys.clone(),
        created_at: partner.created_at,
        version: partner.version,
    }
}

impl From<PartnerItem> for Partner {
    fn from(item: PartnerItem) -> Self {
        Self {
            id: item.id,
            name: item.name,
            contact_email: item.contact_email,
            state: item.state,
            mode: item.mode,
            terms: item.terms,
            api: item.api,
            keys: item.keys,
            created_at: item.created_at,
            version: item.version,
        }
    }
}
