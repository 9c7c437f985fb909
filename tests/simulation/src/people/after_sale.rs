//! Parcels, receipts, and money that goes back.

use serde_json::{Value, json};

use super::{Asked, Bought, People, list, nothing};
use crate::{
    Violation,
    dice::Dice,
    market::{Market, sku, text},
};

/// Whether returned units of a line can be sold again: a pure rule, so that whoever counts the stock
/// later knows what the seller said.
pub(crate) fn is_restocked(of: &str) -> bool {
    of != sku("poster").to_string()
}

impl People {
    /// A buyer asks for money back.
    pub(super) async fn ask_for_money(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((buyer, order)) = self.any_order(dice) else {
            return nothing("ask for money");
        };
        let who = market.buyer(buyer);
        let path = format!("/v1/orders/{}", order.id);
        let Some(shown) = self.look(market, &who, &path).await? else {
            return nothing("ask for money");
        };
        let Some(body) = wish(&shown, dice, true) else {
            return nothing("ask for money");
        };
        let path = format!("{path}/refund-requests");
        let key = self.key();
        let asked = Asked {
            what: "ask for money",
            path: &path,
            key: &key,
            body,
        };
        let answer = self.ask(market, &who, asked, dice).await?;
        Ok(format!(
            "{buyer} asks for money of {}: {}",
            order.id, answer.status
        ))
    }

    /// A seller gives money back unasked.
    pub(super) async fn give_money(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((_, order)) = self.any_order(dice) else {
            return nothing("give money");
        };
        let who = market.seller(order.shop);
        let path = format!("/v1/orders/{}", order.id);
        let Some(shown) = self.look(market, &who, &path).await? else {
            return nothing("give money");
        };
        let Some(body) = wish(&shown, dice, false) else {
            return nothing("give money");
        };
        let path = format!("{path}/refunds");
        let key = self.key();
        let asked = Asked {
            what: "give money",
            path: &path,
            key: &key,
            body,
        };
        let answer = self.ask(market, &who, asked, dice).await?;
        Ok(format!(
            "money of {} is given back: {}",
            order.id, answer.status
        ))
    }

    /// Somebody decides a request for money.
    pub(super) async fn decide(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((buyer, order, request)) = self.any_request(market, dice).await? else {
            return nothing("decide");
        };
        let seller = market.seller(order.shop);
        let is_awaited = request["state"] == "awaiting_return";
        let restock = is_restocked(&text(&request["sku"]));
        let (who, verb, body) = match dice.below(10) {
            0 => (market.buyer(buyer), "cancel", json!({})),
            1 => (seller, "reject", json!({ "reason": "It was worn." })),
            _ if is_awaited => (seller, "return-received", json!({ "restock": restock })),
            _ => (seller, "approve", json!({})),
        };
        let path = format!(
            "/v1/orders/{}/refund-requests/{}/{verb}",
            order.id,
            text(&request["id"])
        );
        let key = self.key();
        let asked = Asked {
            what: "decide",
            path: &path,
            key: &key,
            body,
        };
        let answer = self.ask(market, &who, asked, dice).await?;
        Ok(format!(
            "{verb} a request of {}: {}",
            order.id, answer.status
        ))
    }

