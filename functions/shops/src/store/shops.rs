//! Shops: the shop itself, its slug, its place in the list of its organization.

use kernel::{CommissionRate, Currency, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{
    copies::{APPROVED, OrganizationCopy},
    country::Country,
    keys,
    shop::{Shop, ShopState},
    text::{Name, Prose, Slug},
};

const SHOP: &str = "shop";
const SLUG: &str = "slug";
const ORGANIZATION: &str = "organization";
/// The label of the check that a shop is open.
pub(super) const OPEN: &str = "open";

#[derive(Serialize, Deserialize)]
struct ShopItem {
    pk: String,
    sk: String,
    id: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slug: Option<Slug>,
    region: Country,
    currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<Prose>,
    state: ShopState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Prose>,
    commission: CommissionRate,
    house_owned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resumes_as: Option<ShopState>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

/// Leads to a shop: from its slug, or in the list of its organization.
#[derive(Serialize, Deserialize)]
struct PointerItem {
    pk: String,
    sk: String,
    shop: Id<kind::Shop>,
}

/// Why a shop was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveShopError {
    /// It is not in the version that the change was made for.
    #[error("the shop is not in the expected version")]
    Changed,
    /// Another shop has the slug.
    #[error("another shop has this slug")]
    SlugTaken,
    /// Its organization may not sell, or its copy changed meanwhile.
    #[error("the organization is not approved, or has changed meanwhile")]
    Organization,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The shop `id`.
    pub(crate) async fn shop(&self, id: Id<kind::Shop>) -> Result<Option<Shop>, ServiceError> {
        let item: Option<ShopItem> = self.table.get(&keys::shop(id)).await?;
        Ok(item.map(Shop::from))
    }

    /// The shop with this slug.
    pub(crate) async fn shop_called(&self, slug: &Slug) -> Result<Option<Shop>, ServiceError> {
        let pointer: Option<PointerItem> = self.table.get(&keys::slug(slug)).await?;
        match pointer {
            Some(pointer) => self.shop(pointer.shop).await,
            None => Ok(None),
        }
    }

    /// The shops with these ids, at most 100, in their order; those that exist.
    pub(crate) async fn shops(&self, ids: &[Id<kind::Shop>]) -> Result<Vec<Shop>, ServiceError> {
        let keys: Vec<_> = ids.iter().map(|id| keys::shop(*id)).collect();
        let items = self.table.get_many(&keys).await?.into_iter().flatten();
        items.map(shop_of).collect()
    }

    /// A page of an organization's shops, oldest first.
    pub(crate) async fn shops_of(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Id<kind::Shop>>,
        limit: u32,
    ) -> Result<PageOf<Shop>, ServiceError> {
        let partition = keys::organization_partition(organization);
        let after = after.map(|after| keys::shop_of_organization(organization, after));
        self.listed_shops(&partition, after, limit).await
    }

    /// A page of the shops that wait for approval, oldest first.
    pub(crate) async fn shops_to_review(
        &self,
        after: Option<Id<kind::Shop>>,
        limit: u32,
    ) -> Result<PageOf<Shop>, ServiceError> {
        let after = after.map(keys::shop_review);
        self.listed_shops(keys::SHOP_REVIEWS, after, limit).await
    }

    async fn listed_shops(
        &self,
        partition: &str,
        after: Option<Key>,
        limit: u32,
    ) -> Result<PageOf<Shop>, ServiceError> {
        let mut query = Query::prefix(partition, keys::SHOP_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&after);
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let pointers: Vec<PointerItem> = page.parse()?;
        let ids: Vec<_> = pointers.iter().map(|pointer| pointer.shop).collect();
        let last = ids.last().map(ToString::to_string);
        Ok(PageOf {
            items: self.shops(&ids).await?,
            next: last.filter(|_| has_more),
        })
    }

    /// Keeps a shop in its first version, made under this copy of its organization: whoever changes
    /// the copy afterwards finds the shop.
    pub(crate) async fn create_shop(
        &self,
        shop: &Shop,
        organization: Option<&OrganizationCopy>,
    ) -> Result<(), SaveShopError> {
        let listed = keys::shop_of_organization(shop.organization, shop.id);
        let copy = Write::check(&self.table, keys::organization(shop.organization));
        let copy = match organization {
            Some(organization) => copy
                .when("#version = :seen")
                .bind(":seen", organization.version),
            None => copy.when_absent(),
        };
        let mut writes = vec![
            Write::put(&self.table, &item(shop))
                .when_absent()
                .labelled(SHOP),
            Write::put(&self.table, &pointer(&listed, shop.id)),
            copy.labelled(ORGANIZATION),
        ];
        writes.extend(shop.slug.as_ref().map(|slug| self.take_slug(slug, shop.id)));
        self.commit_shop(writes).await
    }

    /// Keeps a shop in its new version, if the version before is the one that is kept.
    pub(crate) async fn save_shop(&self, before: &Shop, after: &Shop) -> Result<(), SaveShopError> {
        let put = Write::put(&self.table, &item(after))
            .when("#version = :before")
            .bind(":before", before.version)
            .labelled(SHOP);
        let mut writes = vec![put];
        if before.slug != after.slug {
            let left = before.slug.as_ref();
            writes.extend(left.map(|slug| Write::delete(&self.table, keys::slug(slug))));
            writes.extend(
                after
                    .slug
                    .as_ref()
                    .map(|slug| self.take_slug(slug, after.id)),
            );
        }
        let waits = |shop: &Shop| shop.state == ShopState::PendingApproval;
        let review = keys::shop_review(after.id);
        match (waits(before), waits(after)) {
            (false, true) => {
                writes.push(Write::put(&self.table, &pointer(&review, after.id)));
            }
            (true, false) => writes.push(Write::delete(&self.table, review)),
            (true, true) | (false, false) => {}
        }
        if after.state == ShopState::Open && before.state != ShopState::Open {
            writes.push(self.check_may_sell(after.organization));
        }
        self.commit_shop(writes).await
    }

    /// What a publication depends on: that the shop is open when it commits.
    pub(super) fn check_open(&self, shop: Id<kind::Shop>) -> Write {
        Write::check(&self.table, keys::shop(shop))
            .when("#state = :open")
            .bind(":open", ShopState::Open)
            .labelled(OPEN)
    }

    /// That the organization is not known to be anything but approved. Of one that is not known yet,
    /// the token of whoever acts for it has said so.
    fn check_may_sell(&self, organization: Id<kind::Organization>) -> Write {
        Write::check(&self.table, keys::organization(organization))
            .when("attribute_not_exists(pk) OR #state = :approved")
            .bind(":approved", APPROVED)
            .labelled(ORGANIZATION)
    }

    fn take_slug(&self, slug: &Slug, shop: Id<kind::Shop>) -> Write {
        let item = pointer(&keys::slug(slug), shop);
        Write::put(&self.table, &item).when_absent().labelled(SLUG)
    }

    async fn commit_shop(&self, writes: Vec<Write>) -> Result<(), SaveShopError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.names(SHOP) => {
                Err(SaveShopError::Changed)
            }
            Err(TransactError::Cancelled(cancelled)) if cancelled.names(SLUG) => {
                Err(SaveShopError::SlugTaken)
            }
            Err(TransactError::Cancelled(_)) => Err(SaveShopError::Organization),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}

/// The shop that an item is, as the stream brings it too.
pub(crate) fn shop_of(item: Item) -> Result<Shop, ServiceError> {
    item.parse::<ShopItem>("the shops table").map(Shop::from)
}

fn item(shop: &Shop) -> ShopItem {
    let (pk, sk) = attributes(&keys::shop(shop.id));
    ShopItem {
        pk,
        sk,
        id: shop.id,
        organization: shop.organization,
        name: shop.name.clone(),
        slug: shop.slug.clone(),
        region: shop.region,
        currency: shop.currency,
        about: shop.about.clone(),
        state: shop.state,
        reason: shop.reason.clone(),
        commission: shop.commission,
        house_owned: shop.house_owned,
        resumes_as: shop.resumes_as,
        created_at: shop.created_at,
        updated_at: shop.updated_at,
        version: shop.version,
    }
}

fn pointer(key: &Key, shop: Id<kind::Shop>) -> PointerItem {
    let (pk, sk) = attributes(key);
    PointerItem { pk, sk, shop }
}

impl From<ShopItem> for Shop {
    fn from(item: ShopItem) -> Self {
        Self {
            id: item.id,
            organization: item.organization,
            name: item.name,
            slug: item.slug,
            region: item.region,
            currency: item.currency,
            about: item.about,
            state: item.state,
            reason: item.reason,
            commission: item.commission,
            house_owned: item.house_owned,
            resumes_as: item.resumes_as,
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
