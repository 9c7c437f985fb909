//! `POST /v1/orders`: what is placed.

use platform::Secret;
use serde_json::{Value, json};
use tokens::CheckoutKey;

use crate::market::{
    Goods, Market, account, address, checkout, organization, place, shop, sku, stock_quota,
};

const ONE_SHIRT: &[(&str, u32, i64)] = &[("shirt", 1, 9_900)];

async fn placed(market: &Market, body: Value) -> Value {
    let answer = place(&market.buyer("ada"), "k1", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn an_order_holds_its_goods_and_can_be_paid_for_fifteen_minutes() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", &[("shirt", 2, 9_900)])]);
    let answer = place(&market.buyer("ada"), "k1", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let group = answer.json();
    let location = format!("/v1/order-groups/{}", group["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(location.as_str()));
    assert_eq!(
        group["total"],
        json!({ "minor": 19_800, "currency": "CNY" })
    );
    assert_eq!(group["pay_by"], "2026-06-01T12:15:00Z");
    let order = &group["orders"][0];
    assert_eq!(order["state"], "awaiting_payment");
    assert_eq!(order["shop"], json!(shop("records")));
    assert_eq!(order["total"], group["total"]);
    assert_eq!(order["delivery"], address());
    let line = &order["lines"][0];
    assert_eq!(line["sku"], json!(sku("shirt")));
    assert_eq!(line["quantity"], 2);
    assert_eq!(
        line["unit_price"],
        json!({ "minor": 9_900, "currency": "CNY" })
    );
    assert_eq!(line["title"], "The shirt");
    assert!(line["commission_bp"].is_null());
    assert_eq!(market.stock_of("shirt").await, (0, 2, 8));
}

#[tokio::test]
async fn the_claim_says_who_pays_what_until_when() {
    let market = Market::with_shirts().await;
    let group = placed(&market, checkout(&[("records", ONE_SHIRT)])).await;
    let environment = market.world.environment("OrdersApi");
    let arn = environment.get("CHECKOUT_SECRET").unwrap();
    let secret: Secret = market.world.aws.secret(arn).await.unwrap();
    let claim = CheckoutKey::of(&secret)
        .verify(group["payment_claim"].as_str().unwrap())
        .unwrap();
    assert_eq!(json!(claim.group), group["id"]);
    assert_eq!(json!(claim.intent()), group["payment_intent"]);
    assert_eq!(claim.account, account("ada"));
    assert_eq!(json!(claim.amount), group["total"]);
    assert_eq!(claim.subject, "The shirt");
    assert_eq!(json!(claim.expires_at), group["pay_by"]);
}

#[tokio::test]
async fn one_checkout_makes_an_order_for_each_shop_and_one_total() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    market.stock("poster", 5).await;
    let poster = Goods {
        name: "poster",
        price_minor: 2_500,
        ..Goods::default()
    };
    market.sell("label", poster).await;
    let orders = [("records", ONE_SHIRT), ("label", &[("poster", 2, 2_500)])];
    let group = placed(&market, checkout(&orders)).await;
    assert_eq!(group["total"]["minor"], 14_900);
    assert_eq!(group["orders"][0]["total"]["minor"], 9_900);
    assert_eq!(group["orders"][1]["total"]["minor"], 5_000);
    assert_eq!(group["orders"][1]["shop"], json!(shop("label")));
    assert_eq!(market.stock_of("shirt").await, (0, 1, 9));
    assert_eq!(market.stock_of("poster").await, (0, 2, 3));
}

#[tokio::test]
async fn two_lines_of_one_sku_are_one_line() {
    let market = Market::with_shirts().await;
    let lines = &[("shirt", 3, 9_900), ("shirt", 4, 9_900)];
    let group = placed(&market, checkout(&[("records", lines)])).await;
    let lines = group["orders"][0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["quantity"], 7);
    assert_eq!(market.stock_of("shirt").await, (0, 7, 3));
}

#[tokio::test]
async fn together_two_lines_of_one_sku_get_no_more_than_there_is() {
    let market = Market::with_shirts().await;
    let lines = &[("shirt", 6, 9_900), ("shirt", 5, 9_900)];
    let answer = place(&market.buyer("ada"), "k1", checkout(&[("records", lines)])).await;
    assert_eq!(answer.problem_code(), "out_of_stock");
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test]
async fn a_bundle_takes_of_every_stock_that_it_is_made_of() {
    let market = Market::with_shirts().await;
    let poster = market.stock("poster", 10).await;
    let bundle = Goods {
        name: "bundle",
        price_minor: 20_000,
        components: Some(vec![(stock_quota("shirt"), 2), (poster, 1)]),
        ..Goods::default()
    };
    market.sell("records", bundle).await;
    // Beside it a shirt of its own, which comes from the same stock.
    let lines = &[("bundle", 3, 20_000), ("shirt", 1, 9_900)];
    let body = checkout(&[("records", lines)]);
    let group = placed(&market, body.clone()).await;
    assert_eq!(group["total"]["minor"], 69_900);
    assert_eq!(market.stock_of("shirt").await, (0, 7, 3));
    assert_eq!(market.stock_of("poster").await, (0, 3, 7));
    // There are posters for another three, but not the shirts.
    let answer = place(&market.buyer("ben"), "k1", body).await;
    assert_eq!(answer.problem_code(), "out_of_stock");
    assert_eq!(market.stock_of("poster").await, (0, 3, 7));
}

#[tokio::test]
async fn what_costs_nothing_is_paid_at_once() {
    let market = Market::with_shirts().await;
    market.stock("flyer", 3).await;
    let flyer = Goods {
        name: "flyer",
        price_minor: 0,
        ..Goods::default()
    };
    market.sell("records", flyer).await;
    let group = placed(&market, checkout(&[("records", &[("flyer", 2, 0)])])).await;
    assert!(group["payment_claim"].is_null());
    assert_eq!(group["orders"][0]["state"], "paid");
    assert_eq!(group["orders"][0]["paid_at"], "2026-06-01T12:00:00Z");
    assert_eq!(market.stock_of("flyer").await, (2, 0, 1));
    let body = checkout(&[("records", &[("flyer", 2, 0)])]);
    let answer = place(&market.buyer("ben"), "k1", body).await;
    assert_eq!(answer.problem_code(), "out_of_stock");
}

#[tokio::test]
async fn what_is_free_waits_for_what_is_not_in_the_same_checkout() {
    let market = Market::with_shirts().await;
    market.stock("flyer", 3).await;
    let flyer = Goods {
        name: "flyer",
        price_minor: 0,
        ..Goods::default()
    };
    market.shop("label").await;
    market.sell("label", flyer).await;
    let orders = [("records", ONE_SHIRT), ("label", &[("flyer", 1, 0)])];
    let group = placed(&market, checkout(&orders)).await;
    assert_eq!(group["total"]["minor"], 9_900);
    assert_eq!(market.states("ada", &group).await, ["awaiting_payment"; 2]);
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["paid"; 2]);
    assert_eq!(market.stock_of("flyer").await, (1, 0, 2));
}

#[tokio::test]
async fn a_free_download_is_handed_over_at_once() {
    let market = Market::with_shirts().await;
    let song = Goods {
        name: "song",
        price_minor: 0,
        fulfilment: "download",
        components: Some(Vec::new()),
        ..Goods::default()
    };
    market.sell("records", song).await;
    let mut body = checkout(&[("records", &[("song", 1, 0)])]);
    body["delivery"] = json!(null);
    let group = placed(&market, body).await;
    assert_eq!(group["orders"][0]["state"], "shipped");
}

#[tokio::test]
async fn an_address_is_kept_only_by_the_orders_that_are_sent() {
    let market = Market::with_shirts().await;
    let song = Goods {
        name: "song",
        fulfilment: "download",
        components: Some(Vec::new()),
        ..Goods::default()
    };
    market.shop("label").await;
    market.sell("label", song).await;
    let orders = [("records", ONE_SHIRT), ("label", &[("song", 1, 9_900)])];
    let group = placed(&market, checkout(&orders)).await;
    assert_eq!(group["orders"][0]["delivery"], address());
    assert!(group["orders"][1]["delivery"].is_null());
}

#[tokio::test]
async fn what_was_agreed_does_not_change_with_the_shop() {
    let market = Market::with_shirts().await;
    let group = placed(&market, checkout(&[("records", ONE_SHIRT)])).await;
    market.pay("ada", &group).await;
    market.tell_shop("records", "open", 900, 2).await;
    let dearer = Goods {
        price_minor: 15_000,
        version: 2,
        ..Goods::default()
    };
    market.sell("records", dearer).await;
    let path = format!("/v1/orders/{}", group["orders"][0]["id"].as_str().unwrap());
    let order = market.seller("records").get(&path).await.json();
    assert_eq!(order["lines"][0]["commission_bp"], 500);
    assert_eq!(order["lines"][0]["unit_price"]["minor"], 9_900);
}

#[tokio::test]
async fn what_is_released_later_can_be_ordered_now() {
    let market = Market::with_shirts().await;
    let album = Goods {
        name: "album",
        fulfilment: "download",
        components: Some(Vec::new()),
        listing_fields: json!({ "released_at": "2026-07-01T00:00:00Z" }),
        ..Goods::default()
    };
    market.sell("records", album).await;
    let group = placed(&market, checkout(&[("records", &[("album", 1, 9_900)])])).await;
    let line = &group["orders"][0]["lines"][0];
    assert_eq!(line["released_at"], "2026-07-01T00:00:00Z");
}

#[tokio::test]
async fn the_same_request_again_has_one_effect_and_one_answer() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", ONE_SHIRT)]);
    let ada = market.buyer("ada");
    let first = place(&ada, "k1", body.clone()).await;
    for minutes in [0, 11, 60 * 24] {
        market.pass_minutes(minutes);
        let again = place(&ada, "k1", body.clone()).await;
        assert_eq!(again.status, 201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json()["orders"], first.json()["orders"]);
    }
    // The hold has ended by itself, and nothing holds twice.
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let market = Market::with_shirts().await;
    let ada = market.buyer("ada");
    place(&ada, "k1", checkout(&[("records", ONE_SHIRT)])).await;
    let other = checkout(&[("records", &[("shirt", 2, 9_900)])]);
    let answer = place(&ada, "k1", other).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (422, "idempotency_key_reused")
    );
    assert_eq!(market.stock_of("shirt").await, (0, 1, 9));
}

