//! Notifies as they could come, each with its verdict.

mod believed;
mod signatures;
mod spellings;
mod unreadable;

use alipay::{Expected, Form, Mismatch, Notify, NotifyError};

use crate::{APP_ID, SELLER_ID, gateway_key, merchant, notify_signed_by};

/// What must become of a notify.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Genuine, and about the trade at hand.
    Believed,
    /// Genuine, and about something else.
    Foreign(Mismatch),
    /// Not to be believed.
    Refused(NotifyError),
}

use Verdict::{Believed, Foreign, Refused};

pub(crate) const GENUINE: [(&str, &[u8]); 24] = [
    ("app_id", APP_ID.as_bytes()),
    ("auth_app_id", APP_ID.as_bytes()),
    ("buyer_id", b"2088000000000002"),
    ("buyer_pay_amount", b"100.00"),
    ("charset", b"utf-8"),
    (
        "fund_bill_list",
        br#"[{"amount":"100.00","fundChannel":"ALIPAYACCOUNT"}]"#,
    ),
    ("gmt_create", b"2026-06-01 20:00:00"),
    ("gmt_payment", b"2026-06-01 20:00:10"),
    ("invoice_amount", b"100.00"),
    ("notify_id", b"2026060100222200010000001000"),
    ("notify_time", b"2026-06-01 20:00:11"),
    ("notify_type", b"trade_status_sync"),
    ("out_trade_no", b"pay_01JZ3YQ8X5D4W2K7N9M6B1C0AE"),
    ("point_amount", b"0.00"),
    ("receipt_amount", b"100.00"),
    ("refund_reason", b""),
    ("seller_email", b"seller@example.com"),
    ("seller_id", SELLER_ID.as_bytes()),
    ("sign_type", b"RSA2"),
    ("subject", "专辑 100% + Rock & Roll".as_bytes()),
    ("total_amount", b"100.00"),
    ("trade_no", b"2026060122001000000000000001"),
    ("trade_status", b"TRADE_SUCCESS"),
    ("version", b"1.0"),
];

/// `openssl dgst -sha256 -sign gateway_private.pem` over the signed text of [`GENUINE`].
const SHA256_SIGN: &str = include_str!("../sha256_sign.txt");
/// The same with `-sha1`.
const SHA1_SIGN: &str = include_str!("../sha1_sign.txt");
/// The same with `-sha512`.
const SHA512_SIGN: &str = include_str!("../sha512_sign.txt");

pub(crate) fn expected() -> Expected {
    let number = "pay_01JZ3YQ8X5D4W2K7N9M6B1C0AE".parse().unwrap();
    merchant().expects(number, "100.00".parse().unwrap())
}

pub(crate) fn verdict(body: &[u8]) -> Verdict {
    match Notify::verify(body, &merchant()) {
        Err(error) => Refused(error),
        Ok(notify) => match notify.concerns(&expected()) {
            Err(mismatch) => Foreign(mismatch),
            Ok(()) => Believed,
        },
    }
}

/// A genuine notify with some parameters changed before it was signed; an empty one is left out.
pub(crate) fn saying(changes: &[(&str, &[u8])]) -> Form {
    let mut parameters = GENUINE.to_vec();
    for change in changes {
        parameters.retain(|(name, _)| *name != change.0);
        parameters.push(*change);
    }
    notify_signed_by(&gateway_key(), &parameters)
}

pub(crate) fn genuine() -> String {
    saying(&[]).encode()
}

/// A genuine body in which something was changed after it was signed.
fn tampered(from: &str, to: &str) -> Vec<u8> {
    let body = genuine();
    assert_eq!(
        body.matches(from).count(),
        1,
        "{from} stands once in {body}"
    );
    body.replace(from, to).into_bytes()
}

/// A body that was written by hand, under the signature over `signed_text`.
fn by_hand(body: &str, signed_text: &str) -> Vec<u8> {
    let mut sign = Form::default();
    sign.set("sign", gateway_key().sign(signed_text.as_bytes()).unwrap());
    format!("{body}&{}", sign.encode()).into_bytes()
}

fn with_sign(sign: &str) -> Vec<u8> {
    let mut form = saying(&[]);
    form.set("sign", sign.trim());
    form.encode().into_bytes()
}

fn said(changes: &[(&str, &[u8])]) -> Vec<u8> {
    saying(changes).encode().into_bytes()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn without_sign() -> String {
    let body = genuine();
    let parameters: Vec<&str> = body
        .split('&')
        .filter(|parameter| !parameter.starts_with("sign="))
        .collect();
    parameters.join("&")
}

/// Name, body, verdict.
type Case = (&'static str, Vec<u8>, Verdict);

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = believed::cases();
    cases.extend(believed::foreign());
    cases.extend(signatures::cases());
    cases.extend(spellings::forms());
    cases.extend(spellings::amounts());
    cases.extend(unreadable::cases());
    cases
}
