//! A world with a partner and members who link themselves to it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::{
    hooks::Hook,
    shop::{Shop, account},
};

/// A world with one partner, and members who link themselves.
pub(crate) struct Lounge {
    pub(crate) shop: Shop,
    pub(crate) hook: Hook,
}

impl Lounge {
    pub(crate) async fn open() -> Self {
        let shop = Shop::open().await;
        let hook = Hook::open(&shop).await;
        Self { shop, hook }
    }

    pub(crate) fn member(&self, name: &str) -> Client {
        self.shop.api.caller(account(name))
    }

    /// The code that a member asks for.
    pub(crate) async fn code_for(&self, name: &str) -> String {
        let path = format!("/v1/partners/{}/links", self.hook.partner);
        code(&self.member(name).post(&path, json!({})).await)
    }

    /// The code that the partner asks for.
    pub(crate) async fn code_of(&self, transaction: &str, member: &str) -> String {
        let body = json!({ "transaction_id": transaction, "member": member });
        code(&self.hooked("links", body).await)
    }

    /// A signed message of the partner.
    pub(crate) async fn hooked(&self, path: &str, body: Value) -> Answer {
        self.hook.post(&self.shop.api.anonymous(), path, body).await
    }

    /// The partner types in what its member says.
    pub(crate) async fn partner_confirms(
        &self,
        transaction: &str,
        code: &str,
        member: &str,
    ) -> Answer {
        let body = json!({ "transaction_id": transaction, "code": code, "member": member });
        self.hooked("links/confirm", body).await
    }

    /// Links a member of the partner to an account.
    pub(crate) async fn link(&self, name: &str, member: &str) -> String {
        let code = self.code_for(name).await;
        let linked = self
            .partner_confirms(&format!("for-{member}"), &code, member)
            .await;
        assert_eq!(linked.status, 200, "{}", linked.text());
        text(&linked.json()["id"])
    }

    pub(crate) async fn links_of(&self, name: &str) -> Vec<Value> {
        let answer = self.member(name).get("/v1/partner-links").await;
        answer.json()["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn partner_unlinks(&self, transaction: &str, link: &str) -> Answer {
        let body = json!({ "transaction_id": transaction });
        self.hooked(&format!("links/{link}/unlink"), body).await
    }

    pub(crate) fn wait(&self, seconds: i64) {
        let span = SignedDuration::from_secs(seconds);
        self.shop.world.clock.advance(span).unwrap();
    }
}

pub(crate) async fn confirm(member: &Client, code: &str) -> Answer {
    member
        .post("/v1/partner-links/confirm", json!({ "code": code }))
        .await
}

pub(crate) async fn unlink(member: &Client, link: &str) -> Answer {
    member.delete(&format!("/v1/partner-links/{link}")).await
}

pub(crate) fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    text(&answer.json()["code"])
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
