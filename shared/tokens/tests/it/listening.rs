//! Listening tokens.

use jiff::SignedDuration;
use proptest::prelude::*;
use tokens::ListeningToken;

use crate::house::{House, account, listening_token, named, signer_of};

async fn refusal(house: &House, token: &str) -> &'static str {
    match house.verifier.listening(token).await {
        Ok(token) => panic!("{token:?} was accepted"),
        Err(error) => named(&error),
    }
}

#[tokio::test]
async fn what_was_signed_is_what_is_verified_and_always_the_same() {
    let house = House::start().await;
    let token = house.signer.listening_token(account(), listening_token());
    let said = ListeningToken {
        account: account(),
        id: listening_token(),
    };
    assert_eq!(house.verifier.listening(&token).await.unwrap(), said);
    let again = signer_of(crate::house::SECRET);
    assert_eq!(again.listening_token(account(), listening_token()), token);
}

#[tokio::test]
async fn a_token_is_one_word_that_fits_into_any_setting() {
    let house = House::start().await;
    let token = house.signer.listening_token(account(), listening_token());
    assert_eq!(token.len(), 142);
    assert!(token.starts_with("lt_"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    assert!(token.bytes().all(plain));
}

#[tokio::test]
async fn a_token_does_not_grow_old() {
    let house = House::start().await;
    let token = house.signer.listening_token(account(), listening_token());
    let years = SignedDuration::from_hours(24 * 365 * 30);
    house.world.clock.advance(years).unwrap();
    assert!(house.verifier.listening(&token).await.is_ok());
}

#[tokio::test]
async fn every_flipped_bit_is_refused() {
    let house = House::start().await;
    let token = house.signer.listening_token(account(), listening_token());
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = String::from_utf8(bytes) {
            let verified = house.verifier.listening(&other).await;
            assert!(verified.is_err(), "bit {bit}: {other}");
        }
    }
}

#[tokio::test]
async fn a_token_has_one_spelling() {
    let house = House::start().await;
    let token = house.signer.listening_token(account(), listening_token());
    let bare = token.strip_prefix("lt_").unwrap();
    for other in [
        String::new(),
        "lt_".to_owned(),
        bare.to_owned(),
        format!("LT_{bare}"),
        format!("lt-{bare}"),
        format!("rt_{bare}"),
        format!("lt_{token}"),
        format!("{token}="),
        format!("{token}A"),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        token[..token.len() - 1].to_owned(),
        token.replace(['-', '_'], "+"),
        token.to_uppercase(),
        "a".repeat(1 << 20),
        format!("lt_{}", "é".repeat(70)),
        format!("lt_{}", " ".repeat(139)),
    ] {
        assert_eq!(refusal(&house, &other).await, "malformed", "{other}");
    }
    let zeros = format!("lt_{}", "A".repeat(139));
    assert_eq!(refusal(&house, &zeros).await, "unknown key");
}

#[tokio::test]
async fn access_tokens_and_strangers_tokens_are_refused() {
    let house = House::start().await;
    let access = house.signer.access_token(&house.claims()).unwrap();
    assert_eq!(refusal(&house, &access).await, "malformed");
    let stranger = signer_of(b"another secret, of another house");
    let token = stranger.listening_token(account(), listening_token());
    assert_eq!(refusal(&house, &token).await, "unknown key");
}

#[tokio::test]
async fn parts_of_two_good_tokens_make_no_third() {
    let house = House::start().await;
    let mine = house.signer.listening_token(account(), listening_token());
    let other = house
        .signer
        .listening_token(kernel::Id::derive(&["another"]), listening_token());
    for cut in 14..mine.len() {
        let spliced = format!("{}{}", &mine[..cut], &other[cut..]);
        if spliced != mine && spliced != other {
            assert_eq!(refusal(&house, &spliced).await, "bad signature", "{cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn all_ids_survive_the_token(account in any::<[u8; 16]>(), id in any::<[u8; 16]>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::start().await;
            let said = ListeningToken {
                account: kernel::Id::from_bytes(account),
                id: kernel::Id::from_bytes(id),
            };
            let token = house.signer.listening_token(said.account, said.id);
            prop_assert_eq!(house.verifier.listening(&token).await.unwrap(), said);
            Ok(())
        })?;
    }
}
