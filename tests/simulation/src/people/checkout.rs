//! Ordering and paying.

use serde_json::json;

use super::{Asked, Bought, Checkout, People, list, nothing};
use crate::{
    Violation,
    dice::Dice,
    market::{BUYERS, GOODS, Goods, Market, SHOPS, shop_id, sku, text},
};

impl People {
    /// Somebody checks out something of one or two shops.
    pub(super) async fn check_out(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let mut wanted: Vec<&Goods> = GOODS.iter().collect();
        dice.shuffle(&mut wanted);
        wanted.truncate(1 + dice.below(10) / 5 + dice.below(10) / 9);
        let orders: Vec<_> = (0..SHOPS)
            .filter_map(|shop| {
                let lines: Vec<_> = wanted.iter().filter(|goods| goods.shop == shop).map(|goods| {
                    json!({
                        "sku": sku(goods.name), "quantity": 1 + dice.below(5) / 3 + dice.below(10) / 9,
                        "unit_price": { "minor": goods.price_minor, "currency": "CNY" },
                    })
                }).collect();
                (!lines.is_empty()).then(|| json!({ "shop": shop_id(shop), "lines": lines }))
            })
            .collect();
        let delivery = json!({
            "name": "Xiao Mei", "phone": "+8613800000000", "street": "1 Music Street",
            "city": "Shanghai", "country": "CN",
        });
        let checkout = Checkout {
            buyer: dice.below(BUYERS),
            key: self.key(),
            body: json!({ "orders": orders, "delivery": delivery }),
            group: None,
            is_unknown: false,
            orders: Vec::new(),
            intent: String::new(),
            claim: None,
            page: None,
            is_paid: false,
        };
        self.checkouts.push(checkout);
        let which = self.checkouts.len() - 1;
        let mut said = self.ask_for_checkout(market, which).await?;
        for _ in 0..2 {
            if dice.chance(20) || (self.checkouts[which].is_unknown && dice.chance(50)) {
                said = self.ask_for_checkout(market, which).await?;
            }
        }
        Ok(said)
    }

    /// Somebody asks for a checkout of before again.
    pub(super) async fn check_out_again(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        if self.checkouts.is_empty() {
            return nothing("check out again");
        }
        let which = dice.below(self.checkouts.len());
        self.ask_for_checkout(market, which).await
    }

    pub(super) async fn ask_for_checkout(
        &mut self,
        market: &Market,
        which: usize,
    ) -> Result<String, Violation> {
        let checkout = self.checkouts[which].clone();
        let who = market.buyer(checkout.buyer);
        let asked = Asked {
            what: "check out",
            path: "/v1/orders",
            key: &checkout.key,
            body: checkout.body.clone(),
        };
        let answer = self.ask_once(market, &who, &asked).await?;
        let said = format!(
            "{} checks out {}: {}",
            checkout.buyer, checkout.key, answer.status
        );
        let known = &mut self.checkouts[which];
        known.is_unknown = answer.status >= 500;
        let names =
            |group: &str| format!("{}: {:?} and then {group}", checkout.key, checkout.group);
        if known.is_unknown {
            return Ok(said);
        }
        if answer.status != 201 {
            return if known.group.is_none() {
                Ok(format!("{said} {}", answer.problem_code()))
            } else {
                Err(Violation::new(
                    "a_repeated_request_is_answered_alike",
                    names(&answer.text()),
                ))
            };
        }
        let group = answer.json();
        let id = text(&group["id"]);
        if known.group.as_ref().is_some_and(|before| *before != id) {
            return Err(Violation::new(
                "a_repeated_request_is_answered_alike",
                names(&id),
            ));
        }
        known.group = Some(id);
        known.intent = text(&group["payment_intent"]);
        known.claim = group["payment_claim"].as_str().map(str::to_owned);
        let shop_of = |order: &serde_json::Value| {
            (0..SHOPS)
                .find(|shop| order["shop"] == json!(shop_id(*shop)))
                .unwrap_or_default()
        };
        let orders = list(&group, "orders").iter();
        known.orders = orders
            .map(|order| Bought {
                id: text(&order["id"]),
                shop: shop_of(order),
            })
            .collect();
        Ok(said)
    }

