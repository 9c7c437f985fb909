//! What we sign, and how it looks on the wire.

use alipay::{Form, Method, Payment, PublicKey, Refund, Request, Subject};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{MERCHANT_PUBLIC, merchant};

const GATEWAY: &str = "https://gateway.example/gateway.do";

fn now() -> Timestamp {
    "2026-06-01T12:00:00.5Z".parse().unwrap()
}

fn payment() -> Payment {
    Payment {
        out_trade_no: "pay_1".parse().unwrap(),
        total: "88.88".parse().unwrap(),
        subject: Subject::of("专辑 100% + \"Rock\" & Roll"),
        expires_at: "2026-06-01T12:15:00Z".parse().unwrap(),
        notify_url: "https://planet.example/v1/payments/notify/alipay".to_owned(),
        return_url: Some("https://planet.example/orders?group=grp_1".to_owned()),
    }
}

fn form_of(text: &str) -> Form {
    Form::decode(text.as_bytes()).unwrap()
}

fn content_of(form: &Form) -> Value {
    serde_json::from_str(form.text("biz_content").unwrap()).unwrap()
}

fn is_signed(form: &Form) -> bool {
    form.is_signed_by(&PublicKey::parse(MERCHANT_PUBLIC).unwrap(), &["sign"])
}

#[test]
fn a_pay_address_carries_all_of_the_order_and_a_signature_over_it() {
    for (method, product) in [
        (Method::PagePay, "FAST_INSTANT_TRADE_PAY"),
        (Method::WapPay, "QUICK_WAP_WAY"),
    ] {
        let request = Request::pay(method, &payment(), &merchant(), now()).unwrap();
        let url = request.url(GATEWAY);
        let form = form_of(url.strip_prefix(&format!("{GATEWAY}?")).unwrap());
        assert!(is_signed(&form));
        for (name, value) in [
            ("app_id", "9021000000000001"),
            ("method", method.as_str()),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", "2026-06-01 20:00:00"),
            ("version", "1.0"),
            (
                "notify_url",
                "https://planet.example/v1/payments/notify/alipay",
            ),
            ("return_url", "https://planet.example/orders?group=grp_1"),
        ] {
            assert_eq!(form.text(name), Some(value), "{name}");
        }
        let expected = json!({
            "out_trade_no": "pay_1",
            "total_amount": "88.88",
            "subject": "专辑 100% + Rock Roll",
            "product_code": product,
            "time_expire": "2026-06-01 20:15:00",
        });
        assert_eq!(content_of(&form), expected);
    }
}

#[test]
fn an_order_string_has_no_address_to_return_to() {
    let request = Request::pay(Method::AppPay, &payment(), &merchant(), now()).unwrap();
    let form = form_of(&request.order_string());
    assert!(is_signed(&form));
    assert_eq!(form.text("return_url"), None);
    assert_eq!(form.text("method"), Some("alipay.trade.app.pay"));
    assert_eq!(content_of(&form)["product_code"], "QUICK_MSECURITY_PAY");
}

#[test]
fn what_is_empty_is_not_sent() {
    let mut payment = payment();
    payment.return_url = None;
    let request = Request::pay(Method::PagePay, &payment, &merchant(), now()).unwrap();
    let form = form_of(request.url("").trim_start_matches('?'));
    assert!(is_signed(&form));
    assert!(form.iter().all(|(_, value)| !value.is_empty()));
    assert_eq!(form.text("return_url"), None);

    let refund = Refund {
        out_trade_no: "pay_1".parse().unwrap(),
        out_request_no: "rfd_1".parse().unwrap(),
        amount: "0.01".parse().unwrap(),
        reason: None,
    };
    let request = Request::refund(&refund, &merchant(), now()).unwrap();
    let content = content_of(&form_of(&request.order_string()));
    let expected =
        json!({ "out_trade_no": "pay_1", "refund_amount": "0.01", "out_request_no": "rfd_1" });
    assert_eq!(content, expected);
}

#[test]
fn a_call_has_its_content_in_the_body_and_the_charset_in_the_address() {
    let number = "pay_1".parse().unwrap();
    let request = Request::query(&number, &merchant(), now()).unwrap();
    let http = request.http(GATEWAY).unwrap();
    assert_eq!(http.method(), "POST");
    assert_eq!(
        http.headers()["content-type"],
        "application/x-www-form-urlencoded;charset=utf-8"
    );
    let query = http.uri().query().unwrap();
    assert!(
        query.contains("charset=utf-8") && !query.contains("pay_1"),
        "{query}"
    );
    let body = str::from_utf8(http.body()).unwrap();
    assert!(is_signed(&form_of(&format!("{query}&{body}"))));
    assert_eq!(
        content_of(&form_of(body)),
        json!({ "out_trade_no": "pay_1" })
    );
}

#[test]
fn every_method_is_found_by_its_name() {
    for method in Method::ALL {
        assert_eq!(Method::of(method.as_str()), Some(method));
    }
    assert_eq!(Method::of("alipay.fund.trans.toaccount.transfer"), None);
    assert_eq!(
        Method::RefundQuery.response_key(),
        "alipay_trade_fastpay_refund_query_response"
    );
}
