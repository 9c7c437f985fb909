//! What nobody signed, or not the gateway, or not this.

use alipay::{NotifyError, PrivateKey};

use super::{
    Case, GENUINE, SHA1_SIGN, SHA512_SIGN, Verdict::Refused, by_hand, saying, tampered, with_sign,
    without_sign,
};
use crate::{MERCHANT_PRIVATE, gateway_key, notify_signed_by};

pub(super) fn cases() -> Vec<Case> {
    let refused = || Refused(NotifyError::Signature);
    let merchants_key = PrivateKey::parse(MERCHANT_PRIVATE).unwrap();
    let sign = saying(&[]).text("sign").unwrap().to_owned();
    let other = saying(&[("out_trade_no", b"pay_2"), ("total_amount", b"0.01")]);
    let under = |omitted: &[&str]| {
        let mut form = saying(&[]);
        form.sign(&gateway_key(), omitted).unwrap();
        form.encode().into_bytes()
    };
    vec![
        ("no signature", without_sign().into_bytes(), refused()),
        (
            "an empty signature",
            format!("{}&sign=", without_sign()).into_bytes(),
            refused(),
        ),
        ("no base64", with_sign("not a signature!"), refused()),
        (
            "another message's signature",
            with_sign(other.text("sign").unwrap()),
            refused(),
        ),
        ("a signature cut short", with_sign(&sign[..340]), refused()),
        (
            "a signature without its padding",
            with_sign(sign.trim_end_matches('=')),
            refused(),
        ),
        (
            "a signature broken into lines",
            with_sign(&sign.replacen('A', "A\n", 1)),
            refused(),
        ),
        (
            "a signature with a space before it",
            with_sign_raw(&format!("+{sign}")),
            refused(),
        ),
        (
            "a signature in the alphabet of addresses",
            with_sign(&url_safe(&sign)),
            refused(),
        ),
        (
            "a signature whose plus signs became spaces",
            with_sign_raw(&forced_space(&sign)),
            refused(),
        ),
        (
            "zeros",
            with_sign(&format!("{}==", "A".repeat(342))),
            refused(),
        ),
        (
            "two signatures",
            with_sign(&format!("{sign}{sign}")),
            refused(),
        ),
        (
            "signed by the merchant's own key",
            notify_signed_by(&merchants_key, &GENUINE)
                .encode()
                .into_bytes(),
            refused(),
        ),
        (
            "SHA-1, and claims to be RSA2",
            with_sign(SHA1_SIGN),
            refused(),
        ),
        (
            "SHA-512, and claims to be RSA2",
            with_sign(SHA512_SIGN),
            refused(),
        ),
        (
            "signed like a request, with sign_type",
            under(&["sign"]),
            refused(),
        ),
        (
            "SHA-1, and says so",
            {
                let body = String::from_utf8(with_sign(SHA1_SIGN)).unwrap();
                body.replace("sign_type=RSA2", "sign_type=RSA").into_bytes()
            },
            Refused(NotifyError::SignType),
        ),
        (
            "RSA2 that claims to be SHA-1",
            tampered("sign_type=RSA2", "sign_type=RSA"),
            Refused(NotifyError::SignType),
        ),
        (
            "a sign_type in lower case",
            tampered("sign_type=RSA2", "sign_type=rsa2"),
            Refused(NotifyError::SignType),
        ),
        (
            "an unknown sign_type",
            tampered("sign_type=RSA2", "sign_type=none"),
            Refused(NotifyError::SignType),
        ),
        (
            "no sign_type",
            tampered("&sign_type=RSA2", ""),
            Refused(NotifyError::SignType),
        ),
        (
            "the total changed",
            tampered("total_amount=100.00", "total_amount=999.00"),
            refused(),
        ),
        ("the order changed", tampered("C0AE", "C0AF"), refused()),
        (
            "the state changed",
            tampered("TRADE_SUCCESS", "TRADE_FINISHED"),
            refused(),
        ),
        (
            "the application changed",
            tampered(
                "&auth_app_id=9021000000000001",
                "&auth_app_id=9021000000000002",
            ),
            refused(),
        ),
        (
            "a parameter removed",
            tampered("&version=1.0", ""),
            refused(),
        ),
        (
            "a parameter added",
            tampered("&version=1.0", "&version=1.0&refund_fee=1.00"),
            refused(),
        ),
        (
            "an empty parameter added",
            tampered("&version=1.0", "&version=1.0&body="),
            refused(),
        ),
        (
            "a name changed",
            tampered("&version=", "&versiom="),
            refused(),
        ),
        (
            "a name in upper case",
            tampered("&version=", "&VERSION="),
            refused(),
        ),
        (
            "a subject in other letters",
            tampered("Rock", "rock"),
            refused(),
        ),
        (
            "JSON in other spaces",
            tampered("%22%2C%22", "%22%2C%20%22"),
            refused(),
        ),
        (
            "decoded twice before it was signed",
            by_hand(
                &without_sign().replace("100%25", "100%2525"),
                str::from_utf8(&saying(&[]).signed_text(&["sign", "sign_type"])).unwrap(),
            ),
            refused(),
        ),
        (
            "signed over the encoded form",
            by_hand(
                &without_sign(),
                &without_sign().replace("&sign_type=RSA2", ""),
            ),
            refused(),
        ),
    ]
}

fn with_sign_raw(sign: &str) -> Vec<u8> {
    let escaped = sign.replace('/', "%2F").replace('=', "%3D");
    format!("{}&sign={escaped}", without_sign()).into_bytes()
}

fn url_safe(sign: &str) -> String {
    let changed = sign.replace('+', "-").replace('/', "_");
    assert_ne!(changed, sign, "the signature has one of the two characters");
    changed
}

/// The signature as it looks if somebody forgot to encode its plus signs; one is there for sure.
fn forced_space(sign: &str) -> String {
    if sign.contains('+') {
        sign.to_owned()
    } else {
        format!("+{sign}")
    }
}
