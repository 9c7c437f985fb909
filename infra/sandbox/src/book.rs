//! The gateway's book: every trade by both of its numbers, and what is to be told of it.

use std::collections::BTreeMap;

use alipay::{BeijingTime, Fen, OutRequestNo, OutTradeNo, TradeNo};
use jiff::Timestamp;

use crate::{
    Refusal,
    outbox::Outbox,
    trade::{Order, SandboxTrade},
};

/// All trades of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Book {
    trades: BTreeMap<OutTradeNo, SandboxTrade>,
    numbers: BTreeMap<TradeNo, OutTradeNo>,
    pub(crate) outbox: Outbox,
}

/// Either of the numbers by which a trade is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    Ours(TradeNo),
    Merchants(OutTradeNo),
}

/// A refund that was made, now or before.
#[derive(Debug)]
pub(crate) struct Refunded<'a> {
    pub(crate) trade: &'a SandboxTrade,
    pub(crate) fund_change: bool,
}

impl Book {
    /// The trade that a pay request asks for: a new one, or the one it asked for before.
    pub(crate) fn open(&mut self, order: Order, now: Timestamp) -> Result<&SandboxTrade, Refusal> {
        let number = Number::Merchants(order.out_trade_no.clone());
        if let Ok(known) = self.trade(&number, now) {
            let same = known.order.total == order.total && known.order.subject == order.subject;
            if !same {
                return Err(Refusal::ContextInconsistent);
            }
            return self.trade(&number, now);
        }
        let serial = self.trades.len().saturating_add(1);
        // Alipay's numbers have 28 digits and begin with the day.
        let trade_no = format!("{}22001{serial:015}", BeijingTime::day(now));
        let trade_no: TradeNo = trade_no.parse().map_err(|_| Refusal::InvalidParameter)?;
        let out_trade_no = order.out_trade_no.clone();
        self.numbers.insert(trade_no.clone(), out_trade_no.clone());
        let trade = SandboxTrade::open(order, trade_no, now);
        Ok(self.trades.entry(out_trade_no).or_insert(trade))
    }

    /// A trade as it stands now.
    pub(crate) fn trade(
        &mut self,
        number: &Number,
        now: Timestamp,
    ) -> Result<&SandboxTrade, Refusal> {
        let (trade, outbox) = self.find(number)?;
        if trade.lapse(now) {
            outbox.tell(trade, None, now);
        }
        Ok(trade)
    }

    /// The buyer pays.
    pub(crate) fn pay(
        &mut self,
        number: &Number,
        now: Timestamp,
    ) -> Result<&SandboxTrade, Refusal> {
        self.trade(number, now)?;
        let (trade, outbox) = self.find(number)?;
        trade.pay(now)?;
        outbox.tell(trade, None, now);
        Ok(trade)
    }

    /// The buyer cancels, or the merchant closes.
    pub(crate) fn close(
        &mut self,
        number: &Number,
        now: Timestamp,
    ) -> Result<&SandboxTrade, Refusal> {
        self.trade(number, now)?;
        let (trade, outbox) = self.find(number)?;
        trade.close(now)?;
        outbox.tell(trade, None, now);
        Ok(trade)
    }

    /// The merchant gives money back.
    pub(crate) fn refund(
        &mut self,
        number: &Number,
        out_request_no: &OutRequestNo,
        amount: Fen,
        now: Timestamp,
    ) -> Result<Refunded<'_>, Refusal> {
        self.trade(number, now)?;
        let (trade, outbox) = self.find(number)?;
        let fund_change = trade.refund(out_request_no, amount, now)?;
        if fund_change {
            outbox.tell(trade, trade.refund_of(out_request_no), now);
        }
        Ok(Refunded { trade, fund_change })
    }

    /// Every trade, by the merchant's number.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SandboxTrade> {
        self.trades.values()
    }

    /// Lets time do to every trade what it does.
    pub(crate) fn lapse(&mut self, now: Timestamp) {
        for trade in self.trades.values_mut() {
            if trade.lapse(now) {
                self.outbox.tell(trade, None, now);
            }
        }
    }

    /// When something is to be done next: a trade lapses, or a notify is due.
    pub(crate) fn next_due_at(&self) -> Option<Timestamp> {
        let lapses = self.trades.values().filter_map(SandboxTrade::lapses_at);
        lapses.chain(self.outbox.next_due_at()).min()
    }

    fn find(&mut self, number: &Number) -> Result<(&mut SandboxTrade, &mut Outbox), Refusal> {
        let out_trade_no = match number {
            Number::Ours(trade_no) => self.numbers.get(trade_no).ok_or(Refusal::TradeNotExist)?,
            Number::Merchants(out_trade_no) => out_trade_no,
        };
        let trade = self
            .trades
            .get_mut(out_trade_no)
            .ok_or(Refusal::TradeNotExist)?;
        Ok((trade, &mut self.outbox))
    }
}
