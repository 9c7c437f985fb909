//! A world with an organization that gives concerts, and people who buy tickets.

use kernel::{Event, Id, Kind, Timestamp, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

/// A world and the functions of this context in it. It is eight in the evening in Shanghai.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) stream: App,
}

/// A concert and its one ticket quota.
#[derive(Clone, Debug)]
pub(crate) struct Show {
    pub(crate) concert: String,
    pub(crate) quota: String,
}

/// The first day of the concerts of these tests, which is the present one.
pub(crate) const TODAY: &str = "2026-06-01";
/// The second.
pub(crate) const TOMORROW: &str = "2026-06-02";

impl House {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let api = world.app("EventsApi", events::build).await;
        let worker = world.app("EventsWorker", events::build).await;
        let stream = world.app("EventsStream", events::build).await;
        Self {
            world,
            api,
            worker,
            stream,
        }
    }

    /// Somebody who plans the house's concerts.
    pub(crate) fn planner(&self) -> Client {
        self.api.member(id("planner"), id("house"), &["events"])
    }

    /// Somebody of another organization.
    pub(crate) fn stranger(&self) -> Client {
        let scopes = ["events", "door"];
        self.api.member(id("stranger"), id("elsewhere"), &scopes)
    }

    /// Somebody at the house's door.
    pub(crate) fn door(&self) -> Client {
        self.doorkeeper("door")
    }

    /// Somebody else at the house's door.
    pub(crate) fn doorkeeper(&self, name: &str) -> Client {
        self.api.member(id(name), id("house"), &["door"])
    }

    /// A member of the public.
    pub(crate) fn fan(&self, name: &str) -> Client {
        self.api.caller(id(name))
    }

    /// A draft of one night, with these fields in place of the usual ones.
    pub(crate) async fn draft(&self, fields: Value) -> String {
        let mut concert = json!({
            "title": "One Night",
            "venue": "Mao Livehouse",
            "region": "CN-SH",
            "starts_at": "2026-06-01T20:30:00+08:00",
            "ends_at": "2026-06-02T01:00:00+08:00",
            "time_zone": "Asia/Shanghai",
        });
        for (name, value) in fields.as_object().unwrap() {
            concert[name] = value.clone();
        }
        created(&self.planner().post("/v1/events", concert).await)
    }

    pub(crate) async fn quota(&self, concert: &str, fields: Value) -> String {
        let mut quota = json!({ "name": "Standing", "capacity": 100 });
        for (name, value) in fields.as_object().unwrap() {
            quota[name] = value.clone();
        }
        let path = format!("/v1/events/{concert}/quotas");
        let key = format!("{concert}{quota}");
        created(&keyed(&self.planner(), &path, &key, quota).await)
    }

    /// A published concert with one ticket quota.
    pub(crate) async fn show(&self, fields: Value) -> Show {
        let concert = self.draft(fields).await;
        let quota = self.quota(&concert, json!({})).await;
        self.act(&concert, "publish", json!({})).await;
        Show { concert, quota }
    }

    /// A published concert of two nights.
    pub(crate) async fn two_nights(&self) -> Show {
        self.show(json!({ "ends_at": "2026-06-03T01:00:00+08:00" }))
            .await
    }

    /// Moves a concert on.
    pub(crate) async fn act(&self, concert: &str, verb: &str, body: Value) -> Value {
        let path = format!("/v1/events/{concert}/{verb}");
        let answer = self.planner().post(&path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Has a line of an order paid and its tickets issued; answers their ids.
    pub(crate) async fn buy(
        &self,
        show: &Show,
        buyer: &str,
        line: &str,
        quantity: u32,
    ) -> Vec<String> {
        self.pay(show, buyer, line, quantity).await;
        self.work().await;
        tickets_of(line, quantity)
    }

    /// Tells that a line of an order was paid.
    pub(crate) async fn pay(&self, show: &Show, buyer: &str, line: &str, quantity: u32) {
        let order: Id<kind::Order> = id(line);
        let data = json!({
            "order": order,
            "group": id::<kind::OrderGroup>(line),
            "buyer": id::<kind::Account>(buyer),
            "paid_at": "2026-06-01T12:00:00Z",
            "lines": [
                {
                    "line": id::<kind::OrderLine>("a shirt"),
                    "sku": id::<kind::Sku>("a shirt"),
                    "quantity": 1,
                    "tickets": null,
                },
                {
                    "line": id::<kind::OrderLine>(line),
                    "sku": id::<kind::Sku>("a ticket"),
                    "quantity": quantity,
                    "tickets": {
                        "concert": show.concert,
                        "ticket_quota": show.quota,
                        "per_unit": 1,
                        "days": [TODAY],
                    },
                },
            ],
            "version": 2,
        });
        self.tell("order.paid", &order.to_string(), data).await;
    }

    /// Asks for tickets of a line back.
    pub(crate) async fn recall(&self, request: &str, line: &str, quantity: u32) {
        let request: Id<kind::RefundRequest> = id(request);
        let data = json!({
            "refund_request": request,
            "order": id::<kind::Order>(line),
            "line": id::<kind::OrderLine>(line),
            "quantity": quantity,
        });
        let subject = request.to_string();
        self.tell("tickets.recall_asked", &subject, data).await;
    }

    /// Has a grant claimed and its tickets issued; answers their ids.
    pub(crate) async fn grant(
        &self,
        show: &Show,
        member: &str,
        grant: &str,
        quantity: u32,
    ) -> Vec<String> {
        self.claim_grant(show, member, grant, quantity).await;
        self.work().await;
        tickets_of_grant(grant, quantity)
    }

    /// Tells that a partner's grant was claimed.
    pub(crate) async fn claim_grant(&self, show: &Show, member: &str, grant: &str, quantity: u32) {
        let grant: Id<kind::PartnerGrant> = id(grant);
        let data = json!({
            "grant": grant,
            "partner": id::<kind::Partner>("chain"),
            "account": id::<kind::Account>(member),
            "concert": show.concert,
            "ticket_quota": show.quota,
            "quantity": quantity,
            "claimed_at": "2026-06-01T12:00:00Z",
            "version": 2,
        });
        let subject = grant.to_string();
        self.tell("partner_grant.claimed", &subject, data).await;
    }

    /// Asks for the tickets of a grant back, for the so many-th time.
    pub(crate) async fn revoke(&self, grant: &str, version: u64) {
        let grant: Id<kind::PartnerGrant> = id(grant);
        let data = json!({ "grant": grant, "version": version });
        let subject = grant.to_string();
        self.tell("partner_grant.recall_asked", &subject, data)
            .await;
    }

    /// What the stream tells vouchers of a grant, from the beginning of the world: each event once.
    pub(crate) async fn told_of_grant(&self, grant: &str) -> Vec<Value> {
        self.world.pump("EventsTable", &self.stream).await;
        let subject = json!(id::<kind::PartnerGrant>(grant));
        let mut told: Vec<Value> = Vec::new();
        for event in self.world.messages("VouchersQueue").await {
            let is_new = told.iter().all(|known| known["id"] != event["id"]);
            if event["subject"] == subject && is_new {
                told.push(event);
            }
        }
        told
    }

    /// Puts an event of another context into this context's queue.
    pub(crate) async fn tell(&self, kind: &str, subject: &str, data: Value) {
        let now = self.world.clock.now();
        let event = Event::derived(kind, subject, 2, now, data).unwrap();
        let event = serde_json::to_string(&event).unwrap();
        self.world.send("EventsQueue", event).await;
    }

    /// Has the worker do all there is to do.
    pub(crate) async fn work(&self) {
        self.world.drain("EventsQueue", &self.worker).await;
        assert_eq!(self.world.depth("EventsQueueDead").await, 0);
    }

    /// What the stream tells orders, from the beginning of the world.
    pub(crate) async fn told_orders(&self) -> Vec<Value> {
        self.world.pump("EventsTable", &self.stream).await;
        self.world.messages("OrdersQueue").await
    }

    /// A ticket's code, for whoever holds it.
    pub(crate) async fn code(&self, holder: &str, ticket: &str) -> String {
        let shown = self.ticket(holder, ticket).await;
        shown["code"].as_str().expect("it has a code").to_owned()
    }

    /// A ticket as its holder sees it.
    pub(crate) async fn ticket(&self, holder: &str, ticket: &str) -> Value {
        let answer = self.fan(holder).get(&format!("/v1/tickets/{ticket}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Offers a ticket to whoever has the code, and answers the code.
    pub(crate) async fn offer(&self, holder: &str, ticket: &str) -> String {
        let path = format!("/v1/tickets/{ticket}/transfer");
        let answer = keyed(&self.fan(holder), &path, ticket, json!({})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["transfer_code"].as_str().unwrap().to_owned()
    }
}

/// Takes a ticket by a transfer code.
pub(crate) async fn claim(taker: &Client, code: &str) -> Answer {
    let body = json!({ "transfer_code": code });
    taker.post("/v1/tickets/transfers/claim", body).await
}

/// Shows a ticket at the door.
pub(crate) async fn show_at(door: &Client, code: &str, key: &str) -> Answer {
    let body = json!({ "ticket_code": code });
    keyed(door, "/v1/check-ins", key, body).await
}

/// Posts under a key.
pub(crate) async fn keyed(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let request = client.request("POST", path);
    let request = request.header("idempotency-key", &format!("k{key}"));
    request.json(body).send().await
}

/// The ids of a line's tickets, as everybody can derive them.
pub(crate) fn tickets_of(line: &str, quantity: u32) -> Vec<String> {
    numbered(&id::<kind::OrderLine>(line).to_string(), quantity)
}

/// The ids of a grant's tickets, too.
pub(crate) fn tickets_of_grant(grant: &str, quantity: u32) -> Vec<String> {
    numbered(&id::<kind::PartnerGrant>(grant).to_string(), quantity)
}

fn numbered(origin: &str, quantity: u32) -> Vec<String> {
    let ticket = |number: u32| {
        let ticket: Id<kind::Ticket> = Id::derive(&["ticket", origin, &number.to_string()]);
        ticket.to_string()
    };
    (1..=quantity).map(ticket).collect()
}

/// The id of somebody or something by its name in a test.
pub(crate) fn id<K: Kind>(name: &str) -> Id<K> {
    Id::derive(&["test", name])
}

/// What was created, if it was.
pub(crate) fn created(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A time.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
