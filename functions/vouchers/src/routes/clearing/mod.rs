//! What partner and platform owe each other: settlements, balances, statements.

pub(crate) mod balance_hook;
mod balance_out;
pub(crate) mod get_balance;
pub(crate) mod get_statement;
pub(crate) mod record_settlement;
mod statement;
mod statement_csv;
pub(crate) mod statement_hook;
mod statement_out;
