//! Why something cannot be done, an enum for each operation.

use platform::ServiceError;

use crate::quotas::MAX_SHARDS;

/// Why a quota cannot be created as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quota has 1 to {MAX_SHARDS} shards")]
pub struct CreateError;

/// Why units cannot be held or taken.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// There are too few units free. Nothing was written for it but a hint, at most.
    #[error("too few units are free")]
    SoldOut,
    /// The hold would have ended before it began.
    #[error("the hold's time is over")]
    Expired,
    /// The id is that of a hold in force: of other units or another expiry, or where units were to be
    /// taken without one.
    #[error("the id is that of another hold")]
    Reused,
    /// There is no such quota.
    #[error("there is no such quota")]
    Unknown,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a hold cannot be made final.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The hold is not in force. A caller whose own record says that it committed or released it is
    /// repeating itself, and it is done; any other has lost the hold to time.
    #[error("the hold is not in force")]
    Gone,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why units cannot come back.
#[derive(Debug, thiserror::Error)]
pub enum GiveBackError {
    /// Fewer units are committed than are to come back: they came back before, or were never taken.
    #[error("only {committed} units are committed")]
    TooMany {
        /// How many units are committed.
        committed: u32,
    },
    /// There is no such quota.
    #[error("there is no such quota")]
    Unknown,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a capacity cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum CapacityError {
    /// More units are committed and held than the new capacity has.
    #[error("{in_use} units are in use")]
    InUse {
        /// How many units are committed or held.
        in_use: u32,
    },
    /// There is no such quota.
    #[error("there is no such quota")]
    Unknown,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a quota cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// There is no such quota.
    #[error("there is no such quota")]
    Unknown,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}
