use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, UnparsedPublicKey};
use webhook_signatures::KeyError;

use super::*;

fn spelled(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", STANDARD.encode(bytes))
}

#[test]
fn a_key_reads_back_what_it_reveals() {
    let symmetric = SymmetricKey::generate().unwrap();
    let again: SymmetricKey = symmetric.reveal().parse().unwrap();
    assert_eq!(again.reveal(), symmetric.reveal());
    let asymmetric = SigningKey::generate().unwrap();
    let again: SigningKey = asymmetric.reveal().parse().unwrap();
    assert_eq!(again.public(), asymmetric.public());
    let public: PublicKey = asymmetric.public().to_string().parse().unwrap();
    assert_eq!(public, asymmetric.public());
}

#[test]
fn new_keys_differ() {
    let symmetric = || SymmetricKey::generate().unwrap().reveal();
    assert_ne!(symmetric(), symmetric());
    let asymmetric = || SigningKey::generate().unwrap().reveal();
    assert_ne!(asymmetric(), asymmetric());
}

#[test]
fn a_secret_has_24_to_64_bytes() {
    for length in 0..=100 {
        let key = spelled("whsec_", &vec![7; length]).parse::<SymmetricKey>();
        assert_eq!(key.is_ok(), (24..=64).contains(&length), "{length}");
    }
}

#[test]
fn a_key_has_one_spelling() {
    let wrong = [
        ("", KeyError::Prefix("whsec_")),
        (
            "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            KeyError::Prefix("whsec_"),
        ),
        (
            "whsk_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            KeyError::Prefix("whsec_"),
        ),
        (
            "WHSEC_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            KeyError::Prefix("whsec_"),
        ),
        (
            " whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            KeyError::Prefix("whsec_"),
        ),
        ("whsec_", KeyError::Length),
        ("whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD", KeyError::Base64),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD ", KeyError::Base64),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n", KeyError::Base64),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o", KeyError::Base64),
        // 25 bytes, without their padding.
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAA", KeyError::Base64),
        // 25 bytes, with a bit in what must be nought.
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAB==",
            KeyError::Base64,
        ),
    ];
    for (text, error) in wrong {
        assert_eq!(text.parse::<SymmetricKey>().unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn a_private_key_may_have_its_public_half_with_it_as_svix_writes_it() {
    let text = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9\
        lMicMFs6Kvg==";
    let key: SigningKey = text.parse().unwrap();
    let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    assert_eq!(key.public().to_string(), public);
}

#[test]
fn a_private_key_with_another_public_half_or_another_length_is_none() {
    let error = |bytes: &[u8]| spelled("whsk_", bytes).parse::<SigningKey>().unwrap_err();
    assert_eq!(error(&[7; 64]), KeyError::Halves);
    for length in [0, 31, 33, 63, 65] {
        assert_eq!(error(&vec![7; length]), KeyError::Length, "{length}");
    }
}

#[test]
fn a_public_key_has_32_bytes() {
    for length in [0, 31, 33, 64] {
        let key = spelled("whpk_", &vec![7; length]).parse::<PublicKey>();
        assert_eq!(key, Err(KeyError::Length), "{length}");
    }
}

/// Under such a key a signature is found by trying, without a private half: R is the neutral point and
/// S is nought, so that `S·B = R + h·A` holds whenever `h·A` is neutral. For a key whose multiples are
/// few that is soon.
#[test]
fn a_key_that_anybody_signs_for_is_none() {
    let weak = [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "7P///////////////////////////////////////38=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA=",
        "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=",
        "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/IU=",
        "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=",
        "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA/o=",
    ];
    let mut forged = [0; 64];
    forged[0] = 1;
    for key in weak {
        let bytes = STANDARD.decode(key).unwrap();
        let believes = UnparsedPublicKey::new(&ED25519, &bytes);
        let is_found = (0..=u8::MAX).any(|message| believes.verify(&[message], &forged).is_ok());
        assert!(is_found, "{key}");
        let error = format!("whpk_{key}").parse::<PublicKey>();
        assert_eq!(error, Err(KeyError::Weak), "{key}");
    }
    // The same points in spellings that some libraries read too.
    let other_spellings = [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA=",
        "7f///////////////////////////////////////38=",
        "7v///////////////////////////////////////38=",
        "7P////////////////////////////////////////8=",
    ];
    for key in other_spellings {
        let error = format!("whpk_{key}").parse::<PublicKey>();
        assert_eq!(error, Err(KeyError::Weak), "{key}");
    }
}

#[test]
fn nothing_secret_is_printed_by_accident() {
    let symmetric = symmetric();
    assert_eq!(format!("{symmetric:?}"), "SymmetricKey");
    let verifying = VerifyingKey::Symmetric(symmetric);
    assert_eq!(format!("{verifying:?}"), "Symmetric(SymmetricKey)");
    let asymmetric = SigningKey::generate().unwrap();
    let secret = asymmetric.reveal();
    let printed = format!("{asymmetric:?}");
    assert!(!printed.contains(secret.trim_start_matches("whsk_")));
    assert_eq!(printed, format!("SigningKey of {}", asymmetric.public()));
}
