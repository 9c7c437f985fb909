//! The platform's words: ids, money, points, rates, the division of an amount, regions, what a
//! deployment serves, time zones, texts, the clock, events.
//!
//! Every other crate speaks in these types, so a rule that is kept here is kept everywhere: an id
//! has one spelling, an amount is an exact integer inside the range every client can represent,
//! an operation that would leave that range is an error, and parts sum to their whole.
//!
//! Invariant: this crate is pure. It reads the system clock and the system's randomness for new
//! ids, and does no other input or output; it knows no runtime, no transport and no store.
//!
//! Start at [`Id`] and [`Money`]; the laws stand as property tests at the foot of each module.

#![deny(clippy::float_arithmetic)]
// A kernel that can wrap or panic takes every context down with it.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing
    )
)]

pub mod basis_points;
pub mod clock;
pub mod event;
pub mod id;
pub mod kind;
pub mod money;
pub mod points;
pub mod region;
pub mod served;
pub mod split;
pub mod text;
pub mod zone;

pub use jiff::Timestamp;
pub use {
    basis_points::{BasisPoints, CommissionRate},
    clock::Clock,
    event::Event,
    id::{Id, Kind},
    money::{Currency, Money},
    points::Points,
    region::Region,
    served::{Currencies, Jurisdictions},
    split::split,
    zone::Zone,
};

/// The largest integer that JSON clients hold exactly: 2^53 − 1.
///
/// Beyond it a JavaScript client reads another number than the one we wrote, so no amount of
/// money or points may pass it, in either direction.
pub const MAX_EXACT_INTEGER: i64 = (1 << 53) - 1;