    /// Somebody opens the provider's page for a group, and mostly pays at once.
    pub(super) async fn pay(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let payable = self.checkouts.iter().enumerate();
        let payable: Vec<_> = payable
            .filter(|(_, checkout)| checkout.claim.is_some() && checkout.page.is_none())
            // Mostly what was ordered last.
            .rev()
            .take(4)
            .map(|(which, _)| which)
            .collect();
        let Some(which) = dice.pick(&payable).copied() else {
            return nothing("pay");
        };
        let checkout = self.checkouts[which].clone();
        let who = market
            .payments
            .api
            .caller(crate::market::account(checkout.buyer));
        let key = self.key();
        let asked = Asked {
            what: "pay",
            path: "/v1/payment-intents",
            key: &key,
            body: json!({ "claim": checkout.claim, "method": "page" }),
        };
        // What is too late for its claim is refused as such, which is no fault of the buyer's program.
        let answer = who
            .request("POST", asked.path)
            .header("idempotency-key", asked.key);
        let answer = answer.json(asked.body).send().await;
        if answer.status == 422 && answer.problem_code() == "claim_invalid" {
            self.checkouts[which].claim = None;
            return Ok(format!(
                "{} is too late to pay {}",
                checkout.buyer, checkout.key
            ));
        }
        self.note(market, asked.what, &answer)?;
        let said = format!(
            "{} pays {}: {}",
            checkout.buyer, checkout.key, answer.status
        );
        let Some(url) = (answer.status == 201).then(|| answer.json()["action"]["url"].clone())
        else {
            return Ok(said);
        };
        let Some(url) = url
            .as_str()
            .filter(|url| market.world.sandbox.open_page(url).is_ok())
        else {
            return Ok(format!("{said}, without a page"));
        };
        self.checkouts[which].page = Some(url.to_owned());
        if dice.chance(75) {
            let paid = self.pay_page(market, which);
            return Ok(format!("{said}, {paid}"));
        }
        Ok(said)
    }

    /// Somebody pays on a page that was opened before, whatever has happened since.
    pub(super) fn pay_late(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let open = self.checkouts.iter().enumerate();
        let open: Vec<_> = open
            .filter(|(_, checkout)| checkout.page.is_some())
            .map(|(which, _)| which)
            .collect();
        let Some(which) = dice.pick(&open).copied() else {
            return nothing("pay late");
        };
        let paid = self.pay_page(market, which);
        Ok(format!(
            "{} pays late {}: {paid}",
            self.checkouts[which].buyer, self.checkouts[which].key
        ))
    }

    fn pay_page(&mut self, market: &Market, which: usize) -> &'static str {
        let number = self.checkouts[which]
            .intent
            .parse()
            .expect("every id is a trade number");
        let paid = market.world.sandbox.pay(&number).is_ok();
        self.checkouts[which].is_paid |= paid;
        *self
            .answers
            .entry(("page", if paid { 200 } else { 409 }))
            .or_default() += 1;
        if paid { "paid" } else { "refused" }
    }

    /// Somebody cancels a group.
    pub(super) async fn cancel_group(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some(which) = self.any_group(dice) else {
            return nothing("cancel");
        };
        let checkout = &self.checkouts[which];
        let (buyer, group) = (checkout.buyer, checkout.group.clone().unwrap_or_default());
        let path = format!("/v1/order-groups/{group}/cancel");
        let asked = Asked {
            what: "cancel",
            path: &path,
            key: "unused",
            body: json!({}),
        };
        let answer = self.ask(market, &market.buyer(buyer), asked, dice).await?;
        Ok(format!(
            "{buyer} cancels {}: {}",
            self.checkouts[which].key, answer.status
        ))
    }

    /// Somebody gives a payment up.
    pub(super) async fn cancel_payment(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some(which) = self.any_group(dice) else {
            return nothing("give up");
        };
        let (buyer, intent) = (
            self.checkouts[which].buyer,
            self.checkouts[which].intent.clone(),
        );
        let path = format!("/v1/payment-intents/{intent}/cancel");
        let who = market.payments.api.caller(crate::market::account(buyer));
        let asked = Asked {
            what: "give up",
            path: &path,
            key: "unused",
            body: json!({}),
        };
        let answer = self.ask(market, &who, asked, dice).await?;
        Ok(format!(
            "{buyer} gives {} up: {}",
            self.checkouts[which].key, answer.status
        ))
    }
}
