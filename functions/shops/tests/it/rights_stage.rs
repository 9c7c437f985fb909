//! A world with labels and shops, works, recordings, grants and listings.

use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

/// A world and the functions of this context in it.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) api: App,
    stream: App,
    worker: App,
    sweeper: App,
    keys: AtomicU32,
}

/// When every grant of these tests begins unless it says otherwise.
pub(crate) const NOW: &str = "2026-06-01T12:00:00Z";

impl Stage {
    pub(crate) async fn set() -> Self {
        let world = World::start().await;
        Self {
            api: world.app("ShopsApi", shops::build).await,
            stream: world.app("ShopsStream", shops::build).await,
            worker: world.app("ShopsWorker", shops::build).await,
            sweeper: world.app("ShopsSweeper", shops::build).await,
            world,
            keys: AtomicU32::new(0),
        }
    }

    /// Somebody who looks after an organization's catalogue.
    pub(crate) fn member(&self, organization: &str) -> Client {
        let account = account(organization);
        let organization = Id::derive(&[organization]);
        self.api.member(account, organization, &["catalogue"])
    }

    pub(crate) async fn work(&self, holder: &str) -> String {
        id(&self.member(holder).post("/v1/works", work_in()).await)
    }

    pub(crate) async fn recording(&self, holder: &str, work: &str) -> String {
        let body = recording_in(work);
        id(&self.member(holder).post("/v1/recordings", body).await)
    }

    /// A song that one organization wrote and recorded: the work and the recording.
    pub(crate) async fn song(&self, holder: &str) -> (String, String) {
        let work = self.work(holder).await;
        let recording = self.recording(holder, &work).await;
        (work, recording)
    }

    /// Makes a grant, with these fields in place of the usual ones.
    pub(crate) async fn grant(
        &self,
        holder: &str,
        subject: &str,
        licensee: &str,
        fields: Value,
    ) -> String {
        let body = grant_in(licensee, fields);
        let key = format!("stage-{}", self.keys.fetch_add(1, Ordering::SeqCst));
        let answer = grant(&self.member(holder), subject, &key, body).await;
        id(&answer)
    }

    pub(crate) async fn revoke(&self, holder: &str, grant: &str, body: Value) -> Answer {
        let path = format!("/v1/grants/{grant}/revoke");
        self.member(holder).post(&path, body).await
    }

    /// An open shop of an approved organization, which sells from `region`.
    pub(crate) async fn shop(&self, organization: &str, region: &str) -> String {
        let member = self.member(organization);
        let org: Id<kind::Organization> = Id::derive(&[organization]);
        let data = json!({
            "organization": org, "kind": "label", "name": organization, "region": region,
            "state": "approved", "house_owned": false, "version": 1,
        });
        self.tell("organization.approved", &org.to_string(), data)
            .await;
        let wanted = json!({ "name": organization, "region": region, "currency": "CNY" });
        let shop = id(&member.post("/v1/shops", wanted).await);
        done(
            &member
                .post(&format!("/v1/shops/{shop}/submit"), json!({}))
                .await,
        );
        let approve = format!("/v1/shops/{shop}/approve");
        done(&self.api.operator().post(&approve, json!({})).await);
        shop
    }

    /// A listing that could be published if its shop holds the rights.
    pub(crate) async fn listing(
        &self,
        organization: &str,
        shop: &str,
        product_type: &str,
        attributes: Value,
    ) -> String {
        let member = self.member(organization);
        let wanted = json!({
            "product_type": product_type,
            "title": "Night Ferry",
            "attributes": attributes,
            "accept_terms": true,
        });
        let listing = id(&member
            .post(&format!("/v1/shops/{shop}/listings"), wanted)
            .await);
        let mut variant = json!({ "title": "One", "price": { "minor": 900, "currency": "CNY" } });
        if product_type != "service" {
            variant["downloads"] = json!([self.file(organization, &listing, product_type).await]);
        }
        let variants = format!("/v1/listings/{listing}/variants");
        let added = member.post(&variants, variant).await;
        assert_eq!(added.status, 201, "{}", added.text());
        done(
            &member
                .post(&format!("/v1/listings/{listing}/submit"), json!({}))
                .await,
        );
        if product_type == "service" {
            let approve = format!("/v1/listings/{listing}/approve");
            done(&self.api.operator().post(&approve, json!({})).await);
        }
        listing
    }

