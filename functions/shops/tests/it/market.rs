//! A world with organizations, their shops and what they offer.

use kernel::{Event, Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

/// A world and the functions of this context in it.
pub(crate) struct Market {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) stream: App,
}

/// Somebody who acts for an organization, and its shop.
pub(crate) struct Stall {
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) client: Client,
    pub(crate) shop: String,
}

impl Market {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let api = world.app("ShopsApi", shops::build).await;
        let worker = world.app("ShopsWorker", shops::build).await;
        let stream = world.app("ShopsStream", shops::build).await;
        Self {
            world,
            api,
            worker,
            stream,
        }
    }

    /// Somebody who acts for the organization of this name.
    pub(crate) fn seller(&self, name: &str) -> Client {
        let account = Id::derive(&["account", name]);
        self.api.member(account, organization(name), &["catalogue"])
    }

    /// A draft of a shop with these fields in place of the usual ones.
    pub(crate) async fn draft_shop(&self, name: &str, fields: Value) -> String {
        let shop = merged(
            json!({ "name": name, "region": "CN", "currency": "CNY" }),
            fields,
        );
        id(&self.seller(name).post("/v1/shops", shop).await)
    }

    /// An open shop of the organization of this name.
    pub(crate) async fn stall(&self, name: &str) -> Stall {
        let shop = self.draft_shop(name, json!({})).await;
        self.open_shop(name, &shop).await;
        Stall {
            organization: organization(name),
            client: self.seller(name),
            shop,
        }
    }

    pub(crate) async fn open_shop(&self, name: &str, shop: &str) {
        let submit = format!("/v1/shops/{shop}/submit");
        ok(&self.seller(name).post(&submit, json!({})).await);
        let approve = format!("/v1/shops/{shop}/approve");
        ok(&self.api.operator().post(&approve, json!({})).await);
    }

    /// Tells this context what another one has to tell.
    pub(crate) async fn tell(&self, kind: &str, subject: &str, data: Value) {
        let version = data["version"].as_u64().unwrap();
        let now = self.world.clock.now();
        let event = Event::derived(kind, subject, version, now, data).unwrap();
        let body = serde_json::to_string(&event).unwrap();
        self.world.send("ShopsQueue", body).await;
        self.world.drain("ShopsQueue", &self.worker).await;
        assert_eq!(self.world.depth("ShopsQueueDead").await, 0);
    }

    pub(crate) async fn tell_organization(&self, name: &str, fields: Value) {
        let id = organization(name);
        let data = json!({
            "organization": id, "kind": "label", "name": name, "region": "CN",
            "state": "approved", "house_owned": false, "version": 1,
        });
        let data = merged(data, fields);
        self.tell("organization.updated", &id.to_string(), data)
            .await;
    }

    /// A file of the organization of this name that is ready.
    pub(crate) async fn file(&self, owner: &str, name: &str, purpose: &str) -> String {
        let id = Id::<kind::Media>::derive(&[owner, name]).to_string();
        let data = json!({
            "media": id, "organization": organization(owner), "purpose": purpose,
            "key": format!("clean/{id}"), "file_name": name, "content_type": "audio/flac",
            "size_bytes": 1_000, "sha256": "00", "version": 2,
        });
        self.tell("media.ready", &id, data).await;
        id
    }

    /// A concert of the organization of this name, with one sort of tickets; both ids.
    pub(crate) async fn concert(&self, owner: &str, fields: Value) -> (String, String) {
        let concert = Id::<kind::Concert>::derive(&[owner]).to_string();
        let quota = Id::<kind::TicketQuota>::derive(&[owner]).to_string();
        let data = json!({
            "concert": concert, "organization": organization(owner), "state": "published",
            "title": "Night Market Live", "starts_at": "2026-07-01T12:00:00Z", "region": "CN",
            "ticket_quotas": [{
                "ticket_quota": quota, "name": "Standing", "quota": format!("tickets:{quota}"),
                "days": ["2026-07-01"], "capacity": 100,
            }],
            "version": 1,
        });
        self.tell("concert.changed", &concert, merged(data, fields))
            .await;
        (concert, quota)
    }

    /// Everything the stream has told orders up to now, from the beginning of the world.
    pub(crate) async fn told(&self) -> Vec<Value> {
        self.world.pump("ShopsTable", &self.stream).await;
        self.world.messages("OrdersQueue").await
    }

    /// Everything the stream has told organizations up to now, from the beginning of the world.
    pub(crate) async fn told_outside(&self) -> Vec<Value> {
        self.world.pump("ShopsTable", &self.stream).await;
        self.world.messages("WebhooksQueue").await
    }
}

