//! Changing one order: read, decide, commit with all that follows; again if another was faster.

use std::{fmt::Display, num::NonZeroU32, slice::from_ref};

use kernel::{Id, Timestamp, kind};
use platform::{ServiceError, table::Write};
use quota::GiveBackError;
use serde::{Deserialize, Serialize};
use web::{ApiError, Code, RequestKey};

use crate::{
    Parts,
    order::Order,
    purchase_limit,
    refund::{Changed, Consequences},
    store::CommitError,
};

/// How often a change is decided on anew because the order changed meanwhile. Each time means that
/// another's change was done.
const MAX_TRIES: usize = 64;

/// What becomes of an order at a time. Behind a pointer, so that the code around it is there once and not
/// for every route.
type Decide<'a, E> = dyn Fn(Order, Timestamp) -> Result<Changed, E> + Sync + 'a;

/// An order after a request, and whether the request was done before.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) order: Order,
    pub(crate) is_repeated: bool,
}

/// Why an order was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// There is no such order.
    #[error("there is no such order")]
    Absent,
    /// It cannot be; why.
    #[error("{0}")]
    Refused(String),
    /// Others kept getting in between.
    #[error("too many others changed the order")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What is remembered of a request that changed an order: the order is read again for a repeated
/// answer.
#[derive(Serialize, Deserialize)]
struct Record {
    order: Id<kind::Order>,
}

impl Parts {
    /// Changes an order as `decide` says, for an event or for time: whatever is decided must be
    /// nothing the second time, since nothing else keeps it from being done twice.
    pub(crate) async fn change<E: Display>(
        &self,
        id: Id<kind::Order>,
        decide: impl Fn(Order, Timestamp) -> Result<Changed, E> + Sync,
    ) -> Result<(), ChangeError> {
        let decide = |order, now| decide(order, now).map_err(|error| error.to_string());
        self.change_as(id, &decide).await
    }

    async fn change_as(
        &self,
        id: Id<kind::Order>,
        decide: &Decide<'_, String>,
    ) -> Result<(), ChangeError> {
        for _ in 0..MAX_TRIES {
            let now = self.now();
            let seen = self.store.order(id).await?.ok_or(ChangeError::Absent)?;
            let changed = decide(seen.clone(), now).map_err(ChangeError::Refused)?;
            if changed.order == seen && changed.consequences == Consequences::default() {
                return Ok(());
            }
            match self
                .store
                .commit(self.writes_of(&seen, &changed, now).await?)
                .await
            {
                Ok(()) => return Ok(()),
                Err(CommitError::Changed | CommitError::Goods | CommitError::Limit) => {}
                Err(CommitError::Service(error)) => return Err(error.into()),
            }
        }
        Err(ChangeError::Contended)
    }

    /// Changes an order as `decide` says, once for this request.
    pub(crate) async fn change_once(
        &self,
        id: Id<kind::Order>,
        key: &RequestKey,
        decide: impl Fn(Order, Timestamp) -> Result<Changed, ApiError> + Sync,
    ) -> Result<Done, ApiError> {
        self.change_once_as(id, key, &decide).await
    }

    async fn change_once_as(
        &self,
        id: Id<kind::Order>,
        key: &RequestKey,
        decide: &Decide<'_, ApiError>,
    ) -> Result<Done, ApiError> {
        for _ in 0..MAX_TRIES {
            let now = self.now();
            let seen = self.store.order(id).await?;
            let seen = seen.ok_or_else(ApiError::not_found)?;
            let refusal = match decide(seen.clone(), now) {
                Ok(changed) => {
                    let mut writes = self.writes_of(&seen, &changed, now).await?;
                    writes.push(self.requests.record(key, &Record { order: id })?);
                    match self.store.commit(writes).await {
                        Ok(()) => {
                            let mut order = changed.order;
                            order.version += 1;
                            return Ok(Done {
                                order,
                                is_repeated: false,
                            });
                        }
                        Err(CommitError::Changed | CommitError::Goods | CommitError::Limit) => None,
                        Err(CommitError::Service(error)) => return Err(error.into()),
                    }
                }
                Err(refusal) => Some(refusal),
            };
            // What refuses us may be what our own twin has just done: then the answer is the twin's.
            if let Some(Record { order }) = self.requests.find(key).await? {
                let order = self.store.order(order).await?;
                return Ok(Done {
                    order: order.ok_or_else(ApiError::not_found)?,
                    is_repeated: true,
                });
            }
            if let Some(refusal) = refusal {
                return Err(refusal);
            }
        }
        Err(ApiError::new(Code::Unavailable))
    }

    /// Everything that is written when an order changes from what it was `before`: the order, the
    /// units that can be sold again, how many tickets its buyer has, the files that can be downloaded
    /// and no longer be.
    pub(crate) async fn writes_of(
        &self,
        before: &Order,
        changed: &Changed,
        now: Timestamp,
    ) -> Result<Vec<Write>, ServiceError> {
        let order = &changed.order;
        let mut writes = vec![self.store.save(order)];
        let recounts = purchase_limit::recounts(from_ref(before), from_ref(order));
        writes.extend(recounts.iter().map(|recount| self.store.recount(recount)));
        writes.extend(self.consequences_of(changed, now).await?);
        Ok(writes)
    }

    /// What is written beside the order.
    pub(crate) async fn consequences_of(
        &self,
        changed: &Changed,
        now: Timestamp,
    ) -> Result<Vec<Write>, ServiceError> {
        let Changed {
            order,
            consequences,
        } = changed;
        let mut writes = Vec::new();
        for (quota, units) in &consequences.given_back {
            let Some(units) = NonZeroU32::new(*units) else {
                continue;
            };
            match self.quotas.give_back(quota, units).await {
                Ok(given_back) => writes.extend(given_back),
                Err(GiveBackError::Service(error)) => return Err(error),
                // The money goes back all the same; units that cannot be counted back are a matter
                // for people.
                Err(error @ (GiveBackError::Unknown | GiveBackError::TooMany { .. })) => {
                    platform::books_disagree!(
                        Stock,
                        order = order.id.to_string(),
                        quota = quota.to_string(),
                        units,
                        error = error.to_string(),
                        "units were not given back"
                    );
                }
            }
        }
        let unlocked = order.lines.iter();
        let unlocked = unlocked.filter(|line| consequences.unlocked.contains(&line.id));
        writes.extend(unlocked.map(|line| self.store.grant_entitlement(order, line, now)));
        let revoked = consequences.revoked.iter();
        writes.extend(revoked.map(|line| self.store.revoke_entitlement(order, *line, now)));
        Ok(writes)
    }

    /// The time now, to the millisecond, as it is stored: an answer says what will be read again.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}
