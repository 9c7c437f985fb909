//! How a statement is shown.

use kernel::{Id, Money, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, List, MoneyOut};

use crate::{
    clearing::{Entry, ExchangeSum, Line, Tally},
    exchange::{Direction, Exchange, Item},
    settlement::Settlement,
    statement::{Payer, Statement},
};

/// One month of what a partner and the platform owe each other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartnerStatementOut)]
pub(crate) struct StatementOut {
    /// The partner.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) partner: Id<kind::Partner>,
    /// How it is called.
    #[schema(example = "Golden Rooster Fried Chicken")]
    partner_name: String,
    /// The month. What is in it is decided by `posted_at` of the lines.
    #[schema(example = "2026-06")]
    pub(super) month: String,
    /// When the month begins, in UTC, as every time here.
    #[schema(value_type = String, format = DateTime)]
    pub(super) starts_at: Timestamp,
    /// When it ends; that instant is in the next month.
    #[schema(value_type = String, format = DateTime)]
    pub(super) ends_at: Timestamp,
    /// Whether it was only tried out. Nobody owes anything of it.
    sandbox: bool,
    /// Whether the month is over and nothing can be added to it.
    is_final: bool,
    /// What the partner owed before; negative if the platform owed.
    #[schema(value_type = MoneyOut)]
    pub(super) opening: Money,
    /// What the partner owes after: opening + inbound − outbound − received + paid.
    #[schema(value_type = MoneyOut)]
    pub(super) closing: Money,
    /// What was exchanged in the whole month, by direction and item.
    exchanges: Vec<ExchangeSumOut>,
    /// What was paid in the whole month.
    settlements: SettlementSumsOut,
    /// What settles the closing balance.
    netting: NettingOut,
    /// The lines, in their order; a page of them.
    pub(super) lines: List<LineOut>,
}

/// What a month's exchanges of one item in one direction come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeSumOut {
    /// `inbound`: the partner owes for it. `outbound`: the platform owes.
    direction: Direction,
    /// What was exchanged.
    item: Item,
    /// What was given.
    charges: TallyOut,
    /// What was taken back.
    reversals: TallyOut,
    /// Charges less reversals.
    net: MoneyOut,
}

/// How much of something there was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TallyOut {
    /// How many lines.
    lines: u64,
    /// How many vouchers, tickets or points.
    quantity: u64,
    /// What they come to.
    amount: MoneyOut,
}

/// What was paid in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettlementSumsOut {
    /// By the partner.
    received: PaymentsOut,
    /// To the partner.
    paid: PaymentsOut,
}

/// How much was paid one way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentsOut {
    /// How many payments.
    lines: u64,
    /// What they come to.
    amount: MoneyOut,
}

/// Who pays whom.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NettingOut {
    /// Who has to pay.
    payer: Payer,
    /// How much.
    amount: MoneyOut,
    /// The same, as a sentence.
    #[schema(
        example = "Golden Rooster Fried Chicken owes Planet CNY 12.34 at the end of 2026-06."
    )]
    sentence: String,
}

/// A line of a statement. What a payment does not have is null.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineOut {
    /// Its number: the lines of an account count from 1, without gaps, over all months.
    pub(super) line: u64,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub(super) posted_at: Timestamp,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub(super) occurred_at: Timestamp,
    /// `exchange` or `settlement`.
    #[serde(rename = "type")]
    #[schema(example = "exchange")]
    pub(super) kind: &'static str,
    /// Of an exchange `inbound` or `outbound`, of a settlement `received` or `paid`.
    #[schema(example = "outbound")]
    pub(super) direction: &'static str,
    /// `voucher`, `ticket` or `points`.
    #[schema(example = "voucher")]
    pub(super) item: Option<&'static str>,
    /// `charge` or `reversal`.
    #[schema(example = "charge")]
    pub(super) posting: Option<&'static str>,
    /// How many.
    #[schema(example = 1)]
    pub(super) quantity: Option<u32>,
    /// What `per_quantity` of them cost.
    #[schema(value_type = Option<MoneyOut>)]
    pub(super) unit_price: Option<Money>,
    /// For how many the price is: 1 but for points.
    #[schema(example = 1)]
    pub(super) per_quantity: Option<u32>,
    /// What it comes to.
    #[schema(value_type = MoneyOut)]
    pub(super) amount: Money,
    /// By how much the partner owes more; negative for less.
    #[schema(value_type = MoneyOut)]
    pub(super) balance_change: Money,
    /// What the partner owes after it; negative if the platform owes.
    #[schema(value_type = MoneyOut)]
    pub(super) balance_after: Money,
    /// Inbound the partner's transaction id, outbound the voucher's id, of a payment the bank's name.
    #[schema(example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) reference: String,
    /// The voucher or the grant.
    #[schema(example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) subject: Option<String>,
    /// The exchange or the settlement.
    #[schema(example = "exc_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) id: String,
}

