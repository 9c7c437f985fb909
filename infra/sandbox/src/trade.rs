//! One trade and its moves, pure.
//!
//! `WAIT_BUYER_PAY → TRADE_SUCCESS → TRADE_FINISHED`; `WAIT_BUYER_PAY → TRADE_CLOSED` when it is
//! cancelled, closed or nobody pays in time; `TRADE_SUCCESS → TRADE_CLOSED` when all is given back.

use alipay::{Fen, OutRequestNo, OutTradeNo, TradeNo, TradeStatus};
use jiff::{SignedDuration, Timestamp};

use crate::Refusal;

/// For how long a paid trade can be refunded; then it is finished.
const REFUND_WINDOW: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A trade as the gateway keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxTrade {
    /// What was asked for.
    pub order: Order,
    /// The gateway's number.
    pub trade_no: TradeNo,
    /// How it stands.
    pub status: TradeStatus,
    /// When the buyer first saw it.
    pub created_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What was given back.
    pub refunds: Vec<MadeRefund>,
}

/// What a merchant's signed pay request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// What the buyer reads.
    pub subject: String,
    /// The price.
    pub total: Fen,
    /// From then on nobody can pay.
    pub expires_at: Timestamp,
    /// Where notifies go.
    pub notify_url: Option<String>,
    /// Where the buyer's browser goes.
    pub return_url: Option<String>,
}

/// A refund that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeRefund {
    /// The merchant's number of it.
    pub out_request_no: OutRequestNo,
    /// How much.
    pub amount: Fen,
    /// When.
    pub made_at: Timestamp,
}

impl SandboxTrade {
    /// A trade whose page a buyer opens.
    #[must_use]
    pub fn open(order: Order, trade_no: TradeNo, now: Timestamp) -> SandboxTrade {
        SandboxTrade {
            order,
            trade_no,
            status: TradeStatus::WaitBuyerPay,
            created_at: now,
            paid_at: None,
            closed_at: None,
            refunds: Vec::new(),
        }
    }

    /// What time does: nobody paid, or refunds are over. Says whether it moved.
    pub fn lapse(&mut self, now: Timestamp) -> bool {
        match self.status {
            TradeStatus::WaitBuyerPay if self.order.expires_at <= now => {
                self.status = TradeStatus::Closed;
                self.closed_at = Some(self.order.expires_at);
                true
            }
            TradeStatus::Success if self.refunds_end_at().is_some_and(|end| end <= now) => {
                self.status = TradeStatus::Finished;
                true
            }
            _ => false,
        }
    }

    /// The buyer pays.
    ///
    /// # Errors
    /// If the trade does not wait for it (any more).
    pub fn pay(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.lapse(now);
        match self.status {
            TradeStatus::WaitBuyerPay => {
                self.status = TradeStatus::Success;
                self.paid_at = Some(now);
                Ok(())
            }
            TradeStatus::Success | TradeStatus::Finished => Err(Refusal::TradeHasSuccess),
            TradeStatus::Closed => Err(Refusal::TradeHasClose),
        }
    }

    /// The buyer cancels, or the merchant closes.
    ///
    /// # Errors
    /// If the trade does not wait for a payment (any more).
    pub fn close(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.lapse(now);
        if self.status != TradeStatus::WaitBuyerPay {
            return Err(Refusal::TradeStatus);
        }
        self.status = TradeStatus::Closed;
        self.closed_at = Some(now);
        Ok(())
    }

    /// The merchant gives money back, once for each of his numbers. Says whether money moved.
    ///
    /// # Errors
    /// If the trade is not paid, refunds are over, the number was used for another amount, or more
    /// would be given back than was paid.
    pub fn refund(
        &mut self,
        out_request_no: &OutRequestNo,
        amount: Fen,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        self.lapse(now);
        if let Some(made) = self.refund_of(out_request_no) {
            let same = made.amount == amount;
            return if same {
                Ok(false)
            } else {
                Err(Refusal::DiscordantRepeat)
            };
        }
        match self.status {
            TradeStatus::Success => {}
            TradeStatus::Finished => return Err(Refusal::TradeHasFinished),
            TradeStatus::WaitBuyerPay | TradeStatus::Closed => return Err(Refusal::TradeStatus),
        }
        if amount.is_zero() {
            return Err(Refusal::InvalidParameter);
        }
        let total = self.refunded().checked_add(amount);
        let total = total.filter(|total| *total <= self.order.total);
        let total = total.ok_or(Refusal::RefundExceedsPaid)?;
        self.refunds.push(MadeRefund {
            out_request_no: out_request_no.clone(),
            amount,
            made_at: now,
        });
        if total == self.order.total {
            self.status = TradeStatus::Closed;
            self.closed_at = Some(now);
        }
        Ok(true)
    }

    /// The refund of this number, if it was made.
    #[must_use]
    pub fn refund_of(&self, out_request_no: &OutRequestNo) -> Option<&MadeRefund> {
        self.refunds
            .iter()
            .find(|made| made.out_request_no == *out_request_no)
    }

    /// Everything given back.
    #[must_use]
    pub fn refunded(&self) -> Fen {
        let add = |sum: Fen, made: &MadeRefund| sum.checked_add(made.amount).unwrap_or(sum);
        self.refunds.iter().fold(Fen::ZERO, add)
    }

    /// When the next thing happens by itself.
    #[must_use]
    pub fn lapses_at(&self) -> Option<Timestamp> {
        match self.status {
            TradeStatus::WaitBuyerPay => Some(self.order.expires_at),
            TradeStatus::Success => self.refunds_end_at(),
            TradeStatus::Closed | TradeStatus::Finished => None,
        }
    }

