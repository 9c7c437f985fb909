//! A member's points: minutes listened, lots that expire, holds. One item an account.
//!
//! Invariant: **issued = active + pending + held + spent + expired + revoked**, after every change
//! and in every stored item; an item that breaks it is not read. And nobody earns for more minutes
//! than have passed: a play marks the minutes in which it sounded, marking a minute twice changes
//! nothing, so duplicated, reordered, overlapping and re-imported plays all come to the same wallet
//! without a table of seen events.
//!
//! - [`Wallet`] is the pure core: mark plays, credit, spend, hold, restore, claw back, adjust. Every
//!   change leaves a [`Movement`] in the item, so that the table's stream tells the journal ([`Booked`]) and nobody
//!   has to write it beside.
//! - [`Wallets`] is the store: one read and one conditional write a change, alone
//!   ([`Wallets::commit`]) or in the caller's transaction ([`Wallets::save`]).
//! - [`Rules`] say how many points minutes are worth on a date.
//!
//! Start reading at [`Wallet`].

#![deny(clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod adjust;
mod balance;
mod bits;
mod book;
mod credit;
mod days;
mod holds;
mod item;
mod keys;
#[cfg(test)]
mod laws;
mod lots;
mod mark;
mod minutes;
#[cfg(test)]
mod model;
mod month;
mod movement;
mod rules;
mod spend;
mod store;
mod wallet;
mod zone;

pub use adjust::AdjustError;
pub use balance::{Balance, Expiring, Today};
pub use credit::{CreditError, MAX_ISSUED};
pub use holds::{HoldError, Posted, ResolveError, Voided};
pub use lots::Part;
pub use mark::{Accrued, Play};
pub use minutes::HORIZON_DAYS;
pub use month::{Month, MonthError};
pub use movement::{Booked, Movement, Reason, ReasonError};
pub use rules::{EarnRule, Rules, Terms, TermsError};
pub use spend::{RestoreError, SpendError, Spent};
pub use store::{CommitError, WALLET, Wallets};
pub use wallet::Wallet;
pub use zone::{UnknownZone, Zone};
