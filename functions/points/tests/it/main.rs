//! Points, over the world that the template defines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod adjustments;
mod adjustments_lost;
mod balance;
mod consume;
mod earn_rules;
mod entries;
mod reads_and_writes;
mod sweep;

use kernel::{Event, Id, kind};
use serde_json::{Value, json};
use testkit::{App, World};

/// A world with this context in it, as the template deploys it.
struct Points {
    world: World,
    api: App,
    worker: App,
    journal: App,
    sweeper: App,
}

impl Points {
    async fn start() -> Points {
        Points::of(World::start().await).await
    }

    async fn of(world: World) -> Points {
        Points {
            api: world.app("PointsApi", points::build).await,
            worker: world.app("PointsWorker", points::build).await,
            journal: world.app("PointsStream", points::build).await,
            sweeper: world.app("PointsSweeper", points::build).await,
            world,
        }
    }

    /// Sends listens through their queue; each began so many minutes ago and lasted so many.
    async fn listen(&self, account: Id<kind::Account>, listens: &[(i64, i64)]) {
        let body = self.listens(account, listens);
        self.world.send("ListensQueue", body).await;
        self.world.drain("ListensQueue", &self.worker).await;
    }

    /// The message that tells of such listens.
    fn listens(&self, account: Id<kind::Account>, listens: &[(i64, i64)]) -> String {
        let now_s = self.world.clock.now_seconds();
        let spans: Vec<[i64; 2]> = listens
            .iter()
            .map(|(ago, lasted)| (now_s - ago * 60, lasted * 60))
            .map(|(start_s, length_s)| [start_s, start_s + length_s])
            .collect();
        let data = json!({ "account": account, "received_at": now_s, "listens": spans });
        self.event("listening.listens_submitted", account, 1, data)
    }

    /// The message of an account that tells its zone.
    fn account(&self, kind: &str, account: Id<kind::Account>, version: u64, zone: &str) -> String {
        let data = json!({
            "account": account,
            "display_name": "Zoë",
            "time_zone": zone,
            "version": version,
        });
        self.event(kind, account, version, data)
    }

    fn event(&self, kind: &str, account: Id<kind::Account>, version: u64, data: Value) -> String {
        let now = self.world.clock.now();
        let event = Event::derived(kind, account.to_string(), version, now, data);
        serde_json::to_string(&event.unwrap()).unwrap()
    }

    async fn balance(&self, account: Id<kind::Account>) -> Value {
        let answer = self.api.caller(account).get("/v1/accounts/me/points").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn available(&self, account: Id<kind::Account>) -> i64 {
        self.balance(account).await["available"].as_i64().unwrap()
    }

    fn wallets(&self) -> wallet::Wallets {
        wallet::Wallets::new(self.world.table("WalletsTable"), self.world.clock.clone())
    }
}

fn member(name: &str) -> Id<kind::Account> {
    Id::derive(&["points test", name])
}
