//! Rewards: the reward itself, its place in the catalogue, and what its pool's shards offer.

use std::num::NonZeroU32;

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{
    keys::{self, POOL_SHARDS},
    reward::{AgreedPrice, PartnerName, Price, Reward, Status, Supply, ValidDays},
    text::{Name, Prose},
};

const REWARD: &str = "reward";

/// A reward, under its own key and again in the catalogue while it is published.
#[derive(Serialize, Deserialize)]
struct RewardItem {
    pk: String,
    sk: String,
    id: Id<kind::Reward>,
    partner: PartnerName,
    name: Name,
    description: Prose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terms: Option<Prose>,
    price: Price,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_per_member: Option<NonZeroU32>,
    voucher_valid_days: ValidDays,
    #[serde(default)]
    supply: Supply,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit_price: Option<AgreedPrice>,
    status: Status,
    created_at: Timestamp,
    version: u64,
}

/// Which version of the reward may be redeemed. A redemption checks the one in the shard of its
/// code, so that redemptions at once do not all touch the reward's own item.
#[derive(Serialize)]
struct OfferItem {
    pk: String,
    sk: String,
    version: u64,
}

/// Why a reward was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditRewardError {
    /// It is not in the version that the change was made for.
    #[error("the reward is not in the expected version")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The reward `id`.
    pub(crate) async fn reward(
        &self,
        id: Id<kind::Reward>,
    ) -> Result<Option<Reward>, ServiceError> {
        let item: Option<RewardItem> = self.table.get(&keys::reward(id)).await?;
        Ok(item.map(Reward::from))
    }

    /// Keeps a reward in its new version, if the version before is the one that is kept: the first
    /// version if there is none yet.
    pub(crate) async fn save_reward(&self, reward: &Reward) -> Result<(), EditRewardError> {
        let put = Write::put(&self.table, &item(reward, &keys::reward(reward.id))).labelled(REWARD);
        let put = match reward.version {
            1 => put.when_absent(),
            version => put.when("#version = :before").bind(":before", version - 1),
        };
        let listed = keys::catalogue(reward.id);
        let catalogue = match reward.status {
            Status::Published => Write::put(&self.table, &item(reward, &listed)),
            Status::Draft | Status::Paused => Write::delete(&self.table, listed),
        };
        let offers = (0..POOL_SHARDS).map(|shard| {
            let (pk, sk) = attributes(&keys::offer(reward.id, shard));
            let offer = OfferItem {
                pk,
                sk,
                version: reward.version,
            };
            Write::put(&self.table, &offer)
        });
        let writes = [put, catalogue]
            .into_iter()
            .chain(offers)
            .collect::<Vec<_>>();
        // Whoever edits a reward wants to see how it is now.
        self.stock.forget(reward.id);
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(EditRewardError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// A page of the published rewards, oldest first.
    pub(crate) async fn published_rewards(
        &self,
        after: Option<Id<kind::Reward>>,
        limit: u32,
    ) -> Result<PageOf<Reward>, ServiceError> {
        let mut query = Query::prefix(keys::CATALOGUE, keys::REWARD_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::catalogue(after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<RewardItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(Reward::from).collect(),
            has_more,
        })
    }
}

fn item(reward: &Reward, key: &Key) -> RewardItem {
    let (pk, sk) = attributes(key);
    RewardItem {
        pk,
        sk,
        id: reward.id,
        partner: reward.partner.clone(),
        name: reward.name.clone(),
        description: reward.description.clone(),
        terms: reward.terms.clone(),
        price: reward.price,
        limit_per_member: reward.limit_per_member,
        voucher_valid_days: reward.voucher_valid_days,
        supply: reward.supply.clone(),
        unit_price: reward.unit_price,
        status: reward.status,
        created_at: reward.created_at,
        version: reward.version,
    }
}

impl From<RewardItem> for Reward {
    fn from(item: RewardItem) -> Self {
        Self {
            id: item.id,
            partner: item.partner,
            name: item.name,
            description: item.description,
            terms: item.terms,
            price: item.price,
            limit_per_member: item.limit_per_member,
            voucher_valid_days: item.voucher_valid_days,
            supply: item.supply,
            unit_price: item.unit_price,
            status: item.status,
            created_at: item.created_at,
            version: item.version,
        }
    }
}
