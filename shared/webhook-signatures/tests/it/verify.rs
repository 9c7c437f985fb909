use webhook_signatures::{HeaderError, TOLERANCE_S};

use super::{corpus::Verdict, *};

#[test]
fn what_is_wrong_with_a_message_is_said_exactly() {
    let keys = [VerifyingKey::Symmetric(symmetric())];
    let cases = corpus::all();
    assert!(cases.len() >= 80, "{} cases", cases.len());
    for case in cases {
        let verdict = match Received::parse(&case.id, &case.timestamp, &case.signature) {
            Err(error) => Verdict::Header(error),
            Ok(received) => match received.verify(&keys, BODY, NOW_S) {
                Err(error) => Verdict::Verify(error),
                Ok(verified) => panic!("{}: believed as {verified:?}", case.why),
            },
        };
        assert_eq!(verdict, case.verdict, "{}", case.why);
    }
}

/// So that the corpus fails for its own reasons, and not because nothing is believed.
#[test]
fn what_is_odd_and_not_wrong_is_believed() {
    let keys = [VerifyingKey::Symmetric(symmetric())];
    let zeros = format!("v1,{}=", "A".repeat(43));
    let odd = [
        SIGNATURE.to_owned(),
        format!("{zeros} {SIGNATURE}"),
        format!("{SIGNATURE} {zeros}"),
        format!("{SIGNATURE} {SIGNATURE}"),
        format!("v2,something_else {SIGNATURE}"),
        format!("v2, {SIGNATURE}"),
        format!("{} {SIGNATURE}", [zeros.as_str(); 7].join(" ")),
        format!("v1a,{}== {SIGNATURE}", "A".repeat(86)),
    ];
    for signature in odd {
        let received = Received::parse(ID, TIMESTAMP, &signature).unwrap();
        let verified = received.verify(&keys, BODY, NOW_S);
        assert_eq!(verified, Ok(Verified { key: 0 }), "{signature}");
    }
}

#[test]
fn a_message_is_believed_for_five_minutes_either_way() {
    let keys = [VerifyingKey::Symmetric(symmetric())];
    let received = Received::parse(ID, TIMESTAMP, SIGNATURE).unwrap();
    let at = |now_s| {
        received
            .verify(&keys, BODY, now_s)
            .map(|verified| verified.key)
    };
    let tolerance_s = i64::try_from(TOLERANCE_S).unwrap();
    assert_eq!(tolerance_s, 300);
    assert_eq!(at(NOW_S + tolerance_s), Ok(0));
    assert_eq!(at(NOW_S - tolerance_s), Ok(0));
    assert_eq!(at(NOW_S + tolerance_s + 1), Err(VerifyError::TooOld));
    assert_eq!(at(NOW_S - tolerance_s - 1), Err(VerifyError::TooNew));
    assert_eq!(at(i64::MAX), Err(VerifyError::TooOld));
    assert_eq!(at(i64::MIN), Err(VerifyError::TooNew));
}

#[test]
fn the_key_that_signed_is_told_by_its_place() {
    let other = || VerifyingKey::Symmetric(SymmetricKey::generate().unwrap());
    let asymmetric = SigningKey::generate().unwrap();
    let public = VerifyingKey::Public(asymmetric.public());
    let headers = sign(&[Signer::Symmetric(&symmetric())], &message());
    let keys = [
        other(),
        public.clone(),
        VerifyingKey::Symmetric(symmetric()),
    ];
    assert_eq!(verify(&headers, &keys), Ok(2));
    let headers = sign(&[Signer::Asymmetric(&asymmetric)], &message());
    assert_eq!(verify(&headers, &keys), Ok(1));
    assert_eq!(verify(&headers, &[other()]), Err(VerifyError::NoMatch));
    assert_eq!(verify(&headers, &[]), Err(VerifyError::NoMatch));
}

#[test]
fn a_message_without_a_signature_of_a_known_version_is_not_believed() {
    let received = Received::parse(ID, TIMESTAMP, "v2,whatever").unwrap();
    let keys = [VerifyingKey::Symmetric(symmetric())];
    assert_eq!(
        received.verify(&keys, BODY, NOW_S),
        Err(VerifyError::NoMatch)
    );
}

/// Whoever knows a public key must not be able to sign with it.
#[test]
fn a_public_key_is_no_secret_of_an_hmac() {
    let asymmetric = SigningKey::generate().unwrap();
    let public = asymmetric.public().to_string();
    let as_secret = public.replace("whpk_", "whsec_").parse().unwrap();
    let headers = sign(&[Signer::Symmetric(&as_secret)], &message());
    let keys = [VerifyingKey::Public(asymmetric.public())];
    assert_eq!(verify(&headers, &keys), Err(VerifyError::NoMatch));
}

/// `a.1` at 1649367553 and `a` at 1 with a longer body are one signed text.
#[test]
fn what_one_field_has_cannot_be_moved_into_the_next() {
    let moved = [b"1649367553.", BODY].concat();
    let signed = Message {
        id: "a",
        timestamp_s: 1,
        body: &moved,
    };
    let headers = sign(&[Signer::Symmetric(&symmetric())], &signed);
    let received = Received::parse("a.1", TIMESTAMP, &headers.signature);
    assert_eq!(received, Err(HeaderError::Id));
}

#[test]
fn what_was_received_says_its_id_and_when_it_was_sent() {
    let received = Received::parse(ID, "00000000007", SIGNATURE).unwrap();
    assert_eq!((received.id(), received.timestamp_s()), (ID, 7));
}
