//! Whatever happens in whatever order: goods and money agree in the end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::market::{Goods, Market, captured, checkout, place};

const SEEDS: u64 = 24;
const STEPS: usize = 40;
const BUYERS: u64 = 5;
const SHIRTS: u32 = 3;

/// The same numbers for the same seed, on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// One market, what was ordered in it and what was paid.
struct Walk {
    market: Market,
    groups: BTreeMap<String, Value>,
    paid: BTreeMap<String, Value>,
}

impl Walk {
    async fn step(&mut self, dice: &mut Dice) {
        let buyer = format!("buyer-{}", dice.roll(BUYERS));
        let group = self.groups.get(&buyer).cloned();
        match (dice.roll(10), group) {
            (0..=2, _) => self.order(&buyer, dice).await,
            (3..=4, Some(group)) => {
                let subject = group["payment_intent"].as_str().unwrap();
                let data = captured(&buyer, &group);
                self.market.send("payment.captured", subject, 1, data).await;
                self.paid.insert(buyer, group);
            }
            (5, Some(group)) => {
                let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
                self.market.buyer(&buyer).post(&path, json!({})).await;
            }
            (6, Some(group)) => {
                let subject = group["payment_intent"].as_str().unwrap();
                let data = json!({
                    "intent": group["payment_intent"], "group": group["id"], "reason": "closed",
                });
                self.market.send("payment.closed", subject, 1, data).await;
            }
            (7, _) => self.market.sweep().await,
            (8, _) => self
                .market
                .pass_minutes(i64::try_from(dice.roll(12)).unwrap()),
            _ => self.drain().await,
        }
    }

    async fn order(&mut self, buyer: &str, dice: &mut Dice) {
        let quantity = u32::try_from(dice.roll(2) + 1).unwrap();
        let lines = [("shirt", quantity, 9_900)];
        let posters = [("poster", 1, 2_500)];
        let orders: [(&str, &[_]); 2] = [("records", &lines), ("label", &posters)];
        let orders = &orders[..usize::try_from(dice.roll(2) + 1).unwrap()];
        let answer = place(&self.market.buyer(buyer), "k1", checkout(orders)).await;
        match answer.status {
            201 => {
                self.groups.insert(buyer.to_owned(), answer.json());
            }
            409 => assert_eq!(answer.problem_code(), "out_of_stock"),
            _ => assert_eq!(answer.problem_code(), "idempotency_key_reused"),
        }
    }

    async fn drain(&self) {
        self.market
            .world
            .drain("OrdersQueue", &self.market.worker)
            .await;
        assert_eq!(self.market.world.depth("OrdersQueueDead").await, 0);
    }

    /// Every order has its goods or its money back, and the stock knows it.
    /// Answers how many orders were paid, and how many refunds are due.
    async fn check(&self, seed: u64) -> (usize, usize) {
        let mut sold: BTreeMap<String, u64> = BTreeMap::new();
        let (mut kept, mut refunds) = (0, 0);
        for (buyer, group) in &self.groups {
            let is_paid = self.paid.contains_key(buyer);
            for order in self.market.group(buyer, group).await["orders"]
                .as_array()
                .unwrap()
            {
                let state = order["state"].as_str().unwrap();
                let back = order["refunds"].as_array().unwrap();
                refunds += back.len();
                kept += usize::from(state == "paid");
                match (is_paid, state) {
                    (true, "paid") => assert!(back.is_empty(), "seed {seed}: {order}"),
                    // Money that came for nothing goes back, all of it and once.
                    (true, "expired" | "cancelled") => {
                        assert_eq!(back.len(), 1, "seed {seed}: {order}");
                        assert_eq!(back[0]["amount_minor"], order["total"]["minor"]);
                    }
                    (false, "expired" | "cancelled") => {
                        assert!(back.is_empty(), "seed {seed}: {order}");
                    }
                    _ => panic!("seed {seed}: {order}"),
                }
                for line in order["lines"].as_array().unwrap() {
                    let units = line["quantity"].as_u64().unwrap();
                    let title = line["title"].as_str().unwrap().to_owned();
                    *sold.entry(title).or_default() += units * u64::from(state == "paid");
                }
            }
        }
        for (name, all) in [("shirt", SHIRTS), ("poster", 4)] {
            let sold = sold
                .get(&format!("The {name}"))
                .copied()
                .unwrap_or_default();
            let sold = u32::try_from(sold).unwrap();
            assert_eq!(
                self.market.stock_of(name).await,
                (sold, 0, all - sold),
                "seed {seed}"
            );
        }
        let told = self.market.told("PaymentsQueue").await;
        let due = told.get("order.refund_due").map(Vec::len);
        assert_eq!(due.unwrap_or_default(), refunds, "seed {seed}");
        (kept, refunds)
    }
}

#[tokio::test]
async fn goods_and_money_agree_whatever_happens_in_whatever_order() {
    let mut seen = (0, 0);
    for seed in 0..SEEDS {
        let market = Market::open().await;
        for (shop, name, price_minor, units) in [
            ("records", "shirt", 9_900, SHIRTS),
            ("label", "poster", 2_500, 4),
        ] {
            market.shop(shop).await;
            market.stock(name, units).await;
            let goods = Goods {
                name,
                price_minor,
                ..Goods::default()
            };
            market.sell(shop, goods).await;
        }
        let mut walk = Walk {
            market,
            groups: BTreeMap::new(),
            paid: BTreeMap::new(),
        };
        let mut dice = Dice(seed);
        for _ in 0..STEPS {
            walk.step(&mut dice).await;
        }
        walk.drain().await;
        walk.market.pass_minutes(60);
        walk.market.sweep().await;
        let (kept, refunds) = walk.check(seed).await;
        seen = (seen.0 + kept, seen.1 + refunds);
    }
    // Both ends were met, and not by chance alone.
    assert!(seen.0 > 20 && seen.1 > 5, "{seen:?}");
}
