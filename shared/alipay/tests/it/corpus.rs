//! Notifies as they could come, each with its verdict.

use alipay::{
    Expected, Form, FormError, MAX_NOTIFY_BYTES, Mismatch, Notify, NotifyError, PrivateKey,
};
use encoding_rs::GBK;

use crate::{APP_ID, MERCHANT_PRIVATE, SELLER_ID, gateway_key, merchant, notify_signed_by};

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
const SHA256_SIGN: &str = include_str!("sha256_sign.txt");
/// The same with `-sha1`.
const SHA1_SIGN: &str = include_str!("sha1_sign.txt");
/// The same with `-sha512`.
const SHA512_SIGN: &str = include_str!("sha512_sign.txt");

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
    GBK.encode(text).0.into_owned()
}

/// Name, body, verdict.
pub(crate) fn cases() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    let mut cases = believed();
    cases.extend(foreign());
    cases.extend(badly_signed());
    cases.extend(respelled());
    cases.extend(unreadable());
    cases
}

fn believed() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    let lower = genuine()
        .replace("%2F", "%2f")
        .replace("%2B", "%2b")
        .replace("%3D", "%3d");
    let plus = genuine().replace("%20", "+");
    let mut backwards: Vec<&str> = plus.split('&').collect();
    backwards.reverse();
    let backwards = backwards.join("&");
    vec![
        ("as Alipay sends it", genuine().into_bytes(), Believed),
        ("signed by openssl", with_sign(SHA256_SIGN), Believed),
        ("spaces as plus signs", plus.clone().into_bytes(), Believed),
        ("lower case hexadecimal", lower.into_bytes(), Believed),
        ("in another order", backwards.into_bytes(), Believed),
        (
            "finished",
            said(&[("trade_status", b"TRADE_FINISHED")]),
            Believed,
        ),
        (
            "closed",
            said(&[("trade_status", b"TRADE_CLOSED")]),
            Believed,
        ),
        (
            "waiting",
            said(&[("trade_status", b"WAIT_BUYER_PAY"), ("gmt_payment", b"")]),
            Believed,
        ),
        (
            "a partial refund",
            said(&[
                ("refund_fee", b"1.00"),
                ("out_biz_no", b"rfd_1"),
                ("gmt_refund", b"2026-06-02 09:00:00.123"),
            ]),
            Believed,
        ),
        (
            "a parameter nobody knows yet",
            said(&[("zhima_score", b"750")]),
            Believed,
        ),
        (
            "GBK that says so",
            said(&[("charset", b"GBK"), ("subject", &gbk("专辑 歌曲"))]),
            Believed,
        ),
        (
            "GBK in lower case",
            said(&[("charset", b"gbk"), ("subject", &gbk("专辑"))]),
            Believed,
        ),
        (
            "UTF-8 in upper case",
            said(&[("charset", b"UTF-8")]),
            Believed,
        ),
        ("no charset, and UTF-8", said(&[("charset", b"")]), Believed),
        (
            "no time of payment",
            said(&[("gmt_payment", b"")]),
            Believed,
        ),
        (
            "an empty parameter under the signature",
            {
                let mut form = Form::decode(format!("{}&body=", genuine()).as_bytes()).unwrap();
                form.sign(&gateway_key(), &["sign", "sign_type"]).unwrap();
                form.encode().into_bytes()
            },
            Believed,
        ),
    ]
}

fn foreign() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    vec![
        (
            "another application",
            said(&[("app_id", b"9021000000000002")]),
            Foreign(Mismatch::AppId),
        ),
        (
            "another application, authorized by ours",
            said(&[
                ("app_id", b"9021000000000002"),
                ("auth_app_id", APP_ID.as_bytes()),
            ]),
            Foreign(Mismatch::AppId),
        ),
        (
            "an application whose number begins with ours",
            said(&[("app_id", b"90210000000000010")]),
            Foreign(Mismatch::AppId),
        ),
        (
            "another seller",
            said(&[("seller_id", b"2088000000000003")]),
            Foreign(Mismatch::SellerId),
        ),
        (
            "the buyer as the seller",
            said(&[("seller_id", b"2088000000000002")]),
            Foreign(Mismatch::SellerId),
        ),
        (
            "a spliced order: paid for another",
            said(&[("out_trade_no", b"pay_01JZ3YQ8X5D4W2K7N9M6B1C0AF")]),
            Foreign(Mismatch::OutTradeNo),
        ),
        (
            "an order in lower case",
            said(&[("out_trade_no", b"pay_01jz3yq8x5d4w2k7n9m6b1c0ae")]),
            Foreign(Mismatch::OutTradeNo),
        ),
        (
            "a fen less",
            said(&[("total_amount", b"99.99")]),
            Foreign(Mismatch::Total),
        ),
        (
            "a fen more",
            said(&[("total_amount", b"100.01")]),
            Foreign(Mismatch::Total),
        ),
        (
            "one fen",
            said(&[("total_amount", b"0.01")]),
            Foreign(Mismatch::Total),
        ),
        (
            "nothing",
            said(&[("total_amount", b"0.00")]),
            Foreign(Mismatch::Total),
        ),
        (
            "a hundred times as much",
            said(&[("total_amount", b"10000.00")]),
            Foreign(Mismatch::Total),
        ),
        (
            "the whole sum as the receipt, another as the total",
            said(&[("total_amount", b"1.00"), ("receipt_amount", b"100.00")]),
            Foreign(Mismatch::Total),
        ),
    ]
}

