use webhook_signatures::{ID as ID_NAME, SIGNATURE as SIGNATURE_NAME, TIMESTAMP as TIMESTAMP_NAME};

use super::*;

#[test]
fn the_vector_of_the_specification_is_signed_as_its_libraries_sign_it() {
    let headers = sign(&[Signer::Symmetric(&symmetric())], &message());
    let expected = [
        (ID_NAME, ID.to_owned()),
        (TIMESTAMP_NAME, TIMESTAMP.to_owned()),
        (SIGNATURE_NAME, SIGNATURE.to_owned()),
    ];
    assert_eq!(headers.iter(), expected);
    assert_eq!(
        verify(&headers, &[VerifyingKey::Symmetric(symmetric())]),
        Ok(0)
    );
}

/// From the specification's library for Go, the only one that knows `v1a`.
#[test]
fn the_asymmetric_vector_of_the_specification_is_signed_as_its_library_signs_it() {
    let key = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
    let key: SigningKey = key.parse().unwrap();
    let message = Message {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp_s: 1_614_265_330,
        body: br#"{"test": 2432232314}"#,
    };
    let headers = sign(&[Signer::Asymmetric(&key)], &message);
    let expected = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBR\
        dM5WqyeFiL8Ag==";
    assert_eq!(headers.signature, expected);
    let verified = received(&headers).verify(
        &[VerifyingKey::Public(key.public())],
        message.body,
        message.timestamp_s,
    );
    assert_eq!(verified, Ok(Verified { key: 0 }));
}

#[test]
fn every_key_signs_in_its_order_with_a_space_between() {
    let (old, new) = (symmetric(), SymmetricKey::generate().unwrap());
    let asymmetric = SigningKey::generate().unwrap();
    let signers = [
        Signer::Symmetric(&new),
        Signer::Asymmetric(&asymmetric),
        Signer::Symmetric(&old),
    ];
    let signature = sign(&signers, &message()).signature;
    let alone = |signer: Signer<'_>| sign(&[signer], &message()).signature;
    assert_eq!(signature, signers.map(alone).join(" "));
    assert!(signature.ends_with(SIGNATURE), "{signature}");
}

#[test]
fn while_keys_are_exchanged_both_the_old_and_the_new_one_are_believed() {
    let (old, new) = (symmetric(), SymmetricKey::generate().unwrap());
    let headers = sign(
        &[Signer::Symmetric(&new), Signer::Symmetric(&old)],
        &message(),
    );
    for key in [&old, &new] {
        let keys = [VerifyingKey::Symmetric(key.clone())];
        assert_eq!(verify(&headers, &keys), Ok(0));
    }
}
