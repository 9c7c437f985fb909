//! A world in which somebody pays: claims as orders signs them, a buyer, a provider.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kernel::{Currency, Event, Id, Money, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};
use tokens::{CheckoutClaim, CheckoutKey, intent_of};

/// A world and the functions of this context in it.
pub(crate) struct Till {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) stream: App,
    pub(crate) sweeper: App,
    pub(crate) checkout_key: CheckoutKey,
}

/// What most payments of these tests are, in fen.
pub(crate) const PRICE: i64 = 12_300;
/// How long a claim can be paid for.
pub(crate) const MINUTES_TO_PAY: i64 = 15;

impl Till {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let api = world.app("PaymentsApi", payments::build).await;
        let worker = world.app("PaymentsWorker", payments::build).await;
        let stream = world.app("PaymentsStream", payments::build).await;
        let sweeper = world.app("PaymentsSweeper", payments::build).await;
        let environment = world.environment("PaymentsApi");
        let secret = world
            .aws
            .secret(environment.get("CHECKOUT_SECRET").unwrap());
        let checkout_key = CheckoutKey::of(&secret.await.unwrap());
        Self {
            world,
            api,
            worker,
            stream,
            sweeper,
            checkout_key,
        }
    }

    /// What ada has to pay for a group.
    pub(crate) fn claim(&self, name: &str) -> CheckoutClaim {
        CheckoutClaim {
            group: group(name),
            account: account("ada"),
            amount: yuan(PRICE),
            subject: "Two tickets & a shirt".to_owned(),
            expires_at: self.world.clock.now() + SignedDuration::from_mins(MINUTES_TO_PAY),
        }
    }

    pub(crate) fn sign(&self, claim: &CheckoutClaim) -> String {
        self.checkout_key.sign(claim).unwrap()
    }

    pub(crate) fn ada(&self) -> Client {
        self.api.caller(account("ada"))
    }

    /// Asks for the payment of a group on a page.
    pub(crate) async fn create(&self, name: &str) -> Answer {
        let claim = self.sign(&self.claim(name));
        create(&self.ada(), &claim, "page", &name.replace(' ', "-")).await
    }

    /// A group that ada paid, of which nobody here has heard.
    pub(crate) async fn pay(&self, name: &str) {
        self.open_page(name).await;
        self.world.sandbox.pay(&number(name)).unwrap();
    }

    /// A group whose page ada looks at.
    pub(crate) async fn open_page(&self, name: &str) {
        let answer = self.create(name).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let url = answer.json()["action"]["url"].as_str().unwrap().to_owned();
        self.world.sandbox.open_page(&url).unwrap();
    }

    /// A group that ada paid, and that is captured.
    pub(crate) async fn captured(&self, name: &str) {
        self.pay(name).await;
        self.world.deliver_notifies(&self.api).await;
        assert_eq!(self.state(name).await, "captured");
    }

    pub(crate) async fn intent(&self, name: &str) -> Value {
        let path = format!("/v1/payment-intents/{}", intent(name));
        self.api.operator().get(&path).await.json()
    }

    pub(crate) async fn state(&self, name: &str) -> String {
        let intent = self.intent(name).await;
        intent["state"].as_str().unwrap_or("absent").to_owned()
    }

    /// The intent's row as it is stored, to see that nothing of it changed.
    pub(crate) async fn row(&self, name: &str) -> Option<platform::table::Item> {
        let key = platform::table::Key::sorted(format!("INTENT#{}", intent(name)), "INTENT");
        let table = self.world.table("PaymentsTable");
        table.get_item(&key).await.unwrap()
    }

    /// Lets minutes pass, with the sweeper at the end of each.
    pub(crate) async fn minutes(&self, minutes: usize) {
        for _ in 0..minutes {
            self.advance(1);
            self.sweep().await;
        }
    }

    pub(crate) fn advance(&self, minutes: i64) {
        let minutes = SignedDuration::from_mins(minutes);
        self.world.clock.advance(minutes).unwrap();
    }

    pub(crate) async fn sweep(&self) {
        self.world.run_schedule(&self.sweeper, "ask-provider").await;
    }

    /// Asks for a refund as orders does, and has the worker do what it can.
    pub(crate) async fn refund(&self, name: &str, refund: &str, minor: i64) {
        let due = refund_due(name, refund, minor);
        let body = serde_json::to_string(&due).unwrap();
        self.world.send("PaymentsQueue", body).await;
        self.work().await;
    }

    /// Has the worker do all that is asked of it.
    pub(crate) async fn work(&self) {
        self.world.drain("PaymentsQueue", &self.worker).await;
    }

    /// The refunds of a group's payment, by their ids.
    pub(crate) async fn refunds(&self, name: &str) -> BTreeMap<String, Value> {
        let path = format!("/v1/payment-intents/{}/refunds?limit=100", intent(name));
        let list = self.api.operator().get(&path).await.json();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone()))
            .collect()
    }

    pub(crate) async fn refund_state(&self, name: &str, refund: &str) -> String {
        let refunds = self.refunds(name).await;
        refunds[&refund_id(refund).to_string()]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// What orders was told so far: kind and data of every event, each once. The stream is told from
    /// its beginning every time, so what comes again must come under the same id.
    pub(crate) async fn told(&self) -> Vec<(String, Value)> {
        self.world.pump("PaymentsTable", &self.stream).await;
        let mut seen = BTreeMap::new();
        let mut told = Vec::new();
        for message in self.world.messages("OrdersQueue").await {
            let event: Event = serde_json::from_value(message).unwrap();
            match seen.insert(event.id, event.clone()) {
                Some(before) => assert_eq!(before, event),
                None => told.push((event.kind, event.data)),
            }
        }
        told
    }

    pub(crate) async fn told_kinds(&self) -> Vec<String> {
        let told = self.told().await.into_iter();
        told.map(|(kind, _)| kind).collect()
    }

    /// What the provider paid back of a group, in fen.
    pub(crate) fn given_back(&self, name: &str) -> i64 {
        let trade = self.world.sandbox.trade(&number(name)).unwrap();
        trade.refunded().minor()
    }

    /// Posts a notify as the provider does.
    pub(crate) async fn notify(&self, body: impl Into<bytes::Bytes>) -> String {
        notify(&self.api, body).await
    }

    /// The notifies that are due, taken from the provider and delivered to nobody.
    pub(crate) fn notifies(&self) -> Vec<String> {
        let due = self.world.sandbox.due(self.world.clock.now());
        due.into_iter().map(|attempt| attempt.body).collect()
    }
}

