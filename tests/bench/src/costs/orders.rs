//! Orders of one line, from the checkout until nobody can complain about them any more.
//!
//! A buyer orders, opens the payment, pays within a minute and looks at the order once. What was
//! bought is handed over: a parcel is sent, a file is downloaded once, a ticket is issued. The buyer
//! says that it was received, and a week later time completes the order. The seller has registered
//! no webhook endpoint.

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};

use super::{
    deployment::{Deployment, Traffic},
    gateway::{Asked, Person},
    goods::{self, Goods, PRICE_MINOR},
    log_bytes::LogBytes,
    tally::Tally,
};

/// How many orders are counted: as many as fill the batches of the template.
pub(super) const SAMPLE: u64 = 100;

/// One order and who placed it.
struct Bought {
    buyer: Person,
    group: Value,
}

/// Counts what a sample of orders of `goods` consumes.
pub(super) async fn count(goods: Goods, traffic: Traffic, log_bytes: LogBytes) -> Tally {
    let mut deployment = Deployment::start(traffic, log_bytes).await;
    goods::offer(&mut deployment, goods).await;
    // The first order shows the functions what they then remember.
    sell(&mut deployment, goods, "the first", 1).await;
    deployment.begin();
    sell(&mut deployment, goods, "the others", SAMPLE).await;
    deployment.finish().await
}

/// Step by step, so many orders at once.
async fn sell(deployment: &mut Deployment, goods: Goods, round: &str, count: u64) {
    let mut bought = Vec::new();
    for number in 0..count {
        bought.push(place(deployment, goods, round, number).await);
    }
    deployment.settle().await;
    deployment.deliver_notifies().await;
    deployment.settle().await;
    for order in &bought {
        order.look(deployment).await;
    }
    deployment.pass(SignedDuration::from_hours(24));
    for order in &bought {
        match goods {
            Goods::Thing => order.ship(deployment).await,
            Goods::Download => order.download(deployment).await,
            Goods::Ticket => {}
        }
    }
    deployment.settle().await;
    deployment.pass(SignedDuration::from_hours(3 * 24));
    for order in &bought {
        order.receive(deployment).await;
    }
    deployment.settle().await;
    deployment.pass(SignedDuration::from_hours(8 * 24));
    deployment
        .run_schedule("PaymentsSweeper", "ask-provider")
        .await;
    deployment.run_schedule("OrdersSweeper", "end-orders").await;
    deployment.settle().await;
    for order in &bought {
        order.must_be_complete(deployment).await;
    }
}

/// Somebody orders and pays; the provider has not told anybody yet.
async fn place(deployment: &mut Deployment, goods: Goods, round: &str, number: u64) -> Bought {
    let buyer = Person {
        account: Id::derive(&["bench", round, &number.to_string()]),
        acting: None,
    };
    let line = json!({
        "sku": goods.sku(), "quantity": 1,
        "unit_price": { "minor": PRICE_MINOR, "currency": "CNY" },
    });
    let delivery = json!({
        "name": "Xiao Mei", "phone": "+86 138 0000 0000", "street": "1 Music Street",
        "city": "Shanghai", "country": "CN",
    });
    let body =
        json!({ "orders": [{ "shop": goods::shop(), "lines": [line] }], "delivery": delivery });
    let asked = Asked::post("OrdersApi", "/v1/orders", body).header("idempotency-key", "order");
    let group = deployment.ask(&buyer, asked).await;
    let body = json!({ "claim": group["payment_claim"], "method": "page" });
    let asked = Asked::post("PaymentsApi", "/v1/payment-intents", body);
    let asked = asked.header("idempotency-key", "pay");
    let intent = deployment.ask(&buyer, asked).await;
    let page = intent["action"]["url"].as_str().unwrap_or_default();
    let opened = deployment.world.sandbox.open_page(page);
    opened.expect("the page opens");
    let number = group["payment_intent"].as_str().unwrap_or_default();
    let number = number.parse().expect("every id is a trade number");
    let paid = deployment.world.sandbox.pay(&number);
    paid.expect("the page takes the payment");
    Bought { buyer, group }
}

impl Bought {
    fn path(&self) -> String {
        let order = self.group["orders"][0]["id"].as_str().unwrap_or_default();
        format!("/v1/orders/{order}")
    }

    async fn look(&self, deployment: &mut Deployment) -> Value {
        let path = self.path();
        let asked = Asked::get("OrdersApi", &path);
        deployment.ask(&self.buyer, asked).await
    }

    async fn ship(&self, deployment: &mut Deployment) {
        let line = &self.group["orders"][0]["lines"][0]["id"];
        let parcel = json!({
            "carrier": "SF Express", "tracking_number": "SF1234567890",
            "lines": [{ "line": line, "quantity": 1 }],
        });
        let path = format!("{}/shipments", self.path());
        let asked = Asked::post("OrdersApi", &path, parcel).header("idempotency-key", self.path());
        deployment.ask(&goods::seller("orders"), asked).await;
    }

    async fn download(&self, deployment: &mut Deployment) {
        let asked = Asked::get("OrdersApi", "/v1/entitlements");
        let held = deployment.ask(&self.buyer, asked).await;
        let entitlement = held["items"][0]["id"].as_str().unwrap_or_default();
        let path = format!("/v1/entitlements/{entitlement}/downloads");
        let body = json!({ "media": Id::<kind::Media>::derive(&["bench"]) });
        let asked = Asked::post("OrdersApi", &path, body);
        deployment.ask(&self.buyer, asked).await;
        // The link leads to the bucket itself.
        deployment.tally.downloads += 1;
    }

    async fn receive(&self, deployment: &mut Deployment) {
        let path = format!("{}/receipt", self.path());
        let asked = Asked::post("OrdersApi", &path, json!({})).header("idempotency-key", "thanks");
        deployment.ask(&self.buyer, asked).await;
    }

    /// Looks without being counted.
    async fn must_be_complete(&self, deployment: &Deployment) {
        let buyer = deployment.app("OrdersApi").caller(self.buyer.account);
        let order = buyer.get(&self.path()).await.json();
        assert_eq!(order["state"], "completed", "{order}");
    }
}
