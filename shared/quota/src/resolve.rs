//! Ending a hold: commit and release.

use platform::{
    ServiceError,
    table::{Key, Write},
};

use crate::{claim::Claim, error::CommitError, keys, quotas::Quotas, store};

impl Quotas {
    /// The writes that make a claim final. They hold only while it is in force.
    pub async fn commit(&self, claim: &Claim) -> Result<Vec<Write>, CommitError> {
        let now_ms = self.clock.now_ms();
        if !self.is_in_force(claim, now_ms).await? {
            return Err(CommitError::Gone);
        }
        Ok(writes_of(claim, |key, units| {
            store::commit(&self.table, key, claim.hold, units, now_ms)
        }))
    }

    /// The writes that give a claim's units back; none if it is not in force any more.
    pub async fn release(&self, claim: &Claim) -> Result<Vec<Write>, ServiceError> {
        let now_ms = self.clock.now_ms();
        if !self.is_in_force(claim, now_ms).await? {
            return Ok(Vec::new());
        }
        for part in &claim.parts {
            self.beliefs.forget_shard(&claim.quota, part.shard);
        }
        Ok(writes_of(claim, |key, units| {
            store::release(&self.table, key, claim.hold, units)
        }))
    }

    /// Whether every part of the claim is in force. Parts are placed and resolved together, so one
    /// that is missing says that all are over.
    async fn is_in_force(&self, claim: &Claim, now_ms: i64) -> Result<bool, ServiceError> {
        if claim.expires_at_ms <= now_ms {
            return Ok(false);
        }
        for part in &claim.parts {
            let state = store::read(&self.table, &claim.quota, part.shard).await?;
            let held = state.and_then(|state| state.live(claim.hold, now_ms));
            if held.is_none_or(|held| held.units != part.units) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn writes_of(claim: &Claim, write: impl Fn(Key, u32) -> Write) -> Vec<Write> {
    claim
        .parts
        .iter()
        .map(|part| write(keys::shard(&claim.quota, part.shard), part.units))
        .collect()
}