fn badly_signed() -> Vec<(&'static str, Vec<u8>, Verdict)> {
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

fn respelled() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    let form = |error| Refused(NotifyError::Form(error));
    let total = || Refused(NotifyError::Parameter("total_amount"));
    let folded = genuine().replace(
        "&trade_status=TRADE_SUCCESS",
        "%26trade_status%3DTRADE_SUCCESS",
    );
    vec![
        (
            "a parameter folded into its neighbour, under a signature that still verifies",
            folded.into_bytes(),
            form(FormError::Ambiguous),
        ),
        (
            "a subject that pretends to be parameters",
            said(&[(
                "subject",
                b"x&total_amount=100.00&trade_status=TRADE_SUCCESS",
            )]),
            form(FormError::Ambiguous),
        ),
        (
            "such a subject unfolded",
            {
                let form = saying(&[
                    ("subject", b"x&total_amount=100.00"),
                    ("total_amount", b"0.01"),
                ]);
                form.encode()
                    .replace("x%26total_amount%3D100.00", "x&total_amount=100.00")
                    .into_bytes()
            },
            form(FormError::Duplicate),
        ),
        (
            "a key twice, alike",
            tampered("&version=1.0", "&version=1.0&version=1.0"),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, the other total first",
            format!("total_amount=0.01&{}", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, the other total last",
            format!("{}&total_amount=0.01", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, once in escapes",
            format!("{}&total%5Famount=0.01", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "sign twice",
            format!("{}&sign=x", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "sign_type twice",
            format!("{}&sign_type=RSA", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key as of an array",
            format!("{}&a[]=1", genuine()).into_bytes(),
            form(FormError::Key),
        ),
        (
            "a bare percent sign",
            tampered("100%25", "100%"),
            form(FormError::Encoding),
        ),
        (
            "a percent sign at the end",
            format!("{}%", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "half an escape",
            tampered("100%25", "100%2"),
            form(FormError::Encoding),
        ),
        (
            "an escape that is none",
            tampered("100%25", "100%zz"),
            form(FormError::Encoding),
        ),
        (
            "an escape of a wide character",
            tampered("100%25", "100%u4E13"),
            form(FormError::Encoding),
        ),
        (
            "an unescaped Chinese subject",
            tampered("%E4%B8%93", "专"),
            form(FormError::Encoding),
        ),
        (
            "a bare space",
            tampered("100%25%20", "100%25 "),
            form(FormError::Encoding),
        ),
        (
            "a line break at the end",
            format!("{}\r\n", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "a zero byte",
            format!("{}\0", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "an ampersand at the end",
            format!("{}&", genuine()).into_bytes(),
            form(FormError::NoPair),
        ),
        (
            "semicolons",
            genuine().replace('&', ";").into_bytes(),
            form(FormError::Ambiguous),
        ),
        (
            "JSON",
            br#"{"trade_status":"TRADE_SUCCESS"}"#.to_vec(),
            form(FormError::NoPair),
        ),
        (
            "XML",
            b"<notify><total_fee>100.00</total_fee></notify>".to_vec(),
            form(FormError::NoPair),
        ),
        (
            "a total of whole yuan",
            said(&[("total_amount", b"100")]),
            total(),
        ),
        (
            "a total with one decimal",
            said(&[("total_amount", b"100.0")]),
            total(),
        ),
        (
            "a total with three decimals",
            said(&[("total_amount", b"100.000")]),
            total(),
        ),
        (
            "a total with a zero before it",
            said(&[("total_amount", b"0100.00")]),
            total(),
        ),
        (
            "a total with a plus sign",
            said(&[("total_amount", b"+100.00")]),
            total(),
        ),
        (
            "a total below nothing",
            said(&[("total_amount", b"-100.00")]),
            total(),
        ),
        (
            "a total in powers of ten",
            said(&[("total_amount", b"1e2")]),
            total(),
        ),
        (
            "a total with a comma",
            said(&[("total_amount", b"100,00")]),
            total(),
        ),
        (
            "a total with its currency",
            said(&[("total_amount", "¥100.00".as_bytes())]),
            total(),
        ),
        (
            "a total with a space",
            said(&[("total_amount", b"100.00 ")]),
            total(),
        ),
        (
            "a total in wide digits",
            said(&[("total_amount", "１００.００".as_bytes())]),
            total(),
        ),
        (
            "a total with a zero byte",
            said(&[("total_amount", b"100.00\0")]),
            total(),
        ),
        (
            "a total in hexadecimal",
            said(&[("total_amount", b"0x64.00")]),
            total(),
        ),
        (
            "a total beyond all",
            said(&[("total_amount", b"92233720368547758.08")]),
            total(),
        ),
    ]
}

fn unreadable() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    let lacks = |name| Refused(NotifyError::Parameter(name));
    let subject = gbk("专辑");
    vec![
        ("nothing at all", Vec::new(), Refused(NotifyError::SignType)),
        (
            "1 MB",
            format!("{}&body={}", genuine(), "x".repeat(1024 * 1024)).into_bytes(),
            Refused(NotifyError::TooLong),
        ),
        (
            "1 MB that is signed",
            said(&[("body", "x".repeat(1024 * 1024).as_bytes())]),
            Refused(NotifyError::TooLong),
        ),
        (
            "a byte over the limit",
            {
                let body = genuine();
                let rest = MAX_NOTIFY_BYTES + 1 - body.len() - "&body=".len();
                format!("{body}&body={}", "x".repeat(rest)).into_bytes()
            },
            Refused(NotifyError::TooLong),
        ),
        (
            "a hundred thousand ampersands",
            "&".repeat(60_000).into_bytes(),
            Refused(NotifyError::Form(FormError::NoPair)),
        ),
        (
            "a thousand parameters",
            (0..1_000)
                .map(|n| format!("k{n}=1"))
                .collect::<Vec<_>>()
                .join("&")
                .into_bytes(),
            Refused(NotifyError::Form(FormError::TooMany)),
        ),
        (
            "GBK that claims UTF-8",
            said(&[("subject", &subject)]),
            Refused(NotifyError::NoText),
        ),
        (
            "GBK without a charset",
            said(&[("charset", b""), ("subject", &subject)]),
            Refused(NotifyError::NoText),
        ),
        (
            "half a character of GBK",
            said(&[("charset", b"GBK"), ("subject", &subject[..3])]),
            Refused(NotifyError::NoText),
        ),
        (
            "GBK claimed after the signature",
            {
                let body = genuine();
                body.replace("charset=utf-8", "charset=GBK").into_bytes()
            },
            Refused(NotifyError::Signature),
        ),
        (
            "UTF-16",
            said(&[("charset", b"UTF-16")]),
            Refused(NotifyError::Charset),
        ),
        (
            "Latin-1",
            said(&[("charset", b"ISO-8859-1")]),
            Refused(NotifyError::Charset),
        ),
        (
            "bytes that are no UTF-8",
            said(&[("subject", b"\xc0\xafx")]),
            Refused(NotifyError::NoText),
        ),
        ("no application", said(&[("app_id", b"")]), lacks("app_id")),
        ("no seller", said(&[("seller_id", b"")]), lacks("seller_id")),
        (
            "no order",
            said(&[("out_trade_no", b"")]),
            lacks("out_trade_no"),
        ),
        ("no trade", said(&[("trade_no", b"")]), lacks("trade_no")),
        (
            "no total",
            said(&[("total_amount", b"")]),
            lacks("total_amount"),
        ),
        (
            "no state",
            said(&[("trade_status", b"")]),
            lacks("trade_status"),
        ),
        (
            "an unknown state",
            said(&[("trade_status", b"TRADE_PENDING")]),
            lacks("trade_status"),
        ),
        (
            "a state in lower case",
            said(&[("trade_status", b"trade_success")]),
            lacks("trade_status"),
        ),
        (
            "no notify_id",
            said(&[("notify_id", b"")]),
            lacks("notify_id"),
        ),
        (
            "an order with a path in it",
            said(&[("out_trade_no", b"../pay_1")]),
            lacks("out_trade_no"),
        ),
        (
            "an order with a line break",
            said(&[("out_trade_no", b"pay_1\n")]),
            lacks("out_trade_no"),
        ),
        (
            "a refund that is misspelled",
            said(&[("refund_fee", b"1")]),
            lacks("refund_fee"),
        ),
        (
            "a time that is none",
            said(&[("gmt_payment", b"yesterday")]),
            lacks("gmt_payment"),
        ),
    ]
}

fn without_sign() -> String {
    let body = genuine();
    let parameters: Vec<&str> = body
        .split('&')
        .filter(|p| !p.starts_with("sign="))
        .collect();
    parameters.join("&")
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
