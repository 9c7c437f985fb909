//! Finding room: which shards have the units that are wanted.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Item, Key, WriteError},
};

use crate::{
    belief::BELIEF_MS,
    claim::{Claim, Part, QuotaId},
    error::HoldError,
    keys,
    quotas::Quotas,
    shard::Shard,
    store,
};

/// After so many empty shards that nobody had hinted at, a search leaves hints for the others.
const PROBES_BEFORE_HINT: usize = 2;

/// What a search looks for.
pub(crate) struct Wanted<'a> {
    pub(crate) quota: &'a QuotaId,
    pub(crate) id: Id<kind::Hold>,
    pub(crate) units: u32,
    /// How many units a shard can give at a time.
    pub(crate) room: fn(&Shard, i64) -> u32,
}

/// What a search came to.
pub(crate) enum Search {
    /// A hold of this id is in force, somewhere in so many shards.
    InPlace { shards: u16 },
    /// There is enough room, in these shards together.
    Found(Vec<Room>),
}

/// Room for wanted units in one shard.
pub(crate) struct Room {
    pub(crate) shard: u16,
    pub(crate) units: u32,
    pub(crate) state: Shard,
}

impl Quotas {
    /// The row that a search for this id would read first: home's, as far as is known. None if every
    /// shard is believed empty, and then nothing would be read at all.
    ///
    /// For callers who read rows of their own at the same time: one BatchGetItem serves them all,
    /// and [`hold_seeing`](Self::hold_seeing) takes what was read.
    pub fn first_read(&self, quota: &QuotaId, id: Id<kind::Hold>) -> Option<Key> {
        let now_ms = self.clock.now_ms();
        let shard = match self.beliefs.shards(quota) {
            // The first shard says into how many the quota is split.
            None => Some(0),
            Some(shards) => {
                let mut order = self.beliefs.order(quota, id, shards).into_iter();
                order.find(|shard| !self.beliefs.is_empty(quota, *shard, now_ms))
            }
        };
        shard.map(|shard| keys::shard(quota, shard))
    }

    /// Looks for room, shard by shard, until there is enough. What was `seen` already is not read
    /// again.
    pub(crate) async fn search(
        &self,
        wanted: &Wanted<'_>,
        seen: Option<&Item>,
        now_ms: i64,
    ) -> Result<Search, HoldError> {
        let quota = wanted.quota;
        let seen = match seen {
            Some(item) => store::seen(&self.table, quota, item)?,
            None => None,
        };
        if let Some((_, state)) = &seen {
            self.beliefs.learn(quota, state.shards);
        }
        let (shards, first) = self.open(quota).await?.ok_or(HoldError::Unknown)?;
        let mut known = first.map(|first| (0, first)).or(seen);
        let mut missing = wanted.units;
        let mut found: Vec<Room> = Vec::new();
        let mut vain = 0;
        let mut asked = false;
        for shard in self.beliefs.order(quota, wanted.id, shards) {
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
            let known = known.take_if(|(known, _)| *known == shard);
            let state = self.tidied(quota, shard, known.map(|(_, state)| state), now_ms);
            let state = state.await?.ok_or(HoldError::Unknown)?;
            if state.live(wanted.id, now_ms).is_some() {
                return Ok(Search::InPlace { shards });
            }
            let units = (wanted.room)(&state, now_ms).min(missing);
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
        if let Some(last) = found.last() {
            self.beliefs.found_room(quota, last.shard);
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

impl Wanted<'_> {
    /// The claim on what was found.
    pub(crate) fn claim(&self, found: &[Room], expires_at_ms: i64) -> Claim {
        let parts = found.iter().map(|room| Part {
            shard: room.shard,
            units: room.units,
        });
        Claim {
            quota: self.quota.clone(),
            hold: self.id,
            expires_at_ms,
            parts: parts.collect(),
        }
    }
}
