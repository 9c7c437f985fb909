//! A partner whose customers earn tickets and points, the organizer of a concert, and a stand-in for
//! `events`, which has the tickets.

use jiff::SignedDuration;
use kernel::{Event, Id, Timestamp, kind};
use platform::table::Key;
use quota::{QuotaId, Quotas};
use serde_json::{Value, json};
use testkit::{Answer, App, Client};

use crate::{
    hooks::Hook,
    shop::{Shop, account, id},
};

/// What a ticket costs the partner, in fen.
pub(crate) const TICKET_PRICE: i64 = 9_900;
/// How many tickets the concert has.
pub(crate) const CAPACITY: u32 = 1_000;

/// Everybody who takes part.
pub(crate) struct BoxOffice {
    pub(crate) shop: Shop,
    pub(crate) hook: Hook,
    pub(crate) sweeper: App,
    pub(crate) stream: App,
    pub(crate) starts_at: Timestamp,
}

impl BoxOffice {
    /// With a partner that pays afterwards, for points and purchases, too.
    pub(crate) async fn open() -> Self {
        Self::with(json!({})).await
    }

    /// With a partner on these terms besides the usual ones, in the mode `live`.
    pub(crate) async fn with(terms: Value) -> Self {
        Self::of(json!({ "terms": terms })).await
    }

    /// With a partner of these fields.
    pub(crate) async fn of(mut partner: Value) -> Self {
        let shop = Shop::open().await;
        let mut terms = json!({
            "points_price": { "per_points": 100, "price": cny(50) },
            "conversion": { "per": cny(1_000), "points": 10 },
        });
        for (name, value) in partner["terms"].as_object().into_iter().flatten() {
            terms[name] = value.clone();
        }
        partner["terms"] = terms;
        let hook = Hook::with(&shop, partner).await;
        let office = Self {
            sweeper: shop.world.app("VouchersSweeper", vouchers::build).await,
            stream: shop.world.app("VouchersStream", vouchers::build).await,
            starts_at: shop.world.clock.now() + SignedDuration::from_hours(24 * 1_000),
            hook,
            shop,
        };
        let writes = office.quotas().create(&counted(), CAPACITY, 1).unwrap();
        let created = office.shop.world.aws.transact(writes.into()).await;
        created.unwrap();
        office.tell_concert("published", 1).await;
        office
    }

    /// Tells of the concert, as `events` does.
    pub(crate) async fn tell_concert(&self, state: &str, version: u64) {
        let concert = concert();
        let data = json!({
            "concert": concert,
            "organization": organization(),
            "state": state,
            "title": "A concert",
            "starts_at": self.starts_at,
            "region": "CN-SH",
            "ticket_quotas": [{ "ticket_quota": ticket_quota(), "name": "Floor", "capacity": CAPACITY }],
            "version": version,
        });
        let event = event("concert.changed", &concert.to_string(), version, data);
        assert!(self.deliver(&[event]).await.is_empty());
    }

    /// Who offers allotments.
    pub(crate) fn organizer(&self) -> Client {
        let scopes = &["events"];
        self.shop
            .api
            .member(account("organizer"), organization(), scopes)
    }

    /// Offers so many tickets to the partner, under a key.
    pub(crate) async fn offer(&self, key: &str, fields: Value) -> Answer {
        let mut allotment = json!({
            "ticket_quota": ticket_quota(),
            "units": 10,
            "unit_price": cny(TICKET_PRICE),
            "closes_at": self.shop.world.clock.now() + SignedDuration::from_hours(24 * 20),
        });
        for (name, value) in fields.as_object().unwrap() {
            allotment[name] = value.clone();
        }
        let path = format!("/v1/partners/{}/allotments", self.hook.partner);
        let organizer = self.organizer();
        let request = organizer.request("POST", &path);
        let request = request.header("idempotency-key", key);
        request.json(allotment).send().await
    }