    /// Any request of any order, mostly one that waits for somebody; `sku` says of what it is.
    async fn any_request(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<Option<(usize, Bought, Value)>, Violation> {
        for _ in 0..8 {
            let Some((buyer, order)) = self.any_order(dice) else {
                return Ok(None);
            };
            let path = format!("/v1/orders/{}", order.id);
            let Some(shown) = self.look(market, &market.buyer(buyer), &path).await? else {
                continue;
            };
            let waits = |request: &&Value| {
                ["requested", "awaiting_return"]
                    .contains(&request["state"].as_str().unwrap_or_default())
            };
            let any = dice.chance(10);
            let requests = list(&shown, "refund_requests").iter();
            let requests: Vec<_> = requests
                .filter(|request| any || waits(request))
                .cloned()
                .collect();
            if let Some(mut request) = dice.pick(&requests).cloned() {
                let line = &request["lines"][0]["line"];
                let mut lines = list(&shown, "lines").iter();
                let sku = lines
                    .find(|known| known["id"] == *line)
                    .map(|line| line["sku"].clone());
                request["sku"] = sku.unwrap_or_default();
                return Ok(Some((buyer, order, request)));
            }
        }
        Ok(None)
    }

    /// A seller sends a parcel.
    pub(super) async fn ship(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        for _ in 0..4 {
            let Some((_, order)) = self.any_order(dice) else {
                return nothing("ship");
            };
            let who = market.seller(order.shop);
            let path = format!("/v1/orders/{}", order.id);
            let Some(shown) = self.look(market, &who, &path).await? else {
                continue;
            };
            let lines = list(&shown, "lines").iter();
            let lines: Vec<_> = lines
                .filter(|line| line["fulfilment"] == "shipment")
                .collect();
            let Some(line) = dice.pick(&lines) else {
                continue;
            };
            let quantity = line["quantity"].as_u64().unwrap_or(1);
            let some = if dice.chance(70) { quantity } else { 1 };
            let body = json!({
                "carrier": "SF Express", "tracking_number": "SF1234567890",
                "lines": [{ "line": line["id"], "quantity": some }],
            });
            let path = format!("{path}/shipments");
            let key = self.key();
            let asked = Asked {
                what: "ship",
                path: &path,
                key: &key,
                body,
            };
            let answer = self.ask(market, &who, asked, dice).await?;
            return Ok(format!(
                "{some} of {} are sent: {}",
                order.id, answer.status
            ));
        }
        nothing("ship")
    }

    /// A buyer disputes an order, and an operator rules, or does not yet.
    pub(super) async fn quarrel(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((buyer, order)) = self.any_order(dice) else {
            return nothing("quarrel");
        };
        let who = market.buyer(buyer);
        let shown = self
            .look(market, &who, &format!("/v1/orders/{}", order.id))
            .await?;
        let Some(shown) = shown else {
            return nothing("quarrel");
        };
        // What a ruling says of tickets is said without asking for them back.
        let lines = list(&shown, "lines");
        if lines.iter().any(|line| line["fulfilment"] == "ticket") {
            return nothing("quarrel");
        }
        let body = json!({ "order": order.id, "reason": "damaged", "statement": "It is broken." });
        let key = self.key();
        let asked = Asked {
            what: "dispute",
            path: "/v1/disputes",
            key: &key,
            body,
        };
        let opened = self.ask(market, &who, asked, dice).await?;
        let said = format!("{buyer} disputes {}: {}", order.id, opened.status);
        if opened.status != 201 || dice.chance(25) {
            return Ok(said);
        }
        let part = dice
            .pick(lines)
            .map(|line| json!([{ "line": line["id"], "quantity": 1 }]));
        let body = match part.filter(|_| dice.chance(60)) {
            Some(lines) => json!({ "decision": "refund", "lines": lines }),
            None => json!({ "decision": "release" }),
        };
        let path = format!("/v1/disputes/{}/ruling", text(&opened.json()["id"]));
        let key = self.key();
        let asked = Asked {
            what: "rule",
            path: &path,
            key: &key,
            body,
        };
        let ruled = self
            .ask(market, &market.orders.api.operator(), asked, dice)
            .await?;
        Ok(format!("{said}, an operator rules: {}", ruled.status))
    }

    /// A buyer says that everything is there.
    pub(super) async fn receive(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((buyer, order)) = self.any_order(dice) else {
            return nothing("receive");
        };
        let path = format!("/v1/orders/{}/receipt", order.id);
        let key = self.key();
        let asked = Asked {
            what: "receive",
            path: &path,
            key: &key,
            body: json!({}),
        };
        let answer = self.ask(market, &market.buyer(buyer), asked, dice).await?;
        Ok(format!("{buyer} receives {}: {}", order.id, answer.status))
    }
}

/// A wish for something of one line of an order.
fn wish(order: &Value, dice: &mut Dice, by_buyer: bool) -> Option<Value> {
    let line = dice.pick(list(order, "lines"))?;
    let quantity = usize::try_from(line["quantity"].as_u64()?).ok()?;
    let is_parcel = line["fulfilment"] == "shipment";
    let part = if dice.chance(75) {
        json!({ "line": line["id"], "quantity": 1 + dice.below(quantity) })
    } else {
        json!({ "line": line["id"], "amount_minor": 1 + dice.below(2_000) })
    };
    let return_goods = by_buyer && is_parcel && part["quantity"].is_u64() && dice.chance(50);
    Some(json!({ "lines": [part], "reason": "It does not suit me.", "return_goods": return_goods }))
}
