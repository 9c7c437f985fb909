//! The page, as a browser meets it.

use alipay::{Form, Gateway, TradeStatus};
use bytes::Bytes;
use http::StatusCode;
use jiff::SignedDuration;
use platform::transport::Transport;

use crate::World;

struct Seen {
    status: StatusCode,
    location: String,
    text: String,
}

impl World {
    async fn get(&self, url: &str) -> Seen {
        self.browse(http::Request::get(url).body(Bytes::new()).unwrap())
            .await
    }

    async fn click(&self, path: &str) -> Seen {
        let url = format!("http://sandbox.test{path}");
        self.browse(http::Request::post(url).body(Bytes::new()).unwrap())
            .await
    }

    async fn browse(&self, request: http::Request<Bytes>) -> Seen {
        let answer = self.sandbox.call(request).await.unwrap();
        let location = answer.headers().get("location");
        Seen {
            status: answer.status(),
            location: location.map_or(String::new(), |to| to.to_str().unwrap().to_owned()),
            text: String::from_utf8(answer.body().to_vec()).unwrap(),
        }
    }
}

/// Where the form leads whose action ends with `end`.
fn action(text: &str, end: &str) -> String {
    text.split('"')
        .find(|part| part.ends_with(end))
        .expect("a button")
        .to_owned()
}

#[tokio::test]
async fn a_person_sees_what_to_pay_pays_and_comes_back() {
    let world = World::new();
    let payment = world.payment("pay_1");
    for url in [
        world.client().page_pay(&payment).unwrap(),
        world.client().wap_pay(&payment).unwrap(),
    ] {
        let seen = world.get(&url).await;
        assert_eq!(seen.status, 200);
        for word in [
            "Planet",
            "A T-shirt b more",
            "¥ 100.00",
            "pay_1",
            "2026-06-01 20:15:00",
        ] {
            assert!(seen.text.contains(word), "{word}: {}", seen.text);
        }
    }
    let seen = world.get(&world.client().page_pay(&payment).unwrap()).await;
    let paid = world.click(&action(&seen.text, "/pay")).await;
    assert_eq!(paid.status, 303);
    let back = paid
        .location
        .strip_prefix("http://shop.test/back?group=grp_1&")
        .unwrap();
    let back = Form::decode(back.as_bytes()).unwrap();
    assert!(back.is_signed_by(
        &world.sandbox.merchant().gateway_key,
        &["sign", "sign_type"]
    ));
    assert_eq!(back.text("total_amount"), Some("100.00"));
    let trade = world.sandbox.query(&payment.out_trade_no).await.unwrap();
    assert_eq!(trade.status, TradeStatus::Success);
}

#[tokio::test]
async fn a_person_cancels_and_comes_back_without_a_receipt() {
    let world = World::new();
    let payment = world.payment("pay_1");
    let seen = world.get(&world.sandbox.page_pay(&payment).unwrap()).await;
    let cancelled = world.click(&action(&seen.text, "/cancel")).await;
    assert_eq!(cancelled.status, 303);
    assert_eq!(cancelled.location, "http://shop.test/back?group=grp_1");
    let trade = world.sandbox.trade(&payment.out_trade_no).unwrap();
    assert_eq!(trade.status, TradeStatus::Closed);
}

#[tokio::test]
async fn a_person_who_waits_too_long_cannot_pay() {
    let world = World::new();
    let payment = world.payment("pay_1");
    let seen = world.get(&world.sandbox.page_pay(&payment).unwrap()).await;
    assert!(
        seen.text
            .contains(r#"content="901;url=/sandbox/alipay/trades/"#),
        "{}",
        seen.text
    );
    world.pass(SignedDuration::from_mins(15));
    let late = world.click(&action(&seen.text, "/pay")).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("ACQ.TRADE_HAS_CLOSE"));
    let page = action(&seen.text, "/pay").replace("/pay", "");
    let seen = world.get(&format!("http://sandbox.test{page}")).await;
    assert!(
        seen.text.contains("closed") && !seen.text.contains("<button"),
        "{}",
        seen.text
    );
}

#[tokio::test]
async fn two_clicks_pay_once() {
    let world = World::new();
    let seen = world
        .get(&world.sandbox.page_pay(&world.payment("pay_1")).unwrap())
        .await;
    let button = action(&seen.text, "/pay");
    assert_eq!(world.click(&button).await.status, 303);
    assert_eq!(world.click(&button).await.status, 409);
    assert_eq!(world.sandbox.captured_fen(), 10_000);
    assert_eq!(world.sandbox.due(world.clock.now()).len(), 1);
}

#[tokio::test]
async fn a_trade_without_an_address_to_return_to_shows_itself() {
    let world = World::new();
    let mut payment = world.payment("pay_1");
    payment.return_url = None;
    let seen = world.get(&world.sandbox.page_pay(&payment).unwrap()).await;
    let paid = world.click(&action(&seen.text, "/pay")).await;
    assert_eq!(paid.status, 303);
    let seen = world
        .get(&format!("http://sandbox.test{}", paid.location))
        .await;
    assert!(seen.text.contains("<dd>paid</dd>"), "{}", seen.text);
}

#[tokio::test]
async fn an_address_that_was_changed_shows_no_page() {
    let world = World::new();
    let url = world.sandbox.page_pay(&world.payment("pay_1")).unwrap();
    for (changed, why) in [
        (url.replace("100.00", "0.01"), "isv.invalid-signature"),
        (
            url.replace("sign_type=RSA2", "sign_type=RSA"),
            "isv.invalid-signature-type",
        ),
        (
            url.replace("app_id=9021000000000001", "app_id=9021000000000002"),
            "isv.invalid-app-id",
        ),
        (
            url.replace("charset=utf-8", "charset=GBK"),
            "isv.invalid-charset",
        ),
    ] {
        let seen = world.get(&changed).await;
        assert_eq!(seen.status, 400, "{why}");
        assert!(seen.text.contains(why), "{}", seen.text);
    }
    assert_eq!(world.get(&format!("{url}&app_id=1")).await.status, 400);
    assert!(world.sandbox.trades().is_empty());
}

#[tokio::test]
async fn the_same_number_with_another_price_shows_no_page() {
    let world = World::new();
    let mut payment = world.payment("pay_1");
    world.get(&world.sandbox.page_pay(&payment).unwrap()).await;
    payment.total = crate::fen(1);
    let seen = world.get(&world.sandbox.page_pay(&payment).unwrap()).await;
    assert_eq!(seen.status, 409);
    assert!(
        seen.text.contains("ACQ.CONTEXT_INCONSISTENT"),
        "{}",
        seen.text
    );
}

#[tokio::test]
async fn what_nobody_knows_is_not_found() {
    let world = World::new();
    for path in [
        "/sandbox/alipay/trades/1/pay",
        "/sandbox/alipay/trades/%3Cb%3E/cancel",
    ] {
        assert_eq!(world.click(path).await.status, 404, "{path}");
    }
    assert_eq!(
        world
            .get("http://sandbox.test/sandbox/alipay/trades/1")
            .await
            .status,
        404
    );
    assert_eq!(
        world.get("http://sandbox.test/v1/accounts").await.status,
        404
    );
}