#[tokio::test]
async fn another_buyers_key_is_another_key() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", ONE_SHIRT)]);
    let first = place(&market.buyer("ada"), "k1", body.clone()).await.json();
    let second = place(&market.buyer("ben"), "k1", body).await;
    assert_eq!(second.header("idempotent-replayed"), None);
    assert_ne!(second.json()["id"], first["id"]);
    assert_eq!(market.stock_of("shirt").await, (0, 2, 8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tries_of_one_request_at_once_have_one_effect_and_one_answer() {
    let market = Market::open().await;
    market.shop("records").await;
    // Just enough for one, so that the others find nothing left but their twin's order.
    market.stock("shirt", 1).await;
    market.sell("records", Goods::default()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (ada, body) = (market.buyer("ada"), checkout(&[("records", ONE_SHIRT)]));
        tasks.spawn(async move { place(&ada, "k1", body).await });
    }
    let answers = tasks.join_all().await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.body, answers[0].body);
    }
    let replays = answers.iter();
    let replays = replays.filter(|answer| answer.header("idempotent-replayed").is_some());
    assert_eq!(replays.count(), 15);
    assert_eq!(market.stock_of("shirt").await, (0, 1, 0));
}

#[tokio::test]
async fn owners_who_share_in_a_line_are_told_with_the_order() {
    let market = Market::with_shirts().await;
    let owners = json!([
        { "shop": shop("records"), "organization": organization("records"), "share_bp": 6_000 },
        { "shop": shop("label"), "organization": organization("label"), "share_bp": 4_000 },
    ]);
    let duet = Goods {
        name: "duet",
        fulfilment: "service",
        components: Some(Vec::new()),
        listing_fields: json!({ "owners": owners }),
        ..Goods::default()
    };
    market.sell("records", duet).await;
    let group = placed(&market, checkout(&[("records", &[("duet", 1, 9_900)])])).await;
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["paid"]);
}
