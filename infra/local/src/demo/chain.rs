//! The demo's partner: the sandbox chain, with its keys and its rewards.

use std::{fmt, time::Duration};

use http::Method;
use journeys::{CodeFile, Request};
use partner::{API_URL, WEBHOOKS_URL};
use serde_json::{Value, json};

use super::{Demo, DemoError};

/// How many breakfasts there are.
pub(super) const CODES: usize = 20;
const NAME: &str = "Golden Rooster Fried Chicken";
/// How long the codes may take to load.
const PATIENCE: Duration = Duration::from_secs(30);

/// What somebody needs to act as the partner.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    partner: String,
    /// Signs what the partner tells the platform.
    hook_key: String,
    /// The platform signs its calls to the partner with it.
    exchange_key: String,
}

impl fmt::Display for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "The demo partner is {}; it signs with {}, and Planet signs its calls to {API_URL} with {}",
            self.partner, self.hook_key, self.exchange_key
        )
    }
}

fn cny(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "CNY" })
}

impl Demo {
    /// Enters the partner and gives it a reward; where the chain is, it is the partner, and has suppers
    /// that it makes on demand.
    pub(super) async fn make_partner(
        &self,
        operator: &str,
    ) -> Result<Option<Credentials>, DemoError> {
        let has_chain = self.has_chain().await?;
        let mut body = json!({
            "name": NAME,
            "terms": {
                "points_price": { "per_points": 100, "price": cny(100) },
                "conversion": { "per": cny(1_000), "points": 1 },
            },
        });
        if has_chain {
            body["api"] = json!({ "base": API_URL });
        }
        let request = Request::post("/v1/partners", &body).bearer(operator);
        let partner = self.expect(201, request).await?.text_at("/id");
        let breakfast = json!({
            "partner_id": partner,
            "name": "Breakfast voucher",
            "description": "A breakfast set with soy milk, any morning before ten.",
            "price_points": 10,
            "voucher_valid_days": 30,
            "unit_price": cny(800),
        });
        self.publish(operator, &breakfast, Some(CODES)).await?;
        if !has_chain {
            return Ok(None);
        }
        let supper = json!({
            "partner_id": partner,
            "name": "Supper voucher",
            "description": "A bucket for two, made out when it is wanted.",
            "price_points": 20,
            "voucher_valid_days": 30,
            "unit_price": cny(2_500),
            "supply": { "type": "on_demand", "product": "supper-bucket" },
        });
        self.publish(operator, &supper, None).await?;
        let webhooks = json!({ "url": WEBHOOKS_URL, "partner": partner });
        let request = Request::post("/v1/webhook-endpoints", &webhooks).bearer(operator);
        let secret = self.expect(201, request).await?.text_at("/secret");
        let credentials = self.introduce(operator, partner, vec![secret]).await?;
        Ok(Some(credentials))
    }

    /// A deployed stack has no chain.
    async fn has_chain(&self) -> Result<bool, DemoError> {
        let log = self
            .client
            .send(&Request::get("/sandbox/chain/log"))
            .await?;
        Ok(log.status == 200)
    }

    /// After a restart the chain has forgotten everything: it gets new keys for the partner that is
    /// there, and a new secret for its webhooks. Nothing, if whoever had this world changed it so that
    /// this cannot be done.
    pub(super) async fn remind_chain(&self) -> Result<Option<Credentials>, DemoError> {
        if !self.has_chain().await? {
            return Ok(None);
        }
        let Ok(operator) = self.sign_in(&self.operator).await else {
            return Ok(None);
        };
        let request = Request::get("/v1/partners?limit=100").bearer(&operator);
        let partners = self.expect(200, request).await?.json();
        let mut partners = partners["items"].as_array().into_iter().flatten();
        let Some(partner) = partners.find(|partner| partner["name"] == NAME) else {
            return Ok(None);
        };
        let partner = partner["id"].as_str().unwrap_or_default().to_owned();
        self.end_keys(&operator, &partner).await?;
        let secrets = self.new_secrets(&operator, &partner).await?;
        self.introduce(&operator, partner, secrets).await.map(Some)
    }

