//! Messages of Alipay, genuine and not.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod client;
mod corpus;
mod keys;
mod notify;
mod request;

use std::sync::LazyLock;

use alipay::{Form, Merchant, PrivateKey};
use serde_json::json;

const MERCHANT_PRIVATE: &str = include_str!("../../../../infra/sandbox/keys/merchant_private.pem");
const MERCHANT_PUBLIC: &str = include_str!("../../../../infra/sandbox/keys/merchant_public.pem");
const GATEWAY_PRIVATE: &str = include_str!("../../../../infra/sandbox/keys/gateway_private.pem");
const GATEWAY_PUBLIC: &str = include_str!("../../../../infra/sandbox/keys/gateway_public.pem");

const APP_ID: &str = "9021000000000001";
const SELLER_ID: &str = "2088000000000001";

fn merchant() -> Merchant {
    // Reading keys takes longer than using them, and the property tests ask for thousands.
    static MERCHANT: LazyLock<Merchant> = LazyLock::new(|| {
        let secret = json!({
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "private_key": MERCHANT_PRIVATE,
            "alipay_public_key": GATEWAY_PUBLIC,
        });
        Merchant::of_json(secret.to_string().as_bytes()).unwrap()
    });
    MERCHANT.clone()
}

/// What only the gateway has.
fn gateway_key() -> PrivateKey {
    static KEY: LazyLock<PrivateKey> =
        LazyLock::new(|| PrivateKey::parse(GATEWAY_PRIVATE).unwrap());
    KEY.clone()
}

/// A form of these parameters, in this spelling, signed by `key` as notifies are.
fn notify_signed_by(key: &PrivateKey, parameters: &[(&str, &[u8])]) -> Form {
    let mut form = Form::default();
    for (name, value) in parameters {
        form.set(name, *value);
    }
    form.sign(key, &["sign", "sign_type"]).unwrap();
    form
}
