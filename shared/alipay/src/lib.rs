//! Alipay, as a merchant speaks to it: signed requests, verified answers, verified notifies.
//!
//! Invariants:
//!
//! - **RSA2 (SHA256withRSA) and nothing else**, whatever `sign_type` a message claims.
//! - **What is verified is what was received.** Answers are verified over the very characters that
//!   arrived, notifies over the form decoded exactly once; nothing is written again to be verified.
//! - **A signed text has one reading.** Alipay joins parameters as `k=v&k=v` without escaping, so a
//!   parameter could be folded into its neighbour under the same signature; see [`Form`].
//! - **No answer is not a refusal.** [`GatewayError::Unknown`] says that the operation may have
//!   happened; it is resolved by asking, or by repeating it under the same number.
//! - Amounts are whole fen. The wire's spelling, yuan with two decimals, stays in [`Fen`].
//!
//! [`Gateway`] has two implementations: [`Client`], which speaks to Alipay over HTTP, and the
//! sandbox in `infra/sandbox`, which is a gateway itself. Start at [`Gateway`], then [`Notify`].

mod beijing;
mod client;
mod fen;
mod form;
mod gateway;
mod keys;
mod merchant;
mod names;
mod notify;
mod request;
mod response;

pub use beijing::BeijingTime;
pub use client::Client;
pub use fen::{Fen, FenError};
pub use form::{Form, FormError};
pub use gateway::{
    Gateway, GatewayError, Payment, Refund, RefundOutcome, RefundRecord, Trade, TradeStatus,
    UnknownStatus,
};
pub use keys::{KeyError, PrivateKey, PublicKey, SigningError};
pub use merchant::{Merchant, MerchantError};
pub use names::{AppId, NameError, NotifyId, OutRequestNo, OutTradeNo, SellerId, Subject, TradeNo};
pub use notify::{Expected, MAX_NOTIFY_BYTES, Mismatch, Notify, NotifyError, RefundNotice};
pub use request::{Method, Request};
