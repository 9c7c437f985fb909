//! Order strings, as the Alipay app pays them.

use alipay::{Gateway, TradeStatus};
use bytes::Bytes;
use jiff::SignedDuration;
use platform::transport::Transport;
use serde_json::Value;

use crate::World;

async fn handed_to_the_app(world: &World, order: &str) -> Value {
    let request = http::Request::post("http://sandbox.test/sandbox/alipay/orders")
        .body(Bytes::from(order.to_owned()))
        .unwrap();
    let answer = world.sandbox.call(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test]
async fn an_order_string_is_paid_by_the_app() {
    let world = World::new();
    let payment = world.payment("pay_1");
    let order = world.sandbox.app_pay(&payment).unwrap();
    let answer = handed_to_the_app(&world, &order).await;
    assert_eq!(answer["resultStatus"], "9000");
    let result: Value = serde_json::from_str(answer["result"].as_str().unwrap()).unwrap();
    let paid = &result["alipay_trade_app_pay_response"];
    assert_eq!(paid["out_trade_no"], "pay_1");
    assert_eq!(paid["total_amount"], "100.00");
    let trade = world.sandbox.query(&payment.out_trade_no).await.unwrap();
    assert_eq!(trade.status, TradeStatus::Success);

    let again = handed_to_the_app(&world, &order).await;
    assert_eq!(again["resultStatus"], "4000");
    assert_eq!(world.sandbox.captured_fen(), 10_000);
}

#[tokio::test]
async fn an_order_that_has_expired_was_changed_or_is_for_a_page_is_not_paid() {
    let world = World::new();
    let payment = world.payment("pay_1");
    let order = world.sandbox.app_pay(&payment).unwrap();
    let url = world.sandbox.page_pay(&payment).unwrap();
    let page = url.split_once('?').unwrap().1;
    world.pass(SignedDuration::from_mins(15));
    for order in [&order, &order.replace("100.00", "0.01"), page, "", "a", "%"] {
        let answer = handed_to_the_app(&world, order).await;
        assert_eq!(answer["resultStatus"], "4000", "{order}");
    }
    assert_eq!(world.sandbox.captured_fen(), 0);
}
