//! What the chain tells the platform.

use std::sync::Arc;

use partner::{Contract, HookKey, TellError, Till};
use serde_json::json;
use webhook_signatures::{SigningKey, VerifyingKey};

use crate::{World, partner};

#[tokio::test]
async fn what_happens_at_a_till_is_told_signed_with_the_code_in_the_body() {
    let world = World::new();
    for till in [Till::Validate, Till::Reserve, Till::Release, Till::Redeem] {
        world.chain.at_till(partner(), till, "GR-1").await.unwrap();
    }
    let key = VerifyingKey::Symmetric(world.hooks.clone());
    let heard = world.planet.heard(&key, world.clock.now_seconds());
    let mut transactions = Vec::new();
    for ((path, body, is_signed), operation) in heard
        .iter()
        .zip(["validate", "reserve", "release", "redeem"])
    {
        let hook = format!("/v1/partner-hooks/{}/vouchers/{operation}", partner());
        assert_eq!((path, *is_signed), (&hook, true));
        assert_eq!(body["code"], "GR-1");
        transactions.extend(body["transaction_id"].as_str().map(str::to_owned));
    }
    // A question is no transaction, and no two transactions are one.
    transactions.sort();
    transactions.dedup();
    assert_eq!(transactions.len(), 3);
    assert!(!world.log().iter().any(|line| line.contains("GR-1")));
}

#[tokio::test]
async fn a_key_of_which_the_platform_knows_half_signs_too() {
    let world = World::new();
    let key = Arc::new(SigningKey::generate().unwrap());
    world.chain.agree(Contract {
        partner: partner(),
        exchange: Vec::new(),
        hooks: HookKey::Asymmetric(Arc::clone(&key)),
        webhooks: Vec::new(),
    });
    let month = json!({ "month": "2026-06" });
    let told = world.chain.tell(partner(), "statements", &month).await;
    assert_eq!(told.unwrap().status, 200);
    let heard = world.planet.heard(
        &VerifyingKey::Public(key.public()),
        world.clock.now_seconds(),
    );
    assert!(heard[0].2);
}

#[tokio::test]
async fn the_answer_is_read_and_noted() {
    let world = World::new();
    world
        .planet
        .answers(409, json!({ "code": "voucher_not_valid" }));
    let told = world.chain.at_till(partner(), Till::Redeem, "GR-1").await;
    let told = told.unwrap();
    assert_eq!((told.status, told.replayed), (409, false));
    assert_eq!(told.body["code"], "voucher_not_valid");
    let log = world.log();
    assert!(log[0].starts_with("told vouchers/redeem (till-"), "{log:?}");
    assert!(log[0].ends_with("): 409"), "{log:?}");
}

#[tokio::test]
async fn without_a_contract_nothing_is_told() {
    let world = World::new();
    let nobody = kernel::Id::derive(&["another"]);
    let told = world.chain.tell(nobody, "statements", &json!({})).await;
    assert!(matches!(told, Err(TellError::NoContract(_))), "{told:?}");
    let key = VerifyingKey::Symmetric(world.hooks.clone());
    assert_eq!(world.planet.heard(&key, 0), []);
}
