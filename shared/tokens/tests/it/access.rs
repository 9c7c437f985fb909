//! Access tokens that are accepted, and how they look.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokens::AccessClaims;

use crate::{
    forge::Forge,
    house::{House, named},
};

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn what_was_signed_is_what_is_verified() {
    let house = House::start().await;
    let token = house.signer.access_token(&house.claims()).unwrap();
    assert_eq!(house.verifier.access(&token).await.unwrap(), house.claims());
}

#[tokio::test]
async fn a_token_has_the_documented_header_and_claims() {
    let house = House::start().await;
    let token = house.signer.access_token(&house.claims()).unwrap();
    let key_id = Forge::access().key_id;
    let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key_id });
    assert_eq!(part(&token, 0), header);

    let mut claims = part(&token, 1);
    let name = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(name.as_str().unwrap().len(), 22);
    let now_s = house.world.clock.now_seconds();
    let expected = json!({
        "iss": "planet",
        "aud": "planet",
        "sub": crate::house::account(),
        "sid": crate::house::session(),
        "scope": "operator",
        "iat": now_s,
        "exp": now_s + 900,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn no_two_tokens_are_the_same_text() {
    let house = House::start().await;
    let first = house.signer.access_token(&house.claims()).unwrap();
    assert_ne!(first, house.signer.access_token(&house.claims()).unwrap());
}

#[tokio::test]
async fn a_token_ends_at_the_very_second_it_says() {
    let house = House::start().await;
    let now_s = house.world.clock.now_seconds();
    for (ends_in_s, outcome) in [(1, Ok(())), (0, Err("expired")), (-1, Err("expired"))] {
        let claims = AccessClaims {
            issued_at_s: now_s - 900,
            expires_at_s: now_s + ends_in_s,
            ..house.claims()
        };
        let token = house.signer.access_token(&claims).unwrap();
        let verified = house.verifier.access(&token).await;
        let verified = verified.map(|_| ()).map_err(|error| named(&error));
        assert_eq!(verified, outcome, "{ends_in_s}");
    }
}

#[tokio::test]
async fn a_signers_clock_may_be_a_minute_ahead() {
    let house = House::start().await;
    let forge = Forge::access();
    let now_s = house.world.clock.now_seconds();
    for (changes, outcome) in [
        (json!({ "iat": now_s + 60 }), Ok(())),
        (json!({ "iat": now_s + 61 }), Err("not yet valid")),
        (json!({ "nbf": now_s + 60 }), Ok(())),
        (json!({ "nbf": now_s + 61 }), Err("not yet valid")),
    ] {
        let token = forge.with_claims(changes.clone(), now_s);
        let verified = house.verifier.access(&token).await;
        let verified = verified.map(|_| ()).map_err(|error| named(&error));
        assert_eq!(verified, outcome, "{changes}");
    }
}

#[tokio::test]
async fn a_newer_signer_may_say_more() {
    let house = House::start().await;
    let now_s = house.world.clock.now_seconds();
    let token = Forge::access().with_claims(json!({ "amr": ["pwd"] }), now_s);
    assert_eq!(house.verifier.access(&token).await.unwrap(), house.claims());
}

#[tokio::test]
async fn every_flipped_bit_is_refused() {
    let house = House::start().await;
    let token = house.signer.access_token(&house.claims()).unwrap();
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is not UTF-8 does not even become a header's text.
        if let Ok(other) = String::from_utf8(bytes) {
            let verified = house.verifier.access(&other).await;
            assert!(verified.is_err(), "bit {bit}: {other}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn all_claims_survive_the_token(
        account in any::<[u8; 16]>(),
        session in any::<[u8; 16]>(),
        scopes in prop::collection::vec("[a-z:]{1,12}", 0..4),
        age_s in 0i64..1_000_000,
        rest_s in 1i64..1_000_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::start().await;
            let now_s = house.world.clock.now_seconds();
            let claims = AccessClaims {
                account: kernel::Id::from_bytes(account),
                session: kernel::Id::from_bytes(session),
                scopes,
                organization: None,
                issued_at_s: now_s - age_s,
                expires_at_s: now_s + rest_s,
            };
            let token = house.signer.access_token(&claims).unwrap();
            prop_assert_eq!(house.verifier.access(&token).await.unwrap(), claims);
            Ok(())
        })?;
    }
}
