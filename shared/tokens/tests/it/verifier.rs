//! What is published, and when it is read.

use futures_util::future::join_all;
use jiff::SignedDuration;
use platform::table::{Key, Write};
use serde_json::{Value, json};
use testkit::World;
use tokens::{PublishedKeys, Signer, Verifier};

use crate::{
    counted::Counted,
    forge::{Forge, encoded},
    house::{self, House, SECRET, account, listening_token, named, publish, signer_of},
};

const OTHER_SECRET: &[u8; 32] = b"the secret that comes after that";

struct Watched {
    world: World,
    counted: Counted,
    verifier: Verifier,
    signer: Signer,
}

/// A verifier whose reads are counted, in a world where `SECRET` is published.
async fn watched() -> Watched {
    let house = House::start().await;
    let (counted, table) = Counted::keys_table(&house.world);
    Watched {
        counted,
        verifier: Verifier::new(table, house.world.clock.clone()),
        signer: house.signer,
        world: house.world,
    }
}

impl Watched {
    fn token_of(&self, signer: &Signer) -> String {
        let claims = house::claims(self.world.clock.now_seconds());
        signer.access_token(&claims).unwrap()
    }

    async fn verify(&self, token: &str) -> Result<(), &'static str> {
        let verified = self.verifier.access(token).await;
        verified.map(|_| ()).map_err(|error| named(&error))
    }

    fn advance_s(&self, seconds: i64) {
        let by = SignedDuration::from_secs(seconds);
        self.world.clock.advance(by).unwrap();
    }
}

/// A token of a key id that nobody ever had.
fn garbage(number: u64) -> String {
    let forge = Forge::stranger();
    let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": format!("{number:016x}") });
    forge.token(&header.to_string(), &crate::forge::claims(0).to_string())
}

#[tokio::test]
async fn known_keys_are_read_once_for_any_number_of_tokens() {
    let watched = watched().await;
    for _ in 0..50 {
        let access = watched.token_of(&watched.signer);
        assert_eq!(watched.verify(&access).await, Ok(()));
        let token = watched.signer.listening_token(account(), listening_token());
        assert!(watched.verifier.listening(&token).await.is_ok());
    }
    assert_eq!(watched.counted.calls(), 1);
}

#[tokio::test]
async fn tokens_that_arrive_together_at_a_cold_start_share_one_read() {
    let watched = watched().await;
    let token = watched.token_of(&watched.signer);
    let verified = join_all((0..32).map(|_| watched.verify(&token))).await;
    assert_eq!(verified, vec![Ok(()); 32]);
    assert_eq!(watched.counted.calls(), 1);
}

#[tokio::test]
async fn invented_key_ids_cause_one_read_in_ten_seconds_and_harm_nobody() {
    let watched = watched().await;
    let good = watched.token_of(&watched.signer);
    for second in 0..30 {
        for number in 0..20 {
            let outcome = watched.verify(&garbage(second * 20 + number)).await;
            assert_eq!(outcome, Err("unknown key"));
        }
        assert_eq!(watched.verify(&good).await, Ok(()));
        watched.advance_s(1);
    }
    assert_eq!(watched.counted.calls(), 3);
}

#[tokio::test]
async fn malformed_tokens_cause_no_read_at_all() {
    let watched = watched().await;
    assert_eq!(watched.verify("a.b.c").await, Err("malformed"));
    assert!(watched.verifier.listening("lt_a").await.is_err());
    assert_eq!(watched.counted.calls(), 0);
}

#[tokio::test]
async fn a_new_key_is_known_ten_seconds_after_its_publication_at_the_latest() {
    let watched = watched().await;
    let newcomer = signer_of(OTHER_SECRET);
    let token = watched.token_of(&newcomer);
    assert_eq!(watched.verify(&token).await, Err("unknown key"));
    publish(&watched.world.table("KeysTable"), &newcomer).await;
    assert_eq!(watched.verify(&token).await, Err("unknown key"));
    watched.advance_s(10);
    assert_eq!(watched.verify(&token).await, Ok(()));
    // The old key goes on being good: its tokens are still out.
    let old = watched.token_of(&watched.signer);
    assert_eq!(watched.verify(&old).await, Ok(()));
}

