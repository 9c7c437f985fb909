//! Finding room for a hold.

use platform::{
    ServiceError,
    table::{Write, WriteError},
};

use crate::{
    belief::BELIEF_MS,
    claim::{Claim, Hold, Part, QuotaId},
    error::HoldError,
    keys,
    quotas::Quotas,
    shard::{Held, Shard},
    store,
};

/// After so many empty shards that nobody had hinted at, a search leaves hints for the others.
const PROBES_BEFORE_HINT: usize = 2;

/// A hold that can be placed.
#[derive(Debug)]
pub struct Plan {
    /// What to keep with the thing the hold is for.
    pub claim: Claim,
    /// What places the hold; nothing if it is in place already.
    pub writes: Vec<Write>,
}

/// What a search came to.
enum Search {
    /// The hold is in place already, somewhere in so many shards.
    InPlace { shards: u16 },
    /// There is enough room, in these shards together.
    Found(Vec<Room>),
}

/// Room for units of a hold in one shard.
struct Room {
    shard: u16,
    units: u32,
    state: Shard,
}

impl Room {
    fn part(&self) -> Part {
        Part {
            shard: self.shard,
            units: self.units,
        }
    }
}

impl Quotas {
    /// Looks for room for `hold` and answers with the writes that place it.
    ///
    /// Reads home's shard; more only if that has too little. Units are taken from several shards
    /// if no other way is found. A hold that is in place already is answered without writes, as
    /// long as its home is not believed empty: look at your own record of it first.
    pub async fn hold(&self, quota: &QuotaId, hold: &Hold) -> Result<Plan, HoldError> {
        let now_ms = self.clock.now_ms();
        let expires_at_ms = hold.expires_at.as_millisecond();
        if expires_at_ms <= now_ms {
            return Err(HoldError::Expired);
        }
        let search = self.search(quota, hold, now_ms).await?;
        let found = match search {
            Search::InPlace { shards } => {
                return self.recall(quota, hold, shards, now_ms).await;
            }
            Search::Found(found) => found,
        };
        if let Some(last) = found.last() {
            self.beliefs.found_room(quota, last.shard);
        }
        let writes = found.iter().map(|room| {
            let held = Held {
                units: room.units,
                expires_at_ms,
            };
            let taking = room.state.take(hold.id, held, now_ms);
            store::hold(&self.table, keys::shard(quota, room.shard), &taking, now_ms)
        });
        Ok(Plan {
            writes: writes.collect(),
            claim: Claim {
                quota: quota.clone(),
                hold: hold.id,
                expires_at_ms,
                parts: found.iter().map(Room::part).collect(),
            },
        })
    }

    /// Looks for room, shard by shard, until there is enough.
    async fn search(&self, quota: &QuotaId, hold: &Hold, now_ms: i64) -> Result<Search, HoldError> {
        let (shards, mut first) = self.open(quota).await?.ok_or(HoldError::Unknown)?;
        let mut missing = hold.units.get();
        let mut found = Vec::new();
        let mut vain = 0;
        let mut asked = false;
        for shard in self.beliefs.order(quota, hold.id, shards) {
            if missing == 0 {
                break;
            }
            if vain > 0 && !asked {
                asked = true;
                self.hear_hints(quota, now_ms).await?;
            }
            if self.beliefs.is_empty(quota, shard, now_ms) {
                continue;
            }
            let known = if shard == 0 { first.take() } else { None };
            let state = self.tidied(quota, shard, known, now_ms).await?;
            let state = state.ok_or(HoldError::Unknown)?;
            if state.live(hold.id, now_ms).is_some() {
                return Ok(Search::InPlace { shards });
            }
            let units = state.room(now_ms).min(missing);
            if units == 0 {
                self.believe_empty(quota, shard, &state, now_ms);
                vain += 1;
            } else {
                missing -= units;
                found.push(Room {
                    shard,
                    units,
                    state,
                });
            }
        }
        if missing > 0 || vain > PROBES_BEFORE_HINT {
            self.leave_hints(quota, shards, now_ms).await?;
        }
        if missing > 0 {
            return Err(HoldError::SoldOut);
        }
        Ok(Search::Found(found))
    }

    /// Tells other processes which shards this one believes empty.
    async fn leave_hints(
        &self,
        quota: &QuotaId,
        shards: u16,
        now_ms: i64,
    ) -> Result<(), ServiceError> {
        if shards == 1 {
            return Ok(());
        }
        let untold = self.beliefs.untold(quota, now_ms);
        if untold.is_empty() {
            return Ok(());
        }
        let hints = store::add_hints(&self.table, quota, &untold);
        match self.table.write(hints).await {
            // A write without a condition cannot be refused.
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// A shard without more expired holds than one write can take away.
    async fn tidied(
        &self,
        quota: &QuotaId,
        shard: u16,
        known: Option<Shard>,
        now_ms: i64,
    ) -> Result<Option<Shard>, ServiceError> {
        let mut state = known;
        loop {
            if state.is_none() {
                state = store::read(&self.table, quota, shard).await?;
            }
            match state {
                Some(littered) if littered.is_littered(now_ms) => {
                    self.collect(quota, shard, &littered, now_ms).await?;
                    state = None;
                }
                tidy => return Ok(tidy),
            }
        }
    }

    /// The claim of a hold that is in place.
    async fn recall(
        &self,
        quota: &QuotaId,
        hold: &Hold,
        shards: u16,
        now_ms: i64,
    ) -> Result<Plan, HoldError> {
        let expires_at_ms = hold.expires_at.as_millisecond();
        let mut parts = Vec::new();
        for shard in 0..shards {
            let state = store::read(&self.table, quota, shard).await?;
            let state = state.ok_or(HoldError::Unknown)?;
            if let Some(held) = state.live(hold.id, now_ms) {
                if held.expires_at_ms != expires_at_ms {
                    return Err(HoldError::Reused);
                }
                parts.push(Part {
                    shard,
                    units: held.units,
                });
            }
        }
        let claim = Claim {
            quota: quota.clone(),
            hold: hold.id,
            expires_at_ms,
            parts,
        };
        if claim.units() == hold.units.get() {
            Ok(Plan {
                claim,
                writes: Vec::new(),
            })
        } else {
            Err(HoldError::Reused)
        }
    }

    /// Believes what others have hinted at, but no longer than it would believe itself.
    async fn hear_hints(&self, quota: &QuotaId, now_ms: i64) -> Result<(), ServiceError> {
        for (shard, until_ms) in store::read_hints(&self.table, quota).await? {
            if until_ms > now_ms {
                let until_ms = until_ms.min(now_ms.saturating_add(BELIEF_MS));
                self.beliefs.heard(quota, shard, until_ms);
            }
        }
        Ok(())
    }

    /// Remembers an empty shard, but not beyond the moment at which time frees units in it.
    fn believe_empty(&self, quota: &QuotaId, shard: u16, state: &Shard, now_ms: i64) {
        let believed = now_ms.saturating_add(BELIEF_MS);
        let until_ms = state
            .next_expiry_ms(now_ms)
            .unwrap_or(believed)
            .min(believed);
        self.beliefs.found_empty(quota, shard, until_ms);
    }
}