    /// A track that is for sale.
    pub(crate) async fn track(&self, organization: &str, shop: &str, recording: &str) -> String {
        let listing = self.draft_track(organization, shop, recording).await;
        done(&self.publish(organization, &listing).await);
        listing
    }

    /// A track that is for sale as soon as it is published.
    pub(crate) async fn draft_track(
        &self,
        organization: &str,
        shop: &str,
        recording: &str,
    ) -> String {
        let attributes = json!({ "recording": recording, "artist": "The Stalls" });
        self.listing(organization, shop, "digital_track", attributes)
            .await
    }

    pub(crate) async fn publish(&self, organization: &str, listing: &str) -> Answer {
        let path = format!("/v1/listings/{listing}/publish");
        self.member(organization).post(&path, json!({})).await
    }

    /// Whether a listing is for sale, as its own people see it, and why not.
    pub(crate) async fn state(&self, organization: &str, shop: &str, listing: &str) -> Value {
        let path = format!("/v1/shops/{shop}/listings/{listing}");
        let answer = self.member(organization).get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["management"]["state"].clone()
    }

    /// Everything that has happened, told and done. The stream begins at its first record every time,
    /// so that everything is also done again.
    pub(crate) async fn settle(&self) {
        self.world.pump("ShopsTable", &self.stream).await;
        self.world.drain("ShopsQueue", &self.worker).await;
        assert_eq!(self.world.depth("ShopsQueueDead").await, 0);
    }

    pub(crate) async fn sweep(&self) {
        let schedule = "end-grants-and-release";
        self.world.run_schedule(&self.sweeper, schedule).await;
    }

    pub(crate) fn advance_s(&self, seconds: i64) {
        let by = jiff::SignedDuration::from_secs(seconds);
        self.world.clock.advance(by).unwrap();
    }

    async fn file(&self, organization: &str, listing: &str, product_type: &str) -> String {
        let file: Id<kind::Media> = Id::derive(&[listing]);
        let org: Id<kind::Organization> = Id::derive(&[organization]);
        let kind = if product_type == "lyric_excerpt" {
            "document"
        } else {
            "audio"
        };
        let data = json!({
            "media": file, "organization": org, "purpose": kind, "key": format!("clean/{file}"),
            "file_name": "night-ferry", "content_type": "audio/flac", "size_bytes": 1_000,
            "sha256": "00", "version": 1,
        });
        self.tell("media.ready", &file.to_string(), data).await;
        file.to_string()
    }

    /// Something that another context tells, heard.
    async fn tell(&self, kind: &str, subject: &str, data: Value) {
        let at = self.world.clock.now();
        let event = kernel::Event::derived(kind, subject, 1, at, data).unwrap();
        let event = serde_json::to_string(&event).unwrap();
        self.world.send("ShopsQueue", event).await;
        self.world.drain("ShopsQueue", &self.worker).await;
        assert_eq!(self.world.depth("ShopsQueueDead").await, 0);
    }
}

/// Asks for a grant under a key.
pub(crate) async fn grant(member: &Client, subject: &str, key: &str, body: Value) -> Answer {
    member
        .request("POST", &grants_path(subject))
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

/// Where the grants of a work or recording are.
pub(crate) fn grants_path(subject: &str) -> String {
    let of = if subject.starts_with("wrk_") {
        "works"
    } else {
        "recordings"
    };
    format!("/v1/{of}/{subject}/grants")
}

/// The terms of a deal, with these fields in place of the usual ones.
pub(crate) fn grant_in(licensee: &str, fields: Value) -> Value {
    let licensee: Id<kind::Organization> = Id::derive(&[licensee]);
    let mut body = json!({
        "licensee": licensee,
        "uses": ["download"],
        "territories": "worldwide",
        "from": NOW,
        "exclusive": false,
    });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub(crate) fn work_in() -> Value {
    json!({
        "title": "Night Ferry",
        "writers": [{ "name": "Lin Yi", "role": "composer" }, { "name": "Ada", "role": "lyricist" }],
    })
}

pub(crate) fn recording_in(work: &str) -> Value {
    json!({
        "work": work,
        "title": "Night Ferry (Live)",
        "artists": ["The Stalls"],
        "duration_ms": 215_000,
    })
}

pub(crate) fn account(name: &str) -> Id<kind::Account> {
    Id::derive(&["account", name])
}

/// The id of an organization.
pub(crate) fn organization(name: &str) -> String {
    Id::<kind::Organization>::derive(&[name]).to_string()
}

/// What was created, if it was.
pub(crate) fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// It was done.
pub(crate) fn done(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
}
