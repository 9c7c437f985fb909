//! Partners that sign what they send.

use kernel::{Clock, Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, Client};
use webhook_signatures::{Headers, Message, Signer, SymmetricKey, sign};

use crate::shop::{Shop, id};

/// A partner and the secret that it signs with.
pub(crate) struct Hook {
    pub(crate) partner: String,
    pub(crate) key: SymmetricKey,
    pub(crate) clock: Clock,
}

/// Every scope of messages that come in.
pub(crate) const SCOPES: [&str; 5] = ["grants", "vouchers", "links", "allotments", "statements"];

impl Hook {
    /// A new partner on the usual terms, with a key for everything.
    pub(crate) async fn open(shop: &Shop) -> Self {
        Self::with(shop, json!({})).await
    }

    /// A new partner with these fields besides its name, with a key for everything.
    pub(crate) async fn with(shop: &Shop, fields: Value) -> Self {
        let mut wanted = json!({ "name": "Golden Rooster" });
        for (name, value) in fields.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let operator = shop.api.operator();
        let partner = id(&operator.post("/v1/partners", wanted).await);
        Self::of(shop, partner, &SCOPES).await
    }

    /// A partner that is there, with a new key for `scopes`.
    pub(crate) async fn of(shop: &Shop, partner: String, scopes: &[&str]) -> Self {
        let key = make_key(shop, &partner, json!({ "scopes": scopes })).await;
        Self {
            key: key["secret"].as_str().unwrap().parse().unwrap(),
            clock: shop.world.clock.clone(),
            partner,
        }
    }

    /// Sends `json` to the hook at `path` (`grants`, `vouchers/redeem`, …), signed now.
    pub(crate) async fn post(&self, client: &Client, path: &str, json: Value) -> Answer {
        let body = json.to_string();
        let message = format!("msg_{}", Id::<kind::Event>::generate(&self.clock));
        let headers = self.headers(&message, self.clock.now_seconds(), &body);
        self.send(client, path, &headers, &body).await
    }

    /// The headers of a message.
    pub(crate) fn headers(&self, id: &str, timestamp_s: i64, body: &str) -> Headers {
        let message = Message {
            id,
            timestamp_s,
            body: body.as_bytes(),
        };
        sign(&[Signer::Symmetric(&self.key)], &message)
    }

    /// Sends a message under whatever headers.
    pub(crate) async fn send(
        &self,
        client: &Client,
        path: &str,
        headers: &Headers,
        body: &str,
    ) -> Answer {
        let path = format!("/v1/partner-hooks/{}/{path}", self.partner);
        let mut request = client.request("POST", &path);
        for (name, value) in headers.iter() {
            request = request.header(name, &value);
        }
        request = request.header("content-type", "application/json");
        request.body(body.to_owned()).send().await
    }
}

/// A new key of a partner, as it is shown this once.
pub(crate) async fn make_key(shop: &Shop, partner: &str, wanted: Value) -> Value {
    let path = format!("/v1/partners/{partner}/keys");
    let answer = shop.api.operator().post(&path, wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}
