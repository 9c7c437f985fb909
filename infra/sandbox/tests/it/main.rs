//! The sandbox from outside: as a merchant's code, and as a buyer's browser.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod app;
mod contract;
mod faults;
mod notifies;
mod page;

use std::sync::Arc;

use alipay::{Client, Fen, Gateway, OutTradeNo, Payment, Refund, Subject};
use jiff::{SignedDuration, Timestamp};
use kernel::Clock;
use platform::Outbound;
use sandbox::{GATEWAY_URL, Keys, Sandbox};

/// A sandbox whose time stands still until a test moves it.
struct World {
    clock: Clock,
    sandbox: Sandbox,
}

impl World {
    fn new() -> World {
        let clock = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
        let sandbox = Sandbox::new(clock.clone(), Keys::well_known().unwrap());
        World { clock, sandbox }
    }

    /// The sandbox over its wire, without a socket.
    fn client(&self) -> Client {
        let outbound = Outbound::over(Arc::new(self.sandbox.clone()));
        let merchant = self.sandbox.merchant().clone();
        Client::new(merchant, GATEWAY_URL, outbound, self.clock.clone())
    }

    /// Both implementations of the trait, each with a sandbox of its own.
    fn gateways() -> [(World, Arc<dyn Gateway>); 2] {
        let (wire, direct) = (World::new(), World::new());
        let client = Arc::new(wire.client());
        let sandbox = Arc::new(direct.sandbox.clone());
        [(wire, client), (direct, sandbox)]
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.advance(time).unwrap();
    }

    /// A trade of 100.00 yuan whose page a buyer has opened.
    fn opened(&self) -> OutTradeNo {
        let payment = self.payment("pay_1");
        let url = self.sandbox.page_pay(&payment).unwrap();
        self.sandbox.open_page(&url).unwrap();
        payment.out_trade_no
    }

    fn paid(&self) -> OutTradeNo {
        let number = self.opened();
        self.sandbox.pay(&number).unwrap();
        number
    }

    /// 100.00 yuan, for a quarter of an hour.
    fn payment(&self, out_trade_no: &str) -> Payment {
        Payment {
            out_trade_no: out_trade_no.parse().unwrap(),
            total: fen(10_000),
            subject: Subject::of("A T-shirt <b>& more"),
            expires_at: self.clock.now() + SignedDuration::from_mins(15),
            notify_url: "http://shop.test/notify".to_owned(),
            return_url: Some("http://shop.test/back?group=grp_1".to_owned()),
        }
    }
}

fn refund(number: &OutTradeNo, out_request_no: &str, amount: i64) -> Refund {
    Refund {
        out_trade_no: number.clone(),
        out_request_no: out_request_no.parse().unwrap(),
        amount: fen(amount),
        reason: Some(Subject::of("returned")),
    }
}

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
