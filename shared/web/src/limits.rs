//! Rate limits: fixed windows, counted by one conditional write each.

use std::time::Duration;

use kernel::Clock;
use platform::{
    ServiceError,
    table::{Key, Table, Write, WriteError},
};
use ring::digest::{SHA256, digest};

use crate::error::{ApiError, Code};

/// How often something may be done.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is limited; part of the key.
    pub name: &'static str,
    /// How often in one window.
    pub max: u32,
    /// The window's length in seconds; windows begin at multiples of it.
    pub window_s: i64,
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Whether this use was within the limit.
    pub allowed: bool,
    /// How many more uses this window has.
    pub remaining: u32,
    /// Seconds until the next window begins.
    pub reset_in_s: i64,
}

/// A use that was taken, and can be given back.
#[derive(Debug)]
#[must_use = "a use that does not count must be given back"]
pub struct Taken(Key);

/// Counts uses in the requests table. The condition is part of the write, so a limit is never
/// exceeded, however many instances count.
#[derive(Clone, Debug)]
pub struct RateLimits {
    table: Table,
    clock: Clock,
}

impl RateLimits {
    /// Counts in `table`, whose rows expire by `expires_at`.
    pub fn new(table: Table, clock: Clock) -> Self {
        Self { table, clock }
    }

    /// Takes one use of `limit` for `subject`.
    pub async fn take(&self, limit: &Limit, subject: &str) -> Result<Usage, ServiceError> {
        self.take_in(limit, subject, self.window(limit)).await
    }

    async fn take_in(
        &self,
        limit: &Limit,
        subject: &str,
        window: i64,
    ) -> Result<Usage, ServiceError> {
        let reset_in_s = window + limit.window_s - self.clock.now_seconds();
        let write = Write::update(
            &self.table,
            key(limit, subject, window),
            "SET #expires_at = :expires_at ADD #used :one",
        )
        .when("attribute_not_exists(#used) OR #used < :max")
        .bind(":expires_at", window + 2 * limit.window_s)
        .bind(":one", 1)
        .bind(":max", limit.max);
        match self.table.write(write).await {
            Ok(written) => {
                let used = written
                    .item
                    .and_then(|item| item.number("used"))
                    .and_then(|used| u32::try_from(used).ok())
                    .unwrap_or(limit.max);
                Ok(Usage {
                    allowed: true,
                    remaining: limit.max.saturating_sub(used),
                    reset_in_s,
                })
            }
            Err(WriteError::Refused { .. }) => Ok(Usage {
                allowed: false,
                remaining: 0,
                reset_in_s,
            }),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Takes one use, or answers 429.
    pub async fn require(&self, limit: &Limit, subject: &str) -> Result<Taken, ApiError> {
        let window = self.window(limit);
        let usage = self.take_in(limit, subject, window).await?;
        if usage.allowed {
            return Ok(Taken(key(limit, subject, window)));
        }
        let wait = u64::try_from(usage.reset_in_s).unwrap_or_default();
        Err(ApiError::new(Code::RateLimited).retry_after(Duration::from_secs(wait)))
    }

    /// Gives back a use that turned out not to count, to the window that it was taken from.
    pub async fn give_back(&self, taken: Taken) -> Result<(), ServiceError> {
        let write = Write::update(&self.table, taken.0, "ADD #used :less")
            .when("#used > :zero")
            .bind(":less", -1)
            .bind(":zero", 0);
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// When the window that is running began.
    fn window(&self, limit: &Limit) -> i64 {
        self.clock.now_seconds().div_euclid(limit.window_s) * limit.window_s
    }
}

/// The subject is hashed: it may be an address, and rows are no place for personal data.
fn key(limit: &Limit, subject: &str, window: i64) -> Key {
    let hash: String = digest(&SHA256, subject.as_bytes()).as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Key::partition(format!("RATE#{}#{hash}#{window}", limit.name))
}
