//! The routes, a file each; and what several of them read or answer.

pub(crate) mod cancel_concert;
mod change;
pub(crate) mod check_in;
mod check_in_out;
pub(crate) mod claim_ticket;
mod concert_out;
pub(crate) mod create_concert;
pub(crate) mod create_ticket_quota;
pub(crate) mod edit_concert;
pub(crate) mod edit_ticket_quota;
pub(crate) mod end_concert;
pub(crate) mod get_availability;
pub(crate) mod get_concert;
pub(crate) mod get_own_concert;
pub(crate) mod get_ticket;
pub(crate) mod list_check_ins;
pub(crate) mod list_concerts;
pub(crate) mod list_own_concerts;
pub(crate) mod list_tickets;
pub(crate) mod offer_ticket;
mod once;
pub(crate) mod publish_concert;
mod ticket_out;
pub(crate) mod withdraw_offer;
