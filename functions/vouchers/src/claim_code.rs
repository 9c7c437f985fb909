//! Claim codes: what a partner's customer types in to get what a purchase has earned.

use crate::typed_code::{TypedCode, TypedCodeKeys};

/// Eighty bits, good for weeks: nobody guesses one.
pub(crate) type ClaimCode = TypedCode<16>;
/// The keys of claim codes.
pub(crate) type ClaimKeys = TypedCodeKeys<16>;
/// What claim codes derive from the secret for.
pub(crate) const CLAIM_CODES: &str = "partner grant claim codes";
