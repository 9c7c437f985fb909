//! In which shapes keys are read.

use alipay::{KeyError, Merchant, PrivateKey, PublicKey};
use serde_json::json;

use crate::{GATEWAY_PRIVATE, GATEWAY_PUBLIC, MERCHANT_PRIVATE, MERCHANT_PUBLIC};

fn bare(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}

#[test]
fn private_keys_are_read_in_both_formats_and_both_shapes() {
    // The merchant's is PKCS#1, the gateway's PKCS#8.
    for pem in [MERCHANT_PRIVATE, GATEWAY_PRIVATE] {
        let key = PrivateKey::parse(pem).unwrap();
        let sign = key.sign(b"text").unwrap();
        let same = PrivateKey::parse(&bare(pem)).unwrap();
        assert!(same.public().verifies(b"text", sign.as_bytes()));
    }
}

#[test]
fn public_keys_are_read_in_both_shapes_and_belong_to_their_private_keys() {
    for (private, public) in [
        (MERCHANT_PRIVATE, MERCHANT_PUBLIC),
        (GATEWAY_PRIVATE, GATEWAY_PUBLIC),
    ] {
        let expected = PrivateKey::parse(private).unwrap().public();
        assert_eq!(PublicKey::parse(public).unwrap(), expected);
        assert_eq!(PublicKey::parse(&bare(public)).unwrap(), expected);
    }
}

#[test]
fn what_is_no_key_is_refused() {
    for text in ["", "AAAA", "MIIB", &bare(MERCHANT_PRIVATE)] {
        assert_eq!(
            PublicKey::parse(text).unwrap_err(),
            KeyError::NoKey,
            "{text}"
        );
    }
    for text in ["", "AAAA", &bare(MERCHANT_PUBLIC)] {
        assert_eq!(
            PrivateKey::parse(text).unwrap_err(),
            KeyError::NoKey,
            "{text}"
        );
    }
    for text in ["no base64!", "AAA"] {
        assert_eq!(
            PublicKey::parse(text).unwrap_err(),
            KeyError::Encoding,
            "{text}"
        );
        assert_eq!(
            PrivateKey::parse(text).unwrap_err(),
            KeyError::Encoding,
            "{text}"
        );
    }
}

#[test]
fn a_public_key_is_neither_cut_nor_continued() {
    let der = bare(MERCHANT_PUBLIC);
    assert!(PublicKey::parse(&der[..der.len() - 4]).is_err());
    assert!(PublicKey::parse(&format!("{der}AAAA")).is_err());
}

#[test]
fn a_key_of_1024_bits_is_too_short() {
    let short = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCo09wlmCEdSmVrgB3Pg7sIFsuPty5zM+aFWS1VbKjiIBHk0+fwFVdcrq41RFuCSL0CCjBPFH9w/PO6e27FS5b+6ijWgvPw+g0CB+dsJ9eOiSi2xpIn2jH5DQuVof8GaPOlNngT7YKvsnwsdO2NXueaQkyHteO2z2ouBiTUlm1E1wIDAQAB";
    assert_eq!(PublicKey::parse(short).unwrap_err(), KeyError::NoKey);
}

#[test]
fn a_secret_names_what_is_wrong_with_it_and_tells_nothing_of_itself() {
    let good = json!({
        "app_id": "1", "seller_id": "2",
        "private_key": MERCHANT_PRIVATE, "alipay_public_key": GATEWAY_PUBLIC,
    });
    assert!(Merchant::of_json(good.to_string().as_bytes()).is_ok());
    for (member, word) in [
        ("app_id", "app_id"),
        ("seller_id", "seller_id"),
        ("private_key", "private_key"),
        ("alipay_public_key", "alipay_public_key"),
    ] {
        let mut bad = good.clone();
        bad[member] = json!("top secret!");
        let error = Merchant::of_json(bad.to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert!(
            !format!("{error:?}{error}").contains("top secret"),
            "{error:?}"
        );
    }
    let error = Merchant::of_json(br#"{"app_id": "top secret"}"#).unwrap_err();
    assert!(
        !format!("{error:?}{error}").contains("top secret"),
        "{error:?}"
    );
    let shown = format!(
        "{:?}",
        Merchant::of_json(good.to_string().as_bytes()).unwrap()
    );
    assert!(!shown.contains("MII"), "{shown}");
}
