//! A payment gateway to try things with: it speaks the wire of Alipay, with keys of its own.
//!
//! [`Sandbox`] is the gateway itself: trades, refunds and notifies as a state machine, the signed
//! requests and answers of `gateway.do`, and a page on which a person pays, cancels or lets the
//! order expire. A merchant's code cannot tell it from Alipay except by its keys, which are public.
//!
//! Invariants:
//!
//! - Money moves once: a trade is paid once, a refund happens once for its number, and no more is
//!   given back than was paid, whatever is repeated.
//! - Nothing happens without a valid RSA2 signature of the merchant, except what a buyer does.
//! - Time is the [`Clock`]'s: a test drives days of notifies in an instant.
//!
//! **What it knows lies in memory** and is gone with the process, as a merchant's order that nobody
//! remembers would be; whoever restarts it finds `ACQ.TRADE_NOT_EXIST`.
//!
//! Start at [`trade`], which holds the rules; then `api`, which holds the wire.

mod api;
mod book;
mod deliver;
mod fault;
mod gateway;
mod keys;
mod outbox;
mod page;
mod pay;
mod refusal;
mod routes;
pub mod trade;
mod transport;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alipay::{Merchant, OutTradeNo, TradeStatus};
use kernel::Clock;

use crate::{
    book::{Book, Number},
    fault::Faults,
    trade::SandboxTrade,
};

pub use api::GateError;
pub use fault::Fault;
pub use keys::{APP_ID, Keys, SELLER_ID, merchant_secret_json};
pub use outbox::{Attempt, Notifier};
pub use pay::PayError;
pub use refusal::Refusal;

/// The number of the one buyer, whom everybody is.
pub(crate) const BUYER_ID: &str = "2088000000000002";

/// The path of the gateway below any host.
pub const GATEWAY_PATH: &str = "/sandbox/alipay/gateway.do";

/// The gateway's address where it is called without a socket (see [`Sandbox`] as a transport).
pub const GATEWAY_URL: &str = "http://sandbox.test/sandbox/alipay/gateway.do";

/// One sandbox gateway with one merchant. Clones share everything.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    clock: Clock,
    keys: Keys,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    book: Book,
    faults: Faults,
}

impl Sandbox {
    /// An empty gateway.
    #[must_use]
    pub fn new(clock: Clock, keys: Keys) -> Sandbox {
        Sandbox(Arc::new(Inner {
            clock,
            keys,
            state: Mutex::default(),
        }))
    }

    /// The sandbox's merchant, as his own code would know himself.
    #[must_use]
    pub fn merchant(&self) -> &Merchant {
        self.0.keys.merchant()
    }

    /// The buyer pays a trade whose page was opened, as the page's button does.
    ///
    /// # Errors
    /// [`Refusal`], as the page would show it.
    pub fn pay(&self, out_trade_no: &OutTradeNo) -> Result<SandboxTrade, Refusal> {
        let number = Number::Merchants(out_trade_no.clone());
        self.state().book.pay(&number, self.0.clock.now()).cloned()
    }

    /// The buyer cancels a trade, as the page's button does.
    ///
    /// # Errors
    /// [`Refusal`], as the page would show it.
    pub fn cancel(&self, out_trade_no: &OutTradeNo) -> Result<SandboxTrade, Refusal> {
        let number = Number::Merchants(out_trade_no.clone());
        self.state()
            .book
            .close(&number, self.0.clock.now())
            .cloned()
    }

    /// A trade as it stands now, if there is one.
    #[must_use]
    pub fn trade(&self, out_trade_no: &OutTradeNo) -> Option<SandboxTrade> {
        let number = Number::Merchants(out_trade_no.clone());
        self.state()
            .book
            .trade(&number, self.0.clock.now())
            .ok()
            .cloned()
    }

    /// Every trade as it stands now: what the platform's own books are compared with.
    #[must_use]
    pub fn trades(&self) -> Vec<SandboxTrade> {
        let mut state = self.state();
        state.book.lapse(self.0.clock.now());
        state.book.all().cloned().collect()
    }

    /// What the buyer's money is worth here: everything paid less everything given back, in fen.
    #[must_use]
    pub fn captured_fen(&self) -> i64 {
        let trades = self.trades();
        let paid = trades.iter().filter(|trade| trade.paid_at.is_some());
        paid.map(|trade| trade.order.total.minor() - trade.refunded().minor())
            .sum()
    }

    /// Lets the next call go wrong, or the next notify get lost. Faults wait in line.
    pub fn fail_next(&self, fault: Fault) {
        let mut state = self.state();
        match fault {
            Fault::DropNotifies => {
                state.book.outbox.to_lose = state.book.outbox.to_lose.saturating_add(1);
            }
            call => state.faults.push(call),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere fails its own test; every move of the book is made whole or refused.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sandbox")
    }
}

/// How a state is called on the page.
pub(crate) const fn word_of(status: TradeStatus) -> &'static str {
    match status {
        TradeStatus::WaitBuyerPay => "waiting for your payment",
        TradeStatus::Closed => "closed",
        TradeStatus::Success => "paid",
        TradeStatus::Finished => "paid and finished",
    }
}
