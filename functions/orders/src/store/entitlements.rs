//! Entitlements, each in its holder's partition, so that nobody else's can even be named.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    entitlement::{Entitlement, entitlement_id},
    keys,
    order::{Download, Line, Order},
};

/// An entitlement's item. Instants are milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct EntitlementItem {
    pk: String,
    sk: String,
    id: Id<kind::Entitlement>,
    holder: Id<kind::Account>,
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    listing: Id<kind::Listing>,
    title: String,
    files: Vec<Download>,
    granted_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<i64>,
    download_count: u32,
}

/// One page of an account's entitlements.
#[derive(Debug)]
pub(crate) struct EntitlementPage {
    pub(crate) items: Vec<Entitlement>,
    pub(crate) has_more: bool,
}

impl Store {
    /// An account's entitlement `id`.
    pub(crate) async fn entitlement(
        &self,
        holder: Id<kind::Account>,
        id: Id<kind::Entitlement>,
    ) -> Result<Option<Entitlement>, ServiceError> {
        let key = keys::entitlement(holder, id);
        let item: Option<EntitlementItem> = self.table.get(&key).await?;
        item.map(EntitlementItem::entitlement).transpose()
    }

    /// A page of an account's entitlements, in the order of their ids.
    pub(crate) async fn entitlements_of(
        &self,
        holder: Id<kind::Account>,
        after: Option<Id<kind::Entitlement>>,
        limit: u32,
    ) -> Result<EntitlementPage, ServiceError> {
        let mut query = Query::prefix(keys::account(holder), keys::ENTITLEMENT_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::entitlement(holder, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<EntitlementItem> = page.parse()?;
        let items = items.into_iter().map(EntitlementItem::entitlement);
        Ok(EntitlementPage {
            items: items.collect::<Result<_, ServiceError>>()?,
            has_more,
        })
    }

    /// Counts a link that is given out; answers whether the entitlement is still in force.
    pub(crate) async fn count_download(
        &self,
        entitlement: &Entitlement,
    ) -> Result<bool, ServiceError> {
        let key = keys::entitlement(entitlement.holder, entitlement.id);
        let write = Write::update(
            &self.table,
            key,
            "SET #download_count = #download_count + :one",
        )
        .when("attribute_exists(pk) AND attribute_not_exists(#revoked_at)")
        .bind(":one", 1);
        match self.table.write(write).await {
            Ok(_) => Ok(true),
            Err(WriteError::Refused { .. }) => Ok(false),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// The write that gives a buyer the right to a line's files. The version of the order, written
    /// with it, makes it happen once.
    pub(crate) fn grant_entitlement(&self, order: &Order, line: &Line, now: Timestamp) -> Write {
        let entitlement = Entitlement::of(order, line, now);
        let key = keys::entitlement(entitlement.holder, entitlement.id);
        let (pk, sk) = attributes(&key);
        let item = EntitlementItem {
            pk,
            sk,
            id: entitlement.id,
            holder: entitlement.holder,
            order: entitlement.order,
            line: entitlement.line,
            listing: entitlement.listing,
            title: entitlement.title,
            files: entitlement.files,
            granted_at: entitlement.granted_at.as_millisecond(),
            revoked_at: entitlement.revoked_at.map(Timestamp::as_millisecond),
            download_count: entitlement.download_count,
        };
        Write::put(&self.table, &item)
    }

    /// The write that ends a buyer's right to a line's files.
    pub(crate) fn revoke_entitlement(
        &self,
        order: &Order,
        line: Id<kind::OrderLine>,
        now: Timestamp,
    ) -> Write {
        let key = keys::entitlement(order.buyer, entitlement_id(line));
        Write::update(&self.table, key, "SET #revoked_at = :now")
            .when("attribute_exists(pk)")
            .bind(":now", now.as_millisecond())
    }
}

impl EntitlementItem {
    fn entitlement(self) -> Result<Entitlement, ServiceError> {
        let instant = |ms| {
            Timestamp::from_millisecond(ms)
                .map_err(|error| ServiceError::malformed("an entitlement", error))
        };
        Ok(Entitlement {
            id: self.id,
            holder: self.holder,
            order: self.order,
            line: self.line,
            listing: self.listing,
            title: self.title,
            files: self.files,
            granted_at: instant(self.granted_at)?,
            revoked_at: self.revoked_at.map(instant).transpose()?,
            download_count: self.download_count,
        })
    }
}