impl Stall {
    /// A draft of a shirt with these fields in place of the usual ones.
    pub(crate) async fn draft(&self, fields: Value) -> String {
        let listing = merged(
            json!({
                "product_type": "merchandise", "title": "Night Market Shirt",
                "attributes": { "ships_within_days": 3 }, "accept_terms": true,
            }),
            fields,
        );
        let path = format!("/v1/shops/{}/listings", self.shop);
        id(&self.client.post(&path, listing).await)
    }

    /// A variant with these fields in place of the usual ones.
    pub(crate) async fn variant(&self, listing: &str, fields: Value) -> String {
        let answer = self.try_variant(listing, fields).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let listing = answer.json();
        let variants = listing["management"]["variants"].as_array().unwrap();
        let last = variants.last().unwrap();
        last["variant"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn try_variant(&self, listing: &str, fields: Value) -> Answer {
        let variant = merged(
            json!({ "title": "Size M", "price": { "minor": 9_900, "currency": "CNY" } }),
            fields,
        );
        let path = format!("/v1/listings/{listing}/variants");
        self.client.post(&path, variant).await
    }

    pub(crate) async fn stock(&self, listing: &str, sku: &str, on_hand: u32) -> Answer {
        let path = format!("/v1/listings/{listing}/variants/{sku}/stock");
        let stock = json!({ "on_hand": on_hand });
        self.client.request("PUT", &path).json(stock).send().await
    }

    /// What its own people see of a listing.
    pub(crate) async fn see(&self, listing: &str) -> Value {
        let path = format!("/v1/shops/{}/listings/{listing}", self.shop);
        let answer = self.client.get(&path).await;
        ok(&answer);
        answer.json()
    }

    pub(crate) async fn state(&self, listing: &str) -> String {
        let listing = self.see(listing).await;
        listing["management"]["state"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn do_to(&self, listing: &str, step: &str) -> Answer {
        let path = format!("/v1/listings/{listing}/{step}");
        self.client.post(&path, json!({})).await
    }

    /// A published service, which needs neither stock nor rights nor files; its approval is given.
    pub(crate) async fn service(&self, market: &Market, fields: Value) -> String {
        let service = json!({
            "product_type": "service", "title": "Mixing",
            "attributes": { "delivered_within_days": 7 },
        });
        let listing = self.draft(merged(service, fields)).await;
        self.variant(&listing, json!({ "title": "One song" })).await;
        self.publish(market, &listing).await;
        listing
    }

    /// Submits a listing, has it approved where it must be, and publishes it.
    pub(crate) async fn publish(&self, market: &Market, listing: &str) {
        let submitted = self.do_to(listing, "submit").await;
        ok(&submitted);
        if submitted.json()["management"]["state"] == "submitted" {
            let approve = format!("/v1/listings/{listing}/approve");
            ok(&market.api.operator().post(&approve, json!({})).await);
        }
        ok(&self.do_to(listing, "publish").await);
    }
}

pub(crate) fn organization(name: &str) -> Id<kind::Organization> {
    Id::derive(&["organization", name])
}

pub(crate) fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

pub(crate) fn ok(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
}

pub(crate) fn merged(mut usual: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        if value.is_null() {
            usual.as_object_mut().unwrap().remove(name);
        } else {
            usual[name] = value.clone();
        }
    }
    usual
}
