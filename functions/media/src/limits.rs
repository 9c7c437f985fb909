//! How much one may upload.

use kernel::{Id, kind};
use web::{ApiError, Limit, RateLimits};

/// The catalogue of a label is moved in a few days, and nobody fills the bucket.
const UPLOADS: Limit = Limit {
    name: "uploads",
    max: 2_000,
    window_s: 24 * 60 * 60,
};

/// The limits of this context, counted in the requests table.
#[derive(Clone, Debug)]
pub(crate) struct Limits(RateLimits);

impl Limits {
    /// Counts with `counts`.
    pub(crate) fn new(counts: RateLimits) -> Self {
        Self(counts)
    }

    /// Counts an upload of an organization, or answers 429.
    pub(crate) async fn announce(&self, by: Id<kind::Organization>) -> Result<(), ApiError> {
        let _taken = self.0.require(&UPLOADS, &by.to_string()).await?;
        Ok(())
    }
}