impl StatementOut {
    /// A statement with a page of its lines, after which the next begins after `next`.
    pub(super) fn of(
        statement: &Statement,
        lines: &[Line],
        next: Option<&str>,
    ) -> Result<Self, ApiError> {
        let sums = &statement.sums;
        let exchanges = sums.exchanges.iter().map(ExchangeSumOut::of);
        Ok(Self {
            partner: statement.book.partner,
            partner_name: statement.partner_name.as_str().to_owned(),
            month: sums.month.to_string(),
            starts_at: sums.month.starts_at(),
            ends_at: sums.month.ends_at(),
            sandbox: statement.book.sandbox,
            is_final: statement.is_final,
            opening: sums.opening,
            closing: sums.closing,
            exchanges: exchanges.collect::<Result<_, _>>()?,
            settlements: SettlementSumsOut {
                received: PaymentsOut::from(sums.received),
                paid: PaymentsOut::from(sums.paid),
            },
            netting: NettingOut {
                payer: statement.netting.payer,
                amount: statement.netting.amount.into(),
                sentence: statement.sentence(),
            },
            lines: List::new(lines.iter().map(LineOut::from).collect(), next),
        })
    }
}

impl ExchangeSumOut {
    fn of(sum: &ExchangeSum) -> Result<Self, ApiError> {
        Ok(Self {
            direction: sum.direction,
            item: sum.item,
            charges: TallyOut::from(sum.charges),
            reversals: TallyOut::from(sum.reversals),
            net: sum.net().map_err(ApiError::internal)?.into(),
        })
    }
}

impl From<Tally> for TallyOut {
    fn from(tally: Tally) -> Self {
        Self {
            lines: tally.lines,
            quantity: tally.quantity,
            amount: tally.amount.into(),
        }
    }
}

impl From<Tally> for PaymentsOut {
    fn from(tally: Tally) -> Self {
        Self {
            lines: tally.lines,
            amount: tally.amount.into(),
        }
    }
}

impl From<&Line> for LineOut {
    fn from(line: &Line) -> Self {
        match &line.entry {
            Entry::Exchange(exchange) => Self::exchanged(line, exchange),
            Entry::Settlement(settlement) => Self::settled(line, settlement),
        }
    }
}

impl LineOut {
    fn exchanged(line: &Line, exchange: &Exchange) -> Self {
        Self {
            line: line.sequence,
            posted_at: line.posted_at,
            occurred_at: exchange.occurred_at,
            kind: "exchange",
            direction: exchange.direction.as_str(),
            item: Some(exchange.item.as_str()),
            posting: Some(exchange.posting.as_str()),
            quantity: Some(exchange.quantity),
            unit_price: Some(exchange.price.price),
            per_quantity: Some(exchange.price.per_quantity),
            amount: exchange.amount,
            balance_change: line.balance_change,
            balance_after: line.balance_after,
            reference: exchange.reference.as_str().to_owned(),
            subject: Some(exchange.subject.to_string()),
            id: exchange.id.to_string(),
        }
    }

    fn settled(line: &Line, settlement: &Settlement) -> Self {
        Self {
            line: line.sequence,
            posted_at: line.posted_at,
            occurred_at: settlement.occurred_at,
            kind: "settlement",
            direction: settlement.way.as_str(),
            item: None,
            posting: None,
            quantity: None,
            unit_price: None,
            per_quantity: None,
            amount: settlement.amount.money(),
            balance_change: line.balance_change,
            balance_after: line.balance_after,
            reference: settlement.reference.as_str().to_owned(),
            subject: None,
            id: settlement.id.to_string(),
        }
    }
}