    fn refunds_end_at(&self) -> Option<Timestamp> {
        self.paid_at?.checked_add(REFUND_WINDOW).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    fn trade() -> SandboxTrade {
        let order = Order {
            out_trade_no: "pay_1".parse().unwrap(),
            subject: "an album".to_owned(),
            total: Fen::new(10_000).unwrap(),
            expires_at: at(900),
            notify_url: None,
            return_url: None,
        };
        SandboxTrade::open(order, "2026060122001".parse().unwrap(), at(0))
    }

    fn number(text: &str) -> OutRequestNo {
        text.parse().unwrap()
    }

    fn fen(fen: i64) -> Fen {
        Fen::new(fen).unwrap()
    }

    #[test]
    fn a_trade_is_paid_once_and_then_not_closed() {
        let mut trade = trade();
        trade.pay(at(899)).unwrap();
        assert_eq!(
            (trade.status, trade.paid_at),
            (TradeStatus::Success, Some(at(899)))
        );
        assert_eq!(trade.pay(at(899)), Err(Refusal::TradeHasSuccess));
        assert_eq!(trade.close(at(899)), Err(Refusal::TradeStatus));
    }

    #[test]
    fn nobody_pays_from_the_instant_of_expiry_on() {
        let mut trade = trade();
        assert_eq!(trade.pay(at(900)), Err(Refusal::TradeHasClose));
        assert_eq!(
            (trade.status, trade.closed_at),
            (TradeStatus::Closed, Some(at(900)))
        );
        assert_eq!(trade.paid_at, None);
    }

    #[test]
    fn a_closed_trade_is_not_paid_refunded_or_closed_again() {
        let mut trade = trade();
        trade.close(at(1)).unwrap();
        let closed = trade.clone();
        assert_eq!(trade.pay(at(2)), Err(Refusal::TradeHasClose));
        assert_eq!(trade.close(at(2)), Err(Refusal::TradeStatus));
        assert_eq!(
            trade.refund(&number("r"), fen(1), at(2)),
            Err(Refusal::TradeStatus)
        );
        assert_eq!(trade, closed);
    }

    #[test]
    fn a_refund_happens_once_for_its_number() {
        let mut trade = trade();
        trade.pay(at(1)).unwrap();
        assert_eq!(trade.refund(&number("r1"), fen(4_000), at(2)), Ok(true));
        assert_eq!(trade.refund(&number("r1"), fen(4_000), at(3)), Ok(false));
        let other = trade.refund(&number("r1"), fen(4_001), at(3));
        assert_eq!(other, Err(Refusal::DiscordantRepeat));
        assert_eq!(
            (trade.status, trade.refunded()),
            (TradeStatus::Success, fen(4_000))
        );
    }

    #[test]
    fn a_full_refund_closes_and_its_repetition_still_says_so() {
        let mut trade = trade();
        trade.pay(at(1)).unwrap();
        trade.refund(&number("r1"), fen(4_000), at(2)).unwrap();
        let more = trade.refund(&number("r2"), fen(6_001), at(3));
        assert_eq!(more, Err(Refusal::RefundExceedsPaid));
        assert_eq!(trade.refund(&number("r2"), fen(6_000), at(3)), Ok(true));
        assert_eq!(trade.status, TradeStatus::Closed);
        assert_eq!(trade.refund(&number("r2"), fen(6_000), at(4)), Ok(false));
        assert_eq!(
            trade.refund(&number("r3"), fen(1), at(4)),
            Err(Refusal::TradeStatus)
        );
    }

    #[test]
    fn after_ninety_days_it_is_finished_and_not_refunded() {
        let mut trade = trade();
        trade.pay(at(0)).unwrap();
        assert!(!trade.lapse(at(90 * 86_400 - 1)));
        let late = trade.refund(&number("r"), fen(1), at(90 * 86_400));
        assert_eq!(
            (late, trade.status),
            (Err(Refusal::TradeHasFinished), TradeStatus::Finished)
        );
    }

    #[derive(Clone, Debug)]
    enum Step {
        Pay,
        Close,
        Refund(u8, i64),
        Wait(i64),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Pay),
            Just(Step::Close),
            (0..4_u8, 0..12_000_i64).prop_map(|(number, fen)| Step::Refund(number, fen)),
            (0..500_i64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #[test]
        fn no_more_is_given_back_than_was_paid_and_a_refusal_changes_nothing(
            steps in prop::collection::vec(any_step(), 0..40),
        ) {
            let (mut trade, mut now) = (trade(), 0);
            for step in steps {
                let mut before = trade.clone();
                let refused = match step {
                    Step::Pay => trade.pay(at(now)).is_err(),
                    Step::Close => trade.close(at(now)).is_err(),
                    Step::Refund(n, amount) => {
                        trade.refund(&number(&format!("r{n}")), fen(amount), at(now)).is_err()
                    }
                    Step::Wait(seconds) => { now += seconds; continue }
                };
                // Time passes whether or not the operation is refused.
                before.lapse(at(now));
                if refused {
                    prop_assert_eq!(&trade, &before);
                }
                prop_assert!(trade.refunded() <= trade.order.total);
                prop_assert!(trade.refunds.is_empty() || trade.paid_at.is_some());
                let all = trade.refunded() == trade.order.total;
                prop_assert_eq!(all, trade.paid_at.is_some() && trade.status == TradeStatus::Closed);
            }
        }
    }
}
