//! Pools of codes: what comes in, and which code is free.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write},
};
use serde::Serialize;

use super::{Store, attributes};
use crate::{
    code_batch::CodeBatch,
    keys::{self, FREE_PREFIX, POOL_SHARDS},
    sealing::SealedCode,
};

const VOUCHER: &str = "voucher";

/// How many codes one transaction brings into a pool, at two writes each.
pub(crate) const CODES_PER_TRANSACTION: usize = 25;

/// Above the sort key of every free code.
const FREE_END: &str = "FREE#~";

/// A voucher that nobody holds yet. What is added when it is issued stands in `vouchers.rs`.
#[derive(Serialize)]
struct AvailableItem<'a> {
    pk: String,
    sk: String,
    id: Id<kind::Voucher>,
    partner_id: Id<kind::Partner>,
    reward_id: Id<kind::Reward>,
    batch_id: Id<kind::CodeBatch>,
    code: &'a SealedCode,
    status: &'static str,
    created_at: Timestamp,
    version: u64,
}

/// Says that a code is free. It is removed in the transaction that issues the code, and never comes
/// back.
#[derive(Serialize)]
struct FreeItem {
    pk: String,
    sk: String,
}

impl Store {
    /// Brings codes of a batch into its reward's pool and answers how many of them are there thanks
    /// to this batch, now or since an earlier try; the others came with another batch before.
    pub(crate) async fn add_codes(
        &self,
        batch: &CodeBatch,
        codes: &[(Id<kind::Voucher>, SealedCode)],
    ) -> Result<u32, ServiceError> {
        let mut added = 0;
        for chunk in codes.chunks(CODES_PER_TRANSACTION) {
            let writes: Vec<_> = chunk
                .iter()
                .flat_map(|code| self.code_writes(batch, code))
                .collect();
            match self.aws.transact(Transaction::from(writes)).await {
                Ok(()) => added += u32::try_from(chunk.len()).unwrap_or(0),
                Err(TransactError::Cancelled(_)) => {
                    for code in chunk {
                        added += u32::from(self.add_code(batch, code).await?);
                    }
                }
                Err(TransactError::Service(error)) => return Err(error),
            }
        }
        self.stock.forget(batch.reward);
        Ok(added)
    }

    /// Brings in one code of which there may be a voucher already; answers whether this batch did.
    async fn add_code(
        &self,
        batch: &CodeBatch,
        code: &(Id<kind::Voucher>, SealedCode),
    ) -> Result<bool, ServiceError> {
        let writes = self.code_writes(batch, code);
        match self
            .aws
            .transact(Transaction::from(Vec::from(writes)))
            .await
        {
            Ok(()) => Ok(true),
            Err(TransactError::Cancelled(cancellation)) => {
                let existing = cancellation.existing(VOUCHER);
                let owner = existing.and_then(|item| item.text("batch_id"));
                Ok(owner == Some(batch.id.to_string().as_str()))
            }
            Err(TransactError::Service(error)) => Err(error),
        }
    }

    /// The voucher under "there is none yet", and its place among the free ones. They come together,
    /// so a code that was issued meanwhile is not made free again.
    fn code_writes(
        &self,
        batch: &CodeBatch,
        (voucher, code): &(Id<kind::Voucher>, SealedCode),
    ) -> [Write; 2] {
        let (pk, sk) = attributes(&keys::voucher(*voucher));
        let available = AvailableItem {
            pk,
            sk,
            id: *voucher,
            partner_id: batch.partner,
            reward_id: batch.reward,
            batch_id: batch.id,
            code,
            status: "available",
            created_at: self.clock.now(),
            version: 1,
        };
        let (pk, sk) = attributes(&keys::free(batch.reward, *voucher));
        [
            Write::put(&self.table, &available)
                .when_absent()
                .labelled(VOUCHER),
            Write::put(&self.table, &FreeItem { pk, sk }),
        ]
    }

    /// Some free code of a reward, picked by chance so that those who pick at once seldom pick the
    /// same; `None` if there is none in any shard.
    pub(crate) async fn pick_free(
        &self,
        reward: Id<kind::Reward>,
    ) -> Result<Option<Id<kind::Voucher>>, ServiceError> {
        // Codes' ids are even, so what follows a random id is a random code.
        let from: Id<kind::Voucher> = Id::from_bytes(random());
        let first = keys::pool_shard(from);
        let from = format!("{FREE_PREFIX}{from}");
        for step in 0..POOL_SHARDS {
            let pool = keys::pool(reward, (first + step) % POOL_SHARDS);
            for begin in [&from, FREE_PREFIX] {
                let free = self.free_between(&pool, begin, FREE_END).await?;
                if free.is_some() {
                    return Ok(free);
                }
            }
        }
        Ok(None)
    }

    /// Whether a code of the reward is free, as far as was seen in the last seconds.
    pub(crate) async fn is_in_stock(&self, reward: Id<kind::Reward>) -> Result<bool, ServiceError> {
        let now_ms = self.clock.now_ms();
        if let Some(shown) = self.stock.shown(reward, now_ms) {
            return Ok(shown);
        }
        let in_stock = self.pick_free(reward).await?.is_some();
        self.stock.saw(reward, in_stock, now_ms);
        Ok(in_stock)
    }

    async fn free_between(
        &self,
        pool: &str,
        from: &str,
        to: &str,
    ) -> Result<Option<Id<kind::Voucher>>, ServiceError> {
        let query = Query::new("pk = :pk AND sk BETWEEN :from AND :to")
            .bind(":pk", pool)
            .bind(":from", from)
            .bind(":to", to)
            .limit(1);
        let page = self.table.query(query).await?;
        let Some(item) = page.items.first() else {
            return Ok(None);
        };
        let id = item.text("sk").and_then(|sk| sk.strip_prefix(FREE_PREFIX));
        match id.map(str::parse) {
            Some(Ok(id)) => Ok(Some(id)),
            _ => Err(ServiceError::malformed(
                self.table.name(),
                "a free code's key names no voucher",
            )),
        }
    }
}

/// Without randomness any place to begin is as correct, only more crowded.
fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes,
        Err(_) => [0; 16],
    }
}