    /// Gives the partner keys, and the chain the other side of them.
    async fn introduce(
        &self,
        operator: &str,
        partner: String,
        webhook_keys: Vec<String>,
    ) -> Result<Credentials, DemoError> {
        let scopes = json!(["grants", "vouchers", "links", "allotments", "statements"]);
        let mut keys = Vec::new();
        for scopes in [scopes, json!(["exchange"])] {
            let path = format!("/v1/partners/{partner}/keys");
            let request = Request::post(path, &json!({ "scopes": scopes })).bearer(operator);
            keys.push(self.expect(201, request).await?.text_at("/secret"));
        }
        let [hook_key, exchange_key] = <[String; 2]>::try_from(keys).unwrap_or_default();
        let contract = json!({
            "partner": partner,
            "exchange_keys": [exchange_key],
            "hook_key": hook_key,
            "webhook_keys": webhook_keys,
        });
        let request = Request::post("/sandbox/chain/contracts", &contract);
        self.expect(200, request).await?;
        Ok(Credentials {
            partner,
            hook_key,
            exchange_key,
        })
    }

    /// Ends the keys that nobody has any more.
    async fn end_keys(&self, operator: &str, partner: &str) -> Result<(), DemoError> {
        let path = format!("/v1/partners/{partner}/keys");
        let keys = self
            .expect(200, Request::get(path.as_str()).bearer(operator))
            .await?
            .json();
        let items = keys["items"].as_array();
        let live = items
            .into_iter()
            .flatten()
            .filter(|key| key["ends_at"].is_null());
        for key in live.filter_map(|key| key["id"].as_str()) {
            let request = Request::new(Method::DELETE, format!("{path}/{key}")).bearer(operator);
            self.expect(204, request).await?;
        }
        Ok(())
    }

    /// New secrets for the partner's endpoints at the chain.
    async fn new_secrets(&self, operator: &str, partner: &str) -> Result<Vec<String>, DemoError> {
        let path = format!("/v1/webhook-endpoints?partner={partner}");
        let endpoints = self
            .expect(200, Request::get(path).bearer(operator))
            .await?
            .json();
        let mut secrets = Vec::new();
        let items = endpoints["items"].as_array();
        let at_chain = items
            .into_iter()
            .flatten()
            .filter(|item| item["url"] == WEBHOOKS_URL);
        for endpoint in at_chain.filter_map(|item| item["id"].as_str()) {
            let path = format!("/v1/webhook-endpoints/{endpoint}/rotate-secret");
            let request = Request::post(path, &json!({ "overlap_hours": 0 })).bearer(operator);
            secrets.push(self.expect(200, request).await?.text_at("/secret"));
        }
        Ok(secrets)
    }

    async fn publish(
        &self,
        operator: &str,
        reward: &Value,
        codes: Option<usize>,
    ) -> Result<(), DemoError> {
        let request = Request::post("/v1/rewards", reward).bearer(operator);
        let path = format!(
            "/v1/rewards/{}",
            self.expect(201, request).await?.text_at("/id")
        );
        if let Some(codes) = codes {
            self.load_codes(operator, &path, codes).await?;
        }
        let publish = Request::new(Method::PATCH, path)
            .json(&json!({ "status": "published" }))
            .bearer(operator);
        self.expect(200, publish).await?;
        Ok(())
    }

    async fn load_codes(
        &self,
        operator: &str,
        reward: &str,
        codes: usize,
    ) -> Result<(), DemoError> {
        let file = CodeFile::of_seed("demo code", codes);
        let request = Request::post(format!("{reward}/code-batches"), &file.announcement())
            .bearer(operator)
            .header("idempotency-key", "demo-codes");
        let batch = self.expect(201, request).await?;
        self.expect(200, file.upload(&batch)).await?;
        let path = format!("/v1/code-batches/{}", batch.text_at("/id"));
        let load = Request::post(format!("{path}/load"), &json!({})).bearer(operator);
        self.expect(202, load).await?;
        let started = tokio::time::Instant::now();
        loop {
            let state = self
                .expect(200, Request::get(path.as_str()).bearer(operator))
                .await?;
            match state.text_at("/status").as_str() {
                "loaded" => return Ok(()),
                "rejected" => return Err(DemoError::Codes(state.text())),
                _ if started.elapsed() > PATIENCE => return Err(DemoError::Codes(state.text())),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}
