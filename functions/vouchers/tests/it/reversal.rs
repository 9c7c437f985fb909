//! `POST /v1/partner-hooks/{partner}/vouchers/reverse`: points come back as they were.

use jiff::SignedDuration;
use partner::Till;
use serde_json::{Value, json};

use crate::{
    chain::{OWED, OnDemand},
    shop::{PRICE, redeem},
};

impl OnDemand {
    /// Reverses the voucher of a code, under a transaction of this name.
    async fn reverse(&self, transaction: &str, code: &Value, reason: &str) -> partner::Told {
        let body = json!({ "transaction_id": transaction, "code": code, "reason": reason });
        let told = self.chain.tell(self.partner, "vouchers/reverse", &body);
        told.await.unwrap()
    }

    async fn at_till(&self, till: Till, code: &Value) {
        let code = code.as_str().unwrap();
        let told = self.chain.at_till(self.partner, till, code).await.unwrap();
        assert_eq!(told.status, 200, "{told:?}");
    }

    fn hours_later(&self, hours: i64) {
        let hours = SignedDuration::from_hours(hours);
        self.shop.world.clock.advance(hours).unwrap();
    }
}

#[tokio::test]
async fn the_points_of_a_reversed_voucher_come_back_once_with_their_own_expiry() {
    let on_demand = OnDemand::with(json!({ "limit_per_member": 1 })).await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let before = on_demand.shop.expiring("ada").await;
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let code = answer.json()["code"].clone();
    // Next month's points would expire a month later.
    on_demand.hours_later(24 * 20);
    for _ in 0..2 {
        let told = on_demand.reverse("t1", &code, "unused").await;
        assert_eq!(
            (told.status, &told.body["state"]),
            (200, &json!("reversed"))
        );
        assert_eq!(on_demand.shop.points("ada").await, PRICE);
    }
    assert_eq!(on_demand.shop.expiring("ada").await, before);
    let other = on_demand.reverse("t2", &code, "unused").await;
    assert_eq!(other.body["code"], "voucher_not_valid");
    let shown = on_demand.shown("ada", &answer).await;
    assert_eq!(
        (&shown["status"], shown.get("code")),
        (&json!("reversed"), None)
    );
    assert_eq!(shown["points_spent"], 0);
    // It does not count against the limit any more.
    assert_eq!(redeem(&ada, &on_demand.reward, "k2").await.status, 201);
}

#[tokio::test]
async fn a_used_voucher_is_reversed_within_its_hours_and_not_later() {
    for (hours, status) in [(72, 200), (73, 409)] {
        let on_demand = OnDemand::open().await;
        let ada = on_demand.shop.member("ada", PRICE).await;
        let code = redeem(&ada, &on_demand.reward, "k1").await.json()["code"].clone();
        on_demand.at_till(Till::Redeem, &code).await;
        on_demand.hours_later(hours);
        let told = on_demand.reverse("t1", &code, "returned").await;
        assert_eq!(told.status, status, "after {hours} hours");
        let points = on_demand.shop.points("ada").await;
        assert_eq!(points, if status == 200 { PRICE } else { 0 });
    }
}

#[tokio::test]
async fn an_unused_voucher_is_reversed_until_some_hours_after_its_end() {
    let end = 30 * 24;
    for (hours, status) in [(end + 72, 200), (end + 73, 409)] {
        let on_demand = OnDemand::open().await;
        let ada = on_demand.shop.member("ada", PRICE).await;
        let code = redeem(&ada, &on_demand.reward, "k1").await.json()["code"].clone();
        on_demand.hours_later(end);
        on_demand.sweep().await;
        on_demand.hours_later(hours - end);
        let told = on_demand.reverse("t1", &code, "unused").await;
        assert_eq!(told.status, status, "after {hours} hours");
    }
}

#[tokio::test]
async fn what_was_owed_is_recorded_with_the_issue_and_taken_back_with_the_reversal() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let voucher = redeem(&ada, &on_demand.reward, "k1").await.json();
    let charge = on_demand.shop.exchange(&voucher, "charge").await.unwrap();
    assert_eq!(charge["direction"], "outbound");
    assert_eq!(
        charge["amount"],
        json!({ "minor": OWED, "currency": "CNY" })
    );
    assert_eq!(charge["reference"], voucher["id"]);
    assert_eq!(on_demand.shop.exchange(&voucher, "reversal").await, None);
    on_demand.reverse("t1", &voucher["code"], "invalid").await;
    let reversal = on_demand.shop.exchange(&voucher, "reversal").await.unwrap();
    assert_eq!(reversal["posting"], "reversal");
    assert_eq!(
        (&reversal["amount"], &reversal["reference"]),
        (&charge["amount"], &charge["reference"])
    );
}
