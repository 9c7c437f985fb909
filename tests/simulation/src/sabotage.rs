//! What is broken on purpose once everything is quiet.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use platform::table::{Key, Transaction, Write};
use quota::QuotaId;
use serde_json::json;

use crate::{Sabotage, books::Books, market::Market};

impl Sabotage {
    /// Breaks what is not broken by the courier; what is must have been.
    pub(crate) async fn happen(self, market: &Market, is_done: bool) {
        let books = Books::read(market).unwrap_or_default();
        match self {
            Self::DropRecord | Self::DeafToCaptures => {
                assert!(is_done, "there was nothing to break")
            }
            Self::NoSweeper => {}
            Self::ForgedRefund => forge_refund(market, &books).await,
            Self::LostTicket => {
                let mut live = books
                    .tickets
                    .iter()
                    .filter(|ticket| ticket.state == "issued");
                let ticket = live.next().expect("a ticket was issued");
                let key = Key::sorted(format!("TICKET#{}", ticket.id), "TICKET");
                write(
                    market,
                    Write::delete(&market.world.table("EventsTable"), key),
                )
                .await;
            }
            Self::StolenStock => {
                let quotas = market.quotas.iter();
                for (quota, _) in quotas {
                    let quota: QuotaId = quota.parse().expect("it is a quota's id");
                    let stolen = market
                        .counted()
                        .take(&quota, Id::derive(&["thief"]), NonZeroU32::MIN)
                        .await;
                    if let Ok(plan) = stolen {
                        let transaction = Transaction::from(plan.writes);
                        market
                            .world
                            .aws
                            .transact(transaction)
                            .await
                            .expect("it is stolen");
                        return;
                    }
                }
            }
            Self::ForgedEntitlement => {
                let holder: Id<kind::Account> = Id::derive(&["thief"]);
                let entitlement: Id<kind::Entitlement> = Id::derive(&["thief"]);
                let item = json!({
                    "pk": format!("ACCOUNT#{holder}"), "sk": format!("ENTITLEMENT#{entitlement}"),
                    "line": Id::<kind::OrderLine>::derive(&["thief"]), "holder": holder,
                });
                write(
                    market,
                    Write::put(&market.world.table("OrdersTable"), &item),
                )
                .await;
            }
            Self::GatewayRefund => {
                let trades = market.world.sandbox.trades().into_iter();
                let mut paid = trades.filter(|trade| trade.status == alipay::TradeStatus::Success);
                let trade = paid.next().expect("something was paid");
                let refund = alipay::Refund {
                    out_trade_no: trade.order.out_trade_no,
                    out_request_no: "rfd_nobody".parse().expect("it is a number"),
                    amount: alipay::Fen::new(1).expect("it is an amount"),
                    reason: None,
                };
                let made = alipay::Gateway::refund(&market.world.sandbox, &refund).await;
                made.expect("the gateway gives back");
            }
        }
    }
}

/// Appends a refund to an order, under the order's next version, as a clever forger would.
async fn forge_refund(market: &Market, books: &Books) {
    let mut orders = books.orders.iter();
    let order = orders.find(|order| order.is_paid() && order.given_back() == 0);
    let order = order.expect("an order was paid and kept");
    let line = order.lines.first().expect("it has a line");
    let amount = json!({ "minor": 1, "currency": "CNY" });
    let forged = json!([{
        "id": Id::<kind::Refund>::derive(&["forged"]), "cause": "tickets_voided",
        "lines": [{ "line": line.id, "quantity": 0, "withdrawn": 0, "amount": amount, "commission": amount }],
        "amount": amount, "state": "succeeded", "due_at": market.world.clock.now(),
    }]);
    let number = order
        .id
        .parse::<Id<kind::Order>>()
        .map(|id| id.as_bytes())
        .unwrap_or_default();
    let key = Key::sorted(
        format!("GROUP#{}", order.group),
        format!("ORDER#{:02}", number[15] - 1),
    );
    let table = market.world.table("OrdersTable");
    let update = Write::update(
        &table,
        key,
        "SET #refunds = :forged, #version = #version + :one",
    );
    write(market, update.bind(":forged", forged).bind(":one", 1)).await;
}

async fn write(market: &Market, write: Write) {
    let written = market
        .world
        .aws
        .transact(Transaction::new().and(write))
        .await;
    written.expect("it is written");
}
