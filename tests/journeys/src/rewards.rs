//! Rewards: entered, filled with codes, published, redeemed.

use http::Method;
use serde_json::{Value, json};

use crate::{Answer, Broken, CodeFile, Request, Teller, ensure, eventually_good};

/// A published reward.
pub(crate) struct Reward {
    id: String,
    pub(crate) price_points: i64,
}

impl Reward {
    /// Enters a reward, brings `codes` if its vouchers come out of a pool, and publishes it.
    pub(crate) async fn publish(
        teller: &mut Teller<'_>,
        operator: &str,
        reward: &Value,
        codes: Option<&CodeFile>,
    ) -> Result<Self, Broken> {
        let request = Request::post("/v1/rewards", reward).bearer(operator);
        let draft = teller.expect(201, request).await?;
        let path = format!("/v1/rewards/{}", draft.text_at("/id"));
        if let Some(codes) = codes {
            load(teller, operator, &path, codes).await?;
        }
        let publish = Request::new(Method::PATCH, path)
            .json(&json!({ "status": "published" }))
            .bearer(operator);
        teller.expect(200, publish).await?;
        Ok(Self {
            id: draft.text_at("/id"),
            price_points: draft.number_at("/price_points"),
        })
    }

    /// A member redeems it.
    pub(crate) fn redeem(&self, member: &str, key: &str) -> Request {
        let path = format!("/v1/rewards/{}/redemptions", self.id);
        Request::post(path, &json!({}))
            .bearer(member)
            .header("idempotency-key", key)
    }
}

async fn load(
    teller: &mut Teller<'_>,
    operator: &str,
    reward: &str,
    codes: &CodeFile,
) -> Result<(), Broken> {
    let path = format!("{reward}/code-batches");
    let announce = Request::post(path, &codes.announcement())
        .bearer(operator)
        .header("idempotency-key", "the-codes");
    let batch = teller.expect(201, announce).await?;
    teller.expect(200, codes.upload(&batch)).await?;
    let path = format!("/v1/code-batches/{}", batch.text_at("/id"));
    let load = Request::post(format!("{path}/load"), &json!({})).bearer(operator);
    teller.expect(202, load).await?;
    let request = Request::get(path).bearer(operator);
    let is_done = |answer: &Answer| answer.text_at("/status") != "loading";
    let batch = eventually_good(teller, &request, is_done).await?;
    ensure(batch.text_at("/status") == "loaded", || {
        format!("the codes are {}", batch.text_at("/status"))
    })
}
