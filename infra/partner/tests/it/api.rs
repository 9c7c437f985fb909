//! The chain's vouchers on demand, while it behaves.

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use partner::{API_URL, Contract, HookKey};
use serde_json::json;
use webhook_signatures::SymmetricKey;

use crate::{World, fen, partner};

#[tokio::test]
async fn a_voucher_is_made_once_for_its_reference() {
    let world = World::new();
    let (status, issued) = world.issue("vch_1").await.unwrap();
    assert_eq!(status, 201);
    assert_eq!(issued["reference"], "vch_1");
    assert_eq!(issued["unit_price"], json!(fen(500)));
    let code = issued["code"].as_str().unwrap();
    assert!(code.starts_with("CHN-"), "{code}");

    assert_eq!(world.issue("vch_1").await.unwrap(), (201, issued.clone()));
    assert_eq!(world.find("vch_1").await.unwrap(), (200, issued));
    assert_eq!(world.chain.vouchers().len(), 1);
    assert_eq!(
        world.log(),
        [
            "asked to issue vch_1: 201",
            "asked to issue vch_1: 201",
            "asked to find vch_1: 200",
        ]
    );
}

#[tokio::test]
async fn what_is_void_is_never_made_also_if_it_was_unknown() {
    let world = World::new();
    assert_eq!(world.find("vch_1").await.unwrap().0, 404);
    let void = json!({ "reference": "vch_1", "state": "void" });
    assert_eq!(world.void("vch_1").await.unwrap(), (200, void.clone()));
    assert_eq!(world.void("vch_1").await.unwrap(), (200, void.clone()));
    assert_eq!(world.find("vch_1").await.unwrap(), (200, void));
    assert_eq!(world.issue("vch_1").await.unwrap().0, 409);
    assert_eq!(world.chain.vouchers(), []);

    world.issue("vch_2").await.unwrap();
    world.void("vch_2").await.unwrap();
    assert_eq!(world.issue("vch_2").await.unwrap().0, 409);
    assert!(world.chain.is_void(&"vch_2".parse().unwrap()));
}

#[tokio::test]
async fn another_price_under_the_same_reference_is_refused() {
    let world = World::new();
    world.issue("vch_1").await.unwrap();
    let dearer = json!({ "reference": "vch_1", "product": "breakfast", "unit_price": fen(501) });
    let answer = world.ask(Method::POST, "vouchers", Some(&dearer)).await;
    assert_eq!(answer.unwrap().0, 409);
}

#[tokio::test]
async fn what_is_not_signed_by_the_platform_is_turned_away_and_does_nothing() {
    let world = World::new();
    let body = json!({ "reference": "vch_1", "product": "breakfast", "unit_price": fen(500) });
    let body = Bytes::from(body.to_string());
    let url = format!("{API_URL}/vouchers");
    let good = world.signed(&world.exchange, "vch_1-1", &body);
    let mut unsigned = good.clone();
    unsigned.remove("webhook-signature");
    let stranger = SymmetricKey::generate().unwrap();
    let mut fraction = good.clone();
    let past = format!("{}.5", world.clock.now_seconds());
    fraction.insert("webhook-timestamp", past.parse().unwrap());
    for (what, headers, body) in [
        ("no headers", HeaderMap::new(), body.clone()),
        ("no signature", unsigned, body.clone()),
        ("a fraction of a second", fraction, body.clone()),
        (
            "a stranger's key",
            world.signed(&stranger, "vch_1-1", &body),
            body.clone(),
        ),
        (
            "the key of the hooks",
            world.signed(&world.hooks, "vch_1-1", &body),
            body.clone(),
        ),
        (
            "another body",
            good.clone(),
            Bytes::from(body.to_vec().repeat(2)),
        ),
    ] {
        let answer = world.send(Method::POST, &url, headers, body).await;
        assert_eq!(answer.unwrap().0, 401, "{what}");
    }
    world.clock.advance(SignedDuration::from_secs(301)).unwrap();
    let late = world.send(Method::POST, &url, good, body).await;
    assert_eq!(late.unwrap().0, 401, "too old");

    assert_eq!(world.chain.vouchers(), []);
    let turned_away = "turned away at /planet/vouchers: 401, the signature is nobody's";
    assert_eq!(world.log(), vec![turned_away; 7]);
}

#[tokio::test]
async fn while_a_key_is_replaced_both_are_believed() {
    let world = World::new();
    let next = SymmetricKey::generate().unwrap();
    world.chain.agree(Contract {
        partner: partner(),
        exchange: vec![next, world.exchange.clone()],
        hooks: HookKey::Symmetric(world.hooks.clone()),
        webhooks: Vec::new(),
    });
    assert_eq!(world.issue("vch_1").await.unwrap().0, 201);
}

#[tokio::test]
async fn what_there_is_nothing_of_is_turned_away() {
    let world = World::new();
    let unknown = json!({ "reference": "vch_1", "product": "x", "unit_price": fen(1), "more": 1 });
    for (method, path, body, status) in [
        (Method::GET, "vouchers", None, 404),
        (Method::DELETE, "vouchers/vch_1", None, 404),
        (Method::POST, "refunds", Some(json!({})), 404),
        (Method::POST, "vouchers", Some(json!({})), 400),
        (Method::POST, "vouchers", Some(unknown), 400),
    ] {
        let answer = world.ask(method.clone(), path, body.as_ref()).await;
        assert_eq!(answer.unwrap().0, status, "{method} {path}");
    }
    assert_eq!(world.chain.vouchers(), []);
}