#[tokio::test]
async fn a_withdrawn_key_is_trusted_for_five_minutes_at_most() {
    let watched = watched().await;
    assert_eq!(
        watched.verify(&watched.token_of(&watched.signer)).await,
        Ok(())
    );
    let table = watched.world.table("KeysTable");
    let withdrawn = Write::delete(&table, Key::partition("KEYS"));
    table.write(withdrawn).await.unwrap();
    watched.advance_s(299);
    assert_eq!(
        watched.verify(&watched.token_of(&watched.signer)).await,
        Ok(())
    );
    watched.advance_s(1);
    let token = watched.token_of(&watched.signer);
    assert_eq!(watched.verify(&token).await, Err("unknown key"));
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_not_the_callers_fault() {
    let watched = watched().await;
    let token = watched.token_of(&watched.signer);
    watched.counted.set_down(true);
    let error = watched.verifier.access(&token).await.unwrap_err();
    assert_eq!(named(&error), "service");
    assert!(!error.is_callers_fault());
    // A failed read settles nothing, so the next token need not wait.
    watched.counted.set_down(false);
    assert_eq!(watched.verify(&token).await, Ok(()));
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_freeze_what_is_known() {
    let watched = watched().await;
    assert_eq!(watched.verify(&garbage(1)).await, Err("unknown key"));
    watched.advance_s(-3_600);
    let newcomer = signer_of(OTHER_SECRET);
    publish(&watched.world.table("KeysTable"), &newcomer).await;
    let token = watched.token_of(&newcomer);
    assert_eq!(watched.verify(&token).await, Ok(()));
}

#[tokio::test]
async fn without_any_published_key_every_token_is_of_an_unknown_one() {
    let world = World::start().await;
    let verifier = Verifier::new(world.table("KeysTable"), world.clock.clone());
    let claims = house::claims(world.clock.now_seconds());
    let token = signer_of(SECRET).access_token(&claims).unwrap();
    let error = verifier.access(&token).await.unwrap_err();
    assert_eq!(named(&error), "unknown key");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_reported_and_not_skipped() {
    let world = World::start().await;
    let table = world.table("KeysTable");
    let key_id = Forge::access().key_id;
    let name = format!("access_{key_id}");
    let broken = Write::put(&table, &json!({ "pk": "KEYS", name: "AAAA" }));
    table.write(broken).await.unwrap();
    assert!(PublishedKeys::new(table.clone()).jwks().await.is_err());
    let verifier = Verifier::new(table, world.clock.clone());
    let claims = house::claims(world.clock.now_seconds());
    let token = signer_of(SECRET).access_token(&claims).unwrap();
    assert!(
        !verifier
            .access(&token)
            .await
            .unwrap_err()
            .is_callers_fault()
    );
}

#[tokio::test]
async fn the_jwk_set_lists_every_access_key_and_no_other() {
    let world = World::start().await;
    let table = world.table("KeysTable");
    let published = PublishedKeys::new(table.clone());
    assert_eq!(published.jwks().await.unwrap(), json!({ "keys": [] }));

    // Published twice, as every cold start does.
    publish(&table, &signer_of(SECRET)).await;
    publish(&table, &signer_of(SECRET)).await;
    let forge = Forge::access();
    let key = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "EdDSA",
        "kid": forge.key_id,
        "x": encoded(forge.public_key()),
    });
    assert_eq!(published.jwks().await.unwrap(), json!({ "keys": [key] }));

    publish(&table, &signer_of(OTHER_SECRET)).await;
    let keys = published.jwks().await.unwrap();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    let is_listening = |key: &Value| key["kid"] == Forge::listening().key_id;
    assert!(!keys.iter().any(is_listening));
}
