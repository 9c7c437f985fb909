//! Which answers are believed, and what they mean.

use std::sync::{Arc, Mutex};

use alipay::{Client, Fen, Gateway, GatewayError, Refund, TradeStatus};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::Clock;
use platform::{
    Outbound,
    transport::{Transport, TransportError},
};
use proptest::prelude::*;

use crate::{MERCHANT_PRIVATE, gateway_key, merchant};

type Answer = Result<http::Response<Bytes>, TransportError>;

/// A gateway that says one thing.
struct Saying(Mutex<Option<Answer>>);

impl Transport for Saying {
    fn call(&self, _: http::Request<Bytes>) -> BoxFuture<'static, Answer> {
        let answer = self
            .0
            .lock()
            .unwrap()
            .take()
            .expect("one call is one request");
        Box::pin(async move { answer })
    }
}

fn client_hearing(answer: Answer) -> Client {
    let outbound = Outbound::over(Arc::new(Saying(Mutex::new(Some(answer)))));
    let clock = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
    Client::new(
        merchant(),
        "https://gateway.example/gateway.do",
        outbound,
        clock,
    )
}

fn client_reading(body: impl Into<Bytes>) -> Client {
    client_hearing(Ok(http::Response::new(body.into())))
}

fn signed(key: &str, content: &str) -> String {
    let sign = gateway_key().sign(content.as_bytes()).unwrap();
    format!(r#"{{"{key}":{content},"sign":"{sign}"}}"#)
}

const QUERY: &str = "alipay_trade_query_response";
const REFUND: &str = "alipay_trade_refund_response";
const REFUND_QUERY: &str = "alipay_trade_fastpay_refund_query_response";
const CLOSE: &str = "alipay_trade_close_response";

const PAID: &str = r#"{"code":"10000","msg":"Success","out_trade_no":"pay_1","send_pay_date":"2026-06-01 20:00:10","subject":"a\/b ,\"sign\":\"x\"","total_amount":"88.88","trade_no":"2026060122001","trade_status":"TRADE_SUCCESS"}"#;

async fn query(client: Client) -> Result<alipay::Trade, GatewayError> {
    client.query(&"pay_1".parse().unwrap()).await
}

fn refund() -> Refund {
    Refund {
        out_trade_no: "pay_1".parse().unwrap(),
        out_request_no: "rfd_1".parse().unwrap(),
        amount: "1.00".parse().unwrap(),
        reason: None,
    }
}

#[tokio::test]
async fn a_query_tells_how_the_trade_stands() {
    let trade = query(client_reading(signed(QUERY, PAID))).await.unwrap();
    assert_eq!(
        (trade.status, trade.total),
        (TradeStatus::Success, Fen::new(8_888).unwrap())
    );
    let paid_at: Timestamp = "2026-06-01T12:00:10Z".parse().unwrap();
    assert_eq!(trade.paid_at, Some(paid_at));
    assert_eq!(trade.trade_no.as_str(), "2026060122001");
}

#[tokio::test]
async fn whatever_is_not_the_gateways_whole_signed_answer_leaves_the_outcome_unknown() {
    let good = signed(QUERY, PAID);
    let merchants = alipay::PrivateKey::parse(MERCHANT_PRIVATE).unwrap();
    let merchants = merchants.sign(PAID.as_bytes()).unwrap();
    let unsigned_refusal = r#"{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-signature","sub_msg":"验签出错"}}"#;
    let cases: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("HTML", "<html>502</html>".to_owned()),
        ("no object", "[]".to_owned()),
        ("cut short", good[..good.len() - 2].to_owned()),
        ("continued", format!("{good}{{}}")),
        ("unsigned", format!(r#"{{"{QUERY}":{PAID}}}"#)),
        ("unsigned refusal", unsigned_refusal.to_owned()),
        (
            "unsigned and not found",
            format!(r#"{{"{QUERY}":{{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}}}"#),
        ),
        (
            "signed by the merchant",
            format!(r#"{{"{QUERY}":{PAID},"sign":"{merchants}"}}"#),
        ),
        (
            "a sign that is no text",
            format!(r#"{{"{QUERY}":{PAID},"sign":1}}"#),
        ),
        ("changed", good.replace("88.88", "88.89")),
        ("written again", good.replace("a\\/b", "a/b")),
        ("spaced", good.replace(":{\"code\":\"", ":{ \"code\":\"")),
        ("under another name", good.replace(QUERY, CLOSE)),
        (
            "twice",
            good.replacen('{', &format!(r#"{{"{QUERY}":{PAID},"#), 1),
        ),
        ("two signs", good.replacen('{', r#"{"sign":"x","#, 1)),
        (
            "about another trade",
            signed(QUERY, &PAID.replace("pay_1", "pay_2")),
        ),
        (
            "without a total",
            signed(QUERY, &PAID.replace("total_amount", "amount")),
        ),
        (
            "a misspelled total",
            signed(QUERY, &PAID.replace("88.88", "88.8")),
        ),
        (
            "an unknown state",
            signed(QUERY, &PAID.replace("TRADE_SUCCESS", "TRADE_ODD")),
        ),
        (
            "without a code",
            signed(QUERY, &PAID.replace("\"code\"", "\"kode\"")),
        ),
        (
            "unavailable",
            signed(
                QUERY,
                r#"{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"}"#,
            ),
        ),
        (
            "a system error",
            signed(
                QUERY,
                r#"{"code":"40004","msg":"Business Failed","sub_code":"ACQ.SYSTEM_ERROR"}"#,
            ),
        ),
        (
            "a system error of the gateway",
            signed(
                QUERY,
                r#"{"code":"40004","msg":"Business Failed","sub_code":"aop.ACQ.SYSTEM_ERROR"}"#,
            ),
        ),
        (
            "too large",
            signed(QUERY, &PAID.replace("a\\/b", &"x".repeat(70_000))),
        ),
    ];
    for (name, body) in cases {
        let answer = query(client_reading(body)).await;
        assert!(
            matches!(answer, Err(GatewayError::Unknown { .. })),
            "{name}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn no_answer_and_a_broken_gateway_leave_the_outcome_unknown() {
    let broken = http::Response::builder()
        .status(502)
        .body(Bytes::from(signed(QUERY, PAID)));
    let redirect = http::Response::builder()
        .status(302)
        .body(Bytes::from(signed(QUERY, PAID)));
    for answer in [
        Err(TransportError::Timeout),
        Err(TransportError::Io("reset".to_owned())),
        Err(TransportError::Other("no such host".to_owned())),
        Ok(broken.unwrap()),
        Ok(redirect.unwrap()),
        Ok(http::Response::new(Bytes::from_static(b"\xff\xfe"))),
    ] {
        let text = format!("{answer:?}");
        let answer = query(client_hearing(answer)).await;
        assert!(
            matches!(answer, Err(GatewayError::Unknown { .. })),
            "{text}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn an_unsigned_refusal_is_at_least_told_to_the_log() {
    let body = r#"{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-signature","sub_msg":"验签出错"}}"#;
    let error = query(client_reading(body)).await.unwrap_err();
    assert!(
        error.to_string().contains("isv.invalid-signature"),
        "{error}"
    );
}

#[tokio::test]
async fn a_signed_refusal_is_a_refusal() {
    let content = r#"{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在"}"#;
    let answer = query(client_reading(signed(QUERY, content))).await;
    assert!(matches!(answer, Err(GatewayError::NotFound)), "{answer:?}");

    let content = r#"{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_STATUS_ERROR","sub_msg":"交易状态不合法"}"#;
    let client = client_reading(signed(CLOSE, content));
    let answer = client.close(&"pay_1".parse().unwrap()).await;
    let Err(GatewayError::Refused {
        code,
        sub_code,
        message,
    }) = answer
    else {
        panic!("{answer:?}");
    };
    let expected = ("40004", "ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
    assert_eq!(
        (code.as_str(), sub_code.as_str(), message.as_str()),
        expected
    );
}

#[tokio::test]
async fn a_refund_tells_whether_this_call_moved_money() {
    for (word, expected) in [("Y", true), ("N", false)] {
        let content = format!(
            r#"{{"code":"10000","msg":"Success","fund_change":"{word}","out_trade_no":"pay_1","refund_fee":"3.00","trade_no":"2026060122001"}}"#
        );
        let outcome = client_reading(signed(REFUND, &content))
            .refund(&refund())
            .await
            .unwrap();
        assert_eq!(outcome.fund_change, expected);
        assert_eq!(outcome.refunded_total, Fen::new(300).unwrap());
    }
    let content = r#"{"code":"10000","msg":"Success","out_trade_no":"pay_1","refund_fee":"3.00","trade_no":"2026060122001"}"#;
    let answer = client_reading(signed(REFUND, content))
        .refund(&refund())
        .await;
    assert!(
        matches!(answer, Err(GatewayError::Unknown { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_refund_that_was_not_made_is_none() {
    let asked = refund();
    let made = r#"{"code":"10000","msg":"Success","out_request_no":"rfd_1","out_trade_no":"pay_1","refund_amount":"1.00","refund_status":"REFUND_SUCCESS","total_amount":"88.88","trade_no":"2026060122001"}"#;
    let not_done = made.replace(r#""refund_status":"REFUND_SUCCESS","#, "");
    let nothing = r#"{"code":"10000","msg":"Success"}"#;
    for (content, expected) in [(made, Some(100)), (&not_done, None), (nothing, None)] {
        let client = client_reading(signed(REFUND_QUERY, content));
        let answer = client
            .refund_query(&asked.out_trade_no, &asked.out_request_no)
            .await;
        let amount = answer.unwrap().map(|record| record.amount.minor());
        assert_eq!(amount, expected, "{content}");
    }
    let other = made.replace("rfd_1", "rfd_2");
    let client = client_reading(signed(REFUND_QUERY, &other));
    let answer = client
        .refund_query(&asked.out_trade_no, &asked.out_request_no)
        .await;
    assert!(
        matches!(answer, Err(GatewayError::Unknown { .. })),
        "{answer:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_byte_of_an_answer_can_be_changed(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let good = signed(QUERY, PAID);
        let mut body = good.clone().into_bytes();
        let at = at.index(body.len());
        body[at] = to;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let expected = runtime.block_on(query(client_reading(good))).unwrap();
        match runtime.block_on(query(client_reading(body))) {
            Ok(trade) => prop_assert_eq!(trade, expected),
            Err(error) => prop_assert!(matches!(error, GatewayError::Unknown { .. }), "{}", error),
        }
    }
}
