//! Notifies that are not to be believed: whatever they say, nothing changes.

use alipay::{Form, PrivateKey};

use crate::till::{PRICE, Till, intent, number};

/// The provider's key: with it a notify is genuine and may still be about something else.
const GATEWAY_KEY: &str = include_str!("../../../../infra/sandbox/keys/gateway_private.pem");
/// The merchant's own key, with which nothing of the provider is signed.
const MERCHANT_KEY: &str = include_str!("../../../../infra/sandbox/keys/merchant_private.pem");

fn gateway_key() -> PrivateKey {
    PrivateKey::parse(GATEWAY_KEY).unwrap()
}

/// A genuine notify of a payment of ada's, with the parameters it consists of.
async fn genuine(till: &Till, name: &str) -> Vec<(String, String)> {
    till.pay(name).await;
    let body = till.notifies().remove(0);
    pairs(&body)
}

fn pairs(body: &str) -> Vec<(String, String)> {
    let form = Form::decode(body.as_bytes()).unwrap();
    form.iter()
        .map(|(key, value)| (key.to_owned(), String::from_utf8(value.to_vec()).unwrap()))
        .collect()
}

fn form_of(pairs: &[(String, String)]) -> Form {
    let mut form = Form::default();
    for (key, value) in pairs {
        form.set(key, value.as_str());
    }
    form
}

/// The notify with some parameters changed, or empty, under its old signature.
fn altered(pairs: &[(String, String)], changes: &[(&str, &str)]) -> String {
    let mut form = Form::default();
    for (key, value) in pairs {
        if !changes.iter().any(|(changed, _)| changed == key) {
            form.set(key, value.as_str());
        }
    }
    let mut body = form.encode();
    for (key, value) in changes {
        let mut change = Form::default();
        change.set(key, *value);
        // A form leaves out what is empty.
        let change = if value.is_empty() {
            format!("{key}=")
        } else {
            change.encode()
        };
        body = format!("{body}&{change}");
    }
    body
}

/// The notify with some parameters changed, signed anew.
fn signed(pairs: &[(String, String)], changes: &[(&str, &str)], key: &PrivateKey) -> String {
    let mut form = Form::decode(altered(pairs, changes).as_bytes()).unwrap();
    form.sign(key, &["sign", "sign_type"]).unwrap();
    form.encode()
}

async fn refused(till: &Till, what: &str, body: impl Into<bytes::Bytes>) {
    let before = till.row("album").await;
    assert_eq!(till.notify(body).await, "fail", "{what}");
    assert_eq!(till.row("album").await, before, "{what}");
}

#[tokio::test]
async fn what_is_not_signed_by_the_provider_changes_nothing() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    let merchant_key = PrivateKey::parse(MERCHANT_KEY).unwrap();
    refused(&till, "our own key", signed(&genuine, &[], &merchant_key)).await;
    for (key, _) in &genuine {
        if key != "sign_type" && key != "sign" {
            let body = altered(&genuine, &[(key, "x")]);
            refused(&till, key, body).await;
        }
    }
    for (what, changes) in [
        ("a fen less", [("total_amount", "122.99")]),
        ("an empty signature", [("sign", "")]),
        ("no base64", [("sign", "???")]),
        ("sha-1", [("sign_type", "RSA")]),
        ("no kind of signature", [("sign_type", "")]),
        ("one more parameter", [("more", "x")]),
    ] {
        refused(&till, what, altered(&genuine, &changes)).await;
    }
    let signature = &genuine.iter().find(|(key, _)| key == "sign").unwrap().1;
    let spaced = format!(" {signature}");
    refused(
        &till,
        "a spaced signature",
        altered(&genuine, &[("sign", &spaced)]),
    )
    .await;
    // And then the genuine one is believed.
    assert_eq!(till.notify(form_of(&genuine).encode()).await, "success");
    assert_eq!(till.state("album").await, "captured");
}

#[tokio::test]
async fn what_the_provider_signed_for_another_payment_changes_nothing() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    let key = gateway_key();
    let absent = intent("absent").to_string();
    for (what, changes) in [
        ("another application", [("app_id", "9021000000000002")]),
        ("another seller", [("seller_id", "2088000000000009")]),
        ("no intent of ours", [("out_trade_no", "order_17")]),
        (
            "an intent that is not here",
            [("out_trade_no", absent.as_str())],
        ),
        ("a fen less", [("total_amount", "122.99")]),
        ("a fen more", [("total_amount", "123.01")]),
        ("spelt shorter", [("total_amount", "123")]),
        ("spelt longer", [("total_amount", "123.000")]),
        ("spelt with an exponent", [("total_amount", "1.23e2")]),
        ("with a plus", [("total_amount", "+123.00")]),
        ("with a space", [("total_amount", " 123.00")]),
        ("nothing", [("total_amount", "")]),
        ("no state of a trade", [("trade_status", "TRADE_PAID")]),
        ("a lower case state", [("trade_status", "trade_success")]),
        ("another charset", [("charset", "utf-16")]),
    ] {
        refused(&till, what, signed(&genuine, &changes, &key)).await;
    }
    assert_eq!(till.notify(signed(&genuine, &[], &key)).await, "success");
}