/// Posts a notify to `api` and checks the form of its answer.
pub(crate) async fn notify(api: &App, body: impl Into<bytes::Bytes>) -> String {
    let answer = api
        .anonymous()
        .request("POST", "/v1/payments/notify/alipay")
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body(body)
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    answer.text()
}

/// Asks for a payment under a key.
pub(crate) async fn create(client: &Client, claim: &str, method: &str, key: &str) -> Answer {
    create_with(client, json!({ "claim": claim, "method": method }), key).await
}

/// Asks for a payment with a body under a key.
pub(crate) async fn create_with(client: &Client, body: Value, key: &str) -> Answer {
    client
        .request("POST", "/v1/payment-intents")
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

/// The event by which orders asks for a refund.
pub(crate) fn refund_due(name: &str, refund: &str, minor: i64) -> Event {
    let id = refund_id(refund);
    let data = json!({
        "refund": id,
        "intent": intent(name),
        "group": group(name),
        "order": Id::<kind::Order>::derive(&[name]),
        "amount_minor": minor,
        "currency": "CNY",
        "reason": "returned",
    });
    Event::derived(
        "order.refund_due",
        id.to_string(),
        1,
        kernel::Timestamp::UNIX_EPOCH,
        data,
    )
    .unwrap()
}

pub(crate) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

pub(crate) fn account(name: &str) -> Id<kind::Account> {
    Id::derive(&["account", name])
}

pub(crate) fn group(name: &str) -> Id<kind::OrderGroup> {
    Id::derive(&["group", name])
}

pub(crate) fn intent(name: &str) -> Id<kind::PaymentIntent> {
    intent_of(group(name))
}

pub(crate) fn refund_id(name: &str) -> Id<kind::Refund> {
    Id::derive(&["refund", name])
}

/// Our number of a group's trade at the provider.
pub(crate) fn number(name: &str) -> alipay::OutTradeNo {
    intent(name).to_string().parse().unwrap()
}