    /// Sends the partner's message to a hook.
    pub(crate) async fn hook(&self, path: &str, body: Value) -> Answer {
        let client = self.shop.api.anonymous();
        self.hook.post(&client, path, body).await
    }

    /// An allotment of so many tickets that the partner has accepted.
    pub(crate) async fn allotment(&self, units: u32) -> String {
        let key = format!("allotment-{units}");
        let allotment = id(&self.offer(&key, json!({ "units": units })).await);
        let path = format!("allotments/{allotment}/accept");
        let accepted = self.hook(&path, json!({ "transaction_id": key })).await;
        assert_eq!(accepted.status, 200, "{}", accepted.text());
        allotment
    }

    /// An allotment as its organizer sees it.
    pub(crate) async fn see_allotment(&self, allotment: &str) -> Value {
        let path = format!("/v1/allotments/{allotment}");
        let answer = self.organizer().get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// How many tickets of an allotment are used, and returned.
    pub(crate) async fn units(&self, allotment: &str) -> (u64, u64) {
        let seen = self.see_allotment(allotment).await;
        let count = |name: &str| seen[name].as_u64().unwrap();
        (count("used"), count("returned"))
    }

    /// How many tickets of the concert the public cannot buy.
    pub(crate) async fn committed(&self) -> u32 {
        let usage = self.quotas().usage(&counted()).await.unwrap();
        assert_eq!(usage.committed + usage.available, CAPACITY);
        usage.committed
    }

    /// Grants what a body says.
    pub(crate) async fn grant(&self, body: Value) -> Answer {
        self.hook("grants", body).await
    }

    /// Grants tickets, which goes well.
    pub(crate) async fn granted(&self, allotment: &str, transaction: &str) -> Value {
        let answer = self.grant(tickets(transaction, allotment, 1)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Claims a grant by its code.
    pub(crate) async fn claim(&self, name: &str, code: &Value) -> Answer {
        let member = self.shop.api.caller(account(name));
        let body = json!({ "claim_code": code });
        member.post("/v1/partner-grants/claims", body).await
    }

    /// A grant of tickets that a member has claimed; its id.
    pub(crate) async fn claimed(&self, allotment: &str, transaction: &str, name: &str) -> String {
        let grant = self.granted(allotment, transaction).await;
        let answer = self.claim(name, &grant["claim_code"]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        grant["id"].as_str().unwrap().to_owned()
    }

    /// The same, with its ticket issued.
    pub(crate) async fn issued(&self, allotment: &str, transaction: &str, name: &str) -> String {
        let grant = self.claimed(allotment, transaction, name).await;
        self.tell("issued", &grant).await;
        assert_eq!(self.state(&grant, name).await, "ticket_issued");
        grant
    }

    /// Takes a grant back.
    pub(crate) async fn revoke(&self, grant: &str, transaction: &str) -> Answer {
        let path = format!("grants/{grant}/revoke");
        let body = json!({ "transaction_id": transaction, "reason": "it was returned" });
        self.hook(&path, body).await
    }

    /// How far a grant is, as the member sees it who claimed it.
    pub(crate) async fn state(&self, grant: &str, name: &str) -> String {
        let member = self.shop.api.caller(account(name));
        let answer = member.get(&format!("/v1/partner-grants/{grant}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["state"].as_str().unwrap().to_owned()
    }

    /// Tells what became of a grant's tickets, as `events` does.
    pub(crate) async fn tell(&self, what: &str, grant: &str) {
        assert!(
            self.deliver(&[news(what, grant)]).await.is_empty(),
            "{what}"
        );
    }

    /// Delivers a batch to the worker; answers the places of what is to come again.
    pub(crate) async fn deliver(&self, batch: &[Event]) -> Vec<String> {
        self.shop.worker.deliver(&records(batch)).await
    }

    /// Whether a charge, and whether a reversal of the grant is recorded.
    pub(crate) async fn exchanged(&self, grant: &str) -> (bool, bool) {
        let table = self.shop.world.table("VouchersTable");
        let mut recorded = [false; 2];
        for (found, posting) in recorded.iter_mut().zip(["charge", "reversal"]) {
            let id = Id::<kind::Exchange>::derive(&["exchange", grant, posting]);
            let key = Key::sorted(format!("EXCHANGE#{id}"), "EXCHANGE");
            *found = table.get_item(&key).await.unwrap().is_some();
        }
        recorded.into()
    }

    /// How many fen of the partner are reserved or owed.
    pub(crate) async fn exposure(&self) -> i64 {
        let path = format!("/v1/partners/{}/balance", self.hook.partner);
        let balance = self.shop.api.operator().get(&path).await;
        assert_eq!(balance.status, 200, "{}", balance.text());
        balance.json()["exposure"]["minor"].as_i64().unwrap()
    }

    /// Lets so many hours pass, and the sweeper run.
    pub(crate) async fn wait(&self, hours: i64) {
        let world = &self.shop.world;
        world
            .clock
            .advance(SignedDuration::from_hours(hours))
            .unwrap();
        world.run_schedule(&self.sweeper, "end-and-ask").await;
    }

    /// What the stream tells, from the first change on, by queue.
    pub(crate) async fn told(&self, queue: &str) -> Vec<Value> {
        self.shop.world.messages(queue).await;
        self.shop.world.pump("VouchersTable", &self.stream).await;
        self.shop.world.messages(queue).await
    }

    fn quotas(&self) -> Quotas {
        let world = &self.shop.world;
        Quotas::new(world.table("QuotasTable"), world.clock.clone())
    }
}

/// The body that grants so many tickets.
pub(crate) fn tickets(transaction: &str, allotment: &str, quantity: u32) -> Value {
    json!({
        "transaction_id": transaction,
        "earns": { "type": "ticket", "allotment": allotment, "quantity": quantity },
    })
}

/// The body that grants so many points.
pub(crate) fn points(transaction: &str, points: i64) -> Value {
    json!({ "transaction_id": transaction, "earns": { "type": "points", "points": points } })
}

/// An amount of fen.
pub(crate) fn cny(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "CNY" })
}

/// News of a grant's tickets.
pub(crate) fn news(what: &str, grant: &str) -> Event {
    let ticket = Id::<kind::Ticket>::derive(&[grant]);
    let data = match what {
        "issued" => {
            json!({ "grant": grant, "tickets": [ticket], "issued_at": "2026-06-01T12:00:00Z" })
        }
        "recalled" => json!({ "grant": grant, "tickets": [ticket] }),
        "checked_in" => {
            json!({ "grant": grant, "ticket": ticket, "day": "2026-06-02", "at": "2026-06-02T18:00:00Z" })
        }
        "voided after use" => {
            json!({ "grant": grant, "reason": "concert_cancelled", "attended": true })
        }
        _ => json!({ "grant": grant, "reason": "concert_cancelled" }),
    };
    let what = what.split(' ').next().unwrap();
    event(&format!("partner_tickets.{what}"), grant, 1, data)
}

/// A batch of messages as the queue delivers it.
pub(crate) fn records(batch: &[Event]) -> Value {
    let records = batch.iter().enumerate().map(|(place, event)| {
        let body = serde_json::to_string(event).unwrap();
        json!({ "messageId": place.to_string(), "body": body, "eventSource": "aws:sqs" })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

pub(crate) fn concert() -> Id<kind::Concert> {
    Id::derive(&["concert"])
}

pub(crate) fn ticket_quota() -> Id<kind::TicketQuota> {
    Id::derive(&["floor"])
}

pub(crate) fn organization() -> Id<kind::Organization> {
    Id::derive(&["organizer"])
}

fn counted() -> QuotaId {
    format!("tickets:{}", ticket_quota()).parse().unwrap()
}

fn event(kind: &str, subject: &str, version: u64, data: Value) -> Event {
    Event::derived(kind, subject, version, Timestamp::UNIX_EPOCH, data).unwrap()
}