#[tokio::test]
async fn a_cheap_payment_does_not_pay_for_a_dear_one() {
    let till = Till::open().await;
    let mut cheap = till.claim("cheap");
    cheap.amount = crate::till::yuan(1);
    let claim = till.sign(&cheap);
    let answer = crate::till::create(&till.ada(), &claim, "page", "cheap").await;
    let url = answer.json()["action"]["url"].as_str().unwrap().to_owned();
    till.world.sandbox.open_page(&url).unwrap();
    till.world.sandbox.pay(&number("cheap")).unwrap();
    let cheap = pairs(&till.notifies()[0]);
    till.open_page("album").await;
    let dear = intent("album").to_string();
    let spliced = altered(&cheap, &[("out_trade_no", &dear)]);
    refused(&till, "spliced", spliced).await;
    let genuine = signed(&cheap, &[("out_trade_no", &dear)], &gateway_key());
    refused(&till, "genuine, and a fen", genuine).await;
    assert_eq!(till.state("album").await, "requires_action");
}

#[tokio::test]
async fn what_is_no_notify_changes_nothing() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    let body = form_of(&genuine).encode();
    let twice = format!("{body}&total_amount=123.00");
    let long = format!("{body}&more={}", "x".repeat(1_000_000));
    let encoded_again = body.replace('%', "%25");
    for (what, body) in [
        ("nothing", Vec::new()),
        ("json", b"{\"out_trade_no\":\"x\"}".to_vec()),
        ("a parameter twice", twice.into_bytes()),
        ("a megabyte", long.into_bytes()),
        (
            "a stray percent sign",
            format!("{body}&more=%").into_bytes(),
        ),
        ("encoded twice", encoded_again.into_bytes()),
        ("no text", vec![0xff; 100]),
        ("half", body.as_bytes()[..body.len() / 2].to_vec()),
    ] {
        refused(&till, what, body).await;
    }
}

#[tokio::test]
async fn a_genuine_notify_in_gbk_is_believed() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    let body = altered(&genuine, &[("charset", "GBK")]);
    let mut form = Form::decode(body.as_bytes()).unwrap();
    // 专辑, an album, in GBK.
    form.set("subject", &b"\xd7\xa8\xbc\xad"[..]);
    form.sign(&gateway_key(), &["sign", "sign_type"]).unwrap();
    assert_eq!(till.notify(form.encode()).await, "success");
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(till.world.sandbox.captured_fen(), PRICE);
}

#[tokio::test]
async fn a_notify_of_another_trade_for_a_paid_order_is_not_heeded() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    assert_eq!(till.notify(form_of(&genuine).encode()).await, "success");
    let other = signed(
        &genuine,
        &[("trade_no", "2026060122001999999999")],
        &gateway_key(),
    );
    refused(&till, "another trade", other).await;
}

/// Every byte of a genuine notify changed, left out, and doubled: some three thousand forgeries.
#[tokio::test]
async fn no_byte_of_a_notify_can_be_touched() {
    let till = Till::open().await;
    let genuine = genuine(&till, "album").await;
    let body = form_of(&genuine).encode().into_bytes();
    let before = till.row("album").await;
    let mut forgeries = 0;
    for at in 0..body.len() {
        let (head, tail) = (&body[..at], &body[at + 1..]);
        for middle in [
            &[body[at] ^ 1][..],
            &[body[at] ^ 0x20],
            &[],
            &[body[at], body[at]],
        ] {
            let forged = [head, middle, tail].concat();
            // Another spelling of the same form is no forgery: `%2F` and `%2f`.
            if Form::decode(&forged).is_ok_and(|form| same(&form, &genuine)) {
                continue;
            }
            forgeries += 1;
            let what = String::from_utf8_lossy(&forged).into_owned();
            assert_eq!(till.notify(forged).await, "fail", "{what}");
        }
    }
    assert!(forgeries > 2_000, "{forgeries}");
    assert_eq!(till.row("album").await, before);
    assert_eq!(till.notify(body).await, "success");
}

fn same(form: &Form, pairs: &[(String, String)]) -> bool {
    let pairs = pairs
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_bytes()));
    form.iter().eq(pairs)
}
