//! A world with partners, rewards, codes and members with points.

use std::{convert::Infallible, fmt::Write as _};

use kernel::{Id, kind};
use platform::table::Key;
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};
use wallet::{Play, Rules, Wallets};

/// A world and the functions of this context in it.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
}

/// What most rewards of these tests cost.
pub(crate) const PRICE: i64 = 50;

impl Shop {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let api = world.app("VouchersApi", vouchers::build).await;
        let worker = world.app("VouchersWorker", vouchers::build).await;
        Self { world, api, worker }
    }

    pub(crate) async fn partner(&self) -> String {
        let partner = json!({ "name": "Golden Rooster" });
        let answer = self.api.operator().post("/v1/partners", partner).await;
        id(&answer)
    }

    /// A draft with these fields in place of the usual ones.
    pub(crate) async fn draft(&self, fields: Value) -> String {
        let mut reward = json!({
            "name": "Breakfast voucher",
            "description": "A breakfast set.",
            "price_points": PRICE,
            "voucher_valid_days": 30,
        });
        for (name, value) in fields.as_object().unwrap() {
            reward[name] = value.clone();
        }
        if reward.get("partner_id").is_none() {
            reward["partner_id"] = json!(self.partner().await);
        }
        id(&self.api.operator().post("/v1/rewards", reward).await)
    }

    /// A published reward with so many codes.
    pub(crate) async fn reward(&self, codes: usize, fields: Value) -> String {
        let reward = self.draft(fields).await;
        if codes > 0 {
            let file = code_file(codes);
            let batch = self.deliver(&reward, &file, codes).await;
            assert_eq!(batch["status"], "loaded", "{batch}");
        }
        self.patch(&reward, json!({ "status": "published" })).await;
        reward
    }

    pub(crate) async fn patch(&self, reward: &str, patch: Value) {
        let path = format!("/v1/rewards/{reward}");
        let answer = self.api.operator().patch(&path, patch).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Announces a file, uploads it, has it loaded, and shows the batch as it is then.
    pub(crate) async fn deliver(&self, reward: &str, file: &str, count: usize) -> Value {
        let announced = self.announce(reward, file, count).await;
        self.put_file(&announced, file).await;
        self.load(&announced).await
    }

    pub(crate) async fn announce(&self, reward: &str, file: &str, count: usize) -> String {
        let body = promise(file, count);
        let answer = self
            .post_batch(reward, &file[..file.len().min(12)], body)
            .await;
        id(&answer)
    }

    pub(crate) async fn post_batch(&self, reward: &str, key: &str, body: Value) -> Answer {
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        self.api
            .operator()
            .request("POST", &format!("/v1/rewards/{reward}/code-batches"))
            .header("idempotency-key", &format!("k{key}"))
            .json(body)
            .send()
            .await
    }

    pub(crate) async fn put_file(&self, batch: &str, file: &str) {
        let bytes = file.as_bytes().to_vec();
        self.world
            .put_object("CodesBucket", &object_key(batch), bytes)
            .await;
    }

    pub(crate) async fn has_file(&self, batch: &str) -> bool {
        let bucket = self.world.bucket("CodesBucket");
        let file = bucket.get(&object_key(batch), 1 << 20).await.unwrap();
        file.is_some()
    }

    /// Asks for the batch to be loaded and runs the worker.
    pub(crate) async fn load(&self, batch: &str) -> Value {
        let path = format!("/v1/code-batches/{batch}/load");
        let answer = self.api.operator().post(&path, json!({})).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.world.drain("VouchersQueue", &self.worker).await;
        assert_eq!(self.world.depth("VouchersQueueDead").await, 0);
        self.batch(batch).await
    }

    pub(crate) async fn batch(&self, batch: &str) -> Value {
        let path = format!("/v1/code-batches/{batch}");
        self.api.operator().get(&path).await.json()
    }

    /// A member who has so many points, at most 120 as one day brings.
    pub(crate) async fn member(&self, name: &str, points: i64) -> Client {
        let end_s = self.world.clock.now_seconds() / 60 * 60;
        let play = Play {
            start_s: end_s - points * 60,
            end_s,
        };
        let now = self.world.clock.now();
        let earned = self
            .wallets()
            .commit(account(name), |wallet| {
                Ok::<_, Infallible>(wallet.mark(&[play], &Rules::founding(), now))
            })
            .await
            .unwrap();
        assert_eq!(earned.points.get(), points);
        self.api.caller(account(name))
    }

    /// How many points a member can spend.
    pub(crate) async fn points(&self, name: &str) -> i64 {
        let wallet = self.wallets().load(account(name)).await.unwrap();
        wallet.balance(self.world.clock.now()).available
    }

    /// How many points of a member are set aside.
    pub(crate) async fn held(&self, name: &str) -> i64 {
        let wallet = self.wallets().load(account(name)).await.unwrap();
        wallet.balance(self.world.clock.now()).held.get()
    }

    /// How many points of a member expire next, and when.
    pub(crate) async fn expiring(&self, name: &str) -> Vec<wallet::Expiring> {
        let wallet = self.wallets().load(account(name)).await.unwrap();
        wallet.balance(self.world.clock.now()).expiring
    }

    /// The record of what was exchanged by a voucher, if there is one.
    pub(crate) async fn exchange(&self, voucher: &Value, posting: &str) -> Option<Value> {
        let id = voucher["id"].as_str().unwrap();
        let exchange = Id::<kind::Exchange>::derive(&["exchange", id, posting]);
        let key = Key::sorted(format!("EXCHANGE#{exchange}"), "EXCHANGE");
        let table = self.world.table("VouchersTable");
        let item: Option<Value> = table.get(&key).await.unwrap();
        item.map(|item| item["exchange"].clone())
    }

    fn wallets(&self) -> Wallets {
        Wallets::new(self.world.table("WalletsTable"), self.world.clock.clone())
    }
}

/// Redeems a reward under a key.
pub(crate) async fn redeem(member: &Client, reward: &str, key: &str) -> Answer {
    redeem_for(member, reward, key, json!({})).await
}

/// Redeems a reward under a key with a body.
pub(crate) async fn redeem_for(member: &Client, reward: &str, key: &str, body: Value) -> Answer {
    member
        .request("POST", &format!("/v1/rewards/{reward}/redemptions"))
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

/// The account of a member.
pub(crate) fn account(name: &str) -> Id<kind::Account> {
    Id::derive(&["member", name])
}

/// What was created, if it was.
pub(crate) fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A file of so many codes, which begin with `BREAKFAST`.
pub(crate) fn code_file(codes: usize) -> String {
    let mut file = "code\r\n".to_owned();
    for number in 0..codes {
        write!(file, "BREAKFAST-{number:05}\r\n").unwrap();
    }
    file
}

/// What is said of a file before it is uploaded.
pub(crate) fn promise(file: &str, count: usize) -> Value {
    json!({ "count": count, "sha256": sha256(file), "byte_size": file.len() })
}

/// A file's hash in hexadecimal digits.
pub(crate) fn sha256(file: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, file.as_bytes());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn object_key(batch: &str) -> String {
    format!("code-batches/{batch}.csv")
}
