use proptest::{collection::vec, prelude::*, sample::Index};
use webhook_signatures::MAX_SIGNATURES;

use super::*;

/// A key of either kind, as its owner has it.
#[derive(Clone, Debug)]
enum Secret {
    Symmetric(SymmetricKey),
    Asymmetric(String),
}

/// What is sent, before it is lent to a [`Message`].
#[derive(Clone, Debug)]
struct Sent {
    id: String,
    timestamp_s: i64,
    body: Vec<u8>,
}

impl Secret {
    fn verifying(&self) -> VerifyingKey {
        match self {
            Self::Symmetric(key) => VerifyingKey::Symmetric(key.clone()),
            Self::Asymmetric(key) => {
                VerifyingKey::Public(key.parse::<SigningKey>().unwrap().public())
            }
        }
    }
}

impl Sent {
    fn sign(&self, secrets: &[Secret]) -> Headers {
        let signing: Vec<Option<SigningKey>> = secrets
            .iter()
            .map(|secret| match secret {
                Secret::Symmetric(_) => None,
                Secret::Asymmetric(key) => Some(key.parse().unwrap()),
            })
            .collect();
        let signers: Vec<Signer<'_>> = secrets
            .iter()
            .zip(&signing)
            .map(|(secret, signing)| match (secret, signing) {
                (Secret::Symmetric(key), _) => Signer::Symmetric(key),
                (_, signing) => Signer::Asymmetric(signing.as_ref().unwrap()),
            })
            .collect();
        let message = Message {
            id: &self.id,
            timestamp_s: self.timestamp_s,
            body: &self.body,
        };
        sign(&signers, &message)
    }
}

fn secret() -> impl Strategy<Value = Secret> {
    let symmetric = vec(any::<u8>(), 24..=64)
        .prop_map(|bytes| Secret::Symmetric(format!("whsec_{}", base64(&bytes)).parse().unwrap()));
    let asymmetric =
        any::<[u8; 32]>().prop_map(|seed| Secret::Asymmetric(format!("whsk_{}", base64(&seed))));
    prop_oneof![symmetric, asymmetric]
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn sent() -> impl Strategy<Value = Sent> {
    let id = "[!-\\-/-~]{1,256}";
    let timestamp_s = 0..=99_999_999_999_i64;
    (id, timestamp_s, vec(any::<u8>(), 0..300)).prop_map(|(id, timestamp_s, body)| Sent {
        id,
        timestamp_s,
        body,
    })
}

proptest! {
    #[test]
    fn what_is_signed_is_believed_by_whoever_has_one_of_the_keys(
        sent in sent(),
        secrets in vec(secret(), 1..=MAX_SIGNATURES),
        skew_s in -300..=300_i64,
    ) {
        let received = received(&sent.sign(&secrets));
        let now_s = sent.timestamp_s + skew_s;
        for secret in &secrets {
            let verified = received.verify(&[secret.verifying()], &sent.body, now_s);
            prop_assert_eq!(verified, Ok(Verified { key: 0 }));
        }
    }

    #[test]
    fn the_order_of_signatures_does_not_matter_and_the_first_fitting_key_is_told(
        sent in sent(),
        (secrets, shuffled) in vec(secret(), 1..=MAX_SIGNATURES)
            .prop_flat_map(|secrets| (Just(secrets.clone()), Just(secrets).prop_shuffle())),
        strangers in vec(secret(), 0..3),
    ) {
        let received = received(&sent.sign(&shuffled));
        let keys: Vec<VerifyingKey> =
            strangers.iter().chain(&secrets).map(Secret::verifying).collect();
        let verified = received.verify(&keys, &sent.body, sent.timestamp_s);
        prop_assert_eq!(verified, Ok(Verified { key: strangers.len() }));
    }

    #[test]
    fn a_changed_bit_anywhere_in_the_body_fails(
        sent in sent(), secret in secret(), place in any::<Index>(), bit in 0..8_u8,
    ) {
        prop_assume!(!sent.body.is_empty());
        let received = received(&sent.sign(std::slice::from_ref(&secret)));
        let mut body = sent.body.clone();
        body[place.index(sent.body.len())] ^= 1 << bit;
        let verified = received.verify(&[secret.verifying()], &body, sent.timestamp_s);
        prop_assert_eq!(verified, Err(VerifyError::NoMatch));
    }

    #[test]
    fn a_changed_character_anywhere_in_the_headers_fails(
        sent in sent(), secret in secret(), header in 0..3_usize,
        place in any::<Index>(), other in any::<char>(),
    ) {
        let headers = sent.sign(std::slice::from_ref(&secret));
        let mut values = [&headers.id, &headers.timestamp, &headers.signature].map(String::clone);
        let place = place.index(values[header].len());
        prop_assume!(!values[header][place..].starts_with(other));
        values[header].replace_range(place..=place, &other.to_string());
        let [id, timestamp, signature] = &values;
        if let Ok(received) = Received::parse(id, timestamp, signature) {
            // Whatever the timestamp has become, the clock agrees with it.
            let now_s = received.timestamp_s();
            let verified = received.verify(&[secret.verifying()], &sent.body, now_s);
            prop_assert_eq!(verified, Err(VerifyError::NoMatch));
        }
    }

    #[test]
    fn a_longer_or_shorter_body_fails(sent in sent(), secret in secret(), tail in any::<u8>()) {
        let received = received(&sent.sign(std::slice::from_ref(&secret)));
        let keys = [secret.verifying()];
        let longer = [sent.body.as_slice(), &[tail]].concat();
        let verified = received.verify(&keys, &longer, sent.timestamp_s);
        prop_assert_eq!(verified, Err(VerifyError::NoMatch));
        if let Some((_, shorter)) = sent.body.split_last() {
            let verified = received.verify(&keys, shorter, sent.timestamp_s);
            prop_assert_eq!(verified, Err(VerifyError::NoMatch));
        }
    }

    #[test]
    fn nothing_that_is_received_panics(
        id in any::<String>(), timestamp in "[0-9+. -]{0,24}", signature in "[v1a2 ,A-Z=+/]{0,300}",
        secret in secret(), body in vec(any::<u8>(), 0..50), now_s in any::<i64>(),
    ) {
        for id in [id.as_str(), ID] {
            if let Ok(received) = Received::parse(id, &timestamp, &signature) {
                prop_assert!(received.verify(&[secret.verifying()], &body, now_s).is_err());
            }
        }
    }
}
