//! In which currencies something may be given a price: `CURRENCIES`

use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    box_office::{BoxOffice, points},
    shop::{PRICE, Shop, id, redeem},
};

async fn offering(mut shop: Shop, currencies: &str) -> Shop {
    let only = [("CURRENCIES", currencies)];
    let world = &shop.world;
    shop.api = world.app_with("VouchersApi", &only, vouchers::build).await;
    shop
}

fn assert_not_offered(answer: &Answer, pointer: &str) {
    let told = (answer.status, answer.problem_code());
    assert_eq!(told, (422, "currency_not_offered".to_owned()));
    assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
}

fn partner(currency: &str) -> Value {
    json!({ "name": "Golden Rooster", "mode": "sandbox", "terms": { "currency": currency } })
}

#[tokio::test]
async fn terms_are_agreed_in_a_currency_that_is_offered() {
    let shop = offering(Shop::open().await, "CNY,HKD").await;
    let operator = shop.api.operator();
    let refused = operator.post("/v1/partners", partner("USD")).await;
    assert_not_offered(&refused, "/terms/currency");
    let rooster = id(&operator.post("/v1/partners", partner("HKD")).await);
    let path = format!("/v1/partners/{rooster}");
    let refused = operator
        .patch(&path, json!({ "terms": { "currency": "USD" } }))
        .await;
    assert_not_offered(&refused, "/terms/currency");
    let agreed = operator.patch(&path, json!({ "terms": { "currency": "CNY" } }));
    assert_eq!(agreed.await.status, 200);
}

#[tokio::test]
async fn what_was_agreed_in_a_currency_that_was_withdrawn_goes_on_and_nothing_is_agreed_anew() {
    let mut office = BoxOffice::open().await;
    let price = json!({ "minor": 1_600, "currency": "CNY" });
    let priced = json!({ "partner_id": office.hook.partner, "unit_price": price });
    let reward = office.shop.reward(1, priced.clone()).await;

    office.shop = offering(office.shop, "HKD").await;
    let operator = office.shop.api.operator();
    let ada = office.shop.member("ada", PRICE).await;
    let redeemed = redeem(&ada, &reward, "k1").await;
    assert_eq!(redeemed.status, 201, "{}", redeemed.text());
    let granted = office.grant(points("t1", 100)).await;
    assert_eq!(granted.status, 201, "{}", granted.text());
    // Other terms can be changed.
    let path = format!("/v1/partners/{}", office.hook.partner);
    let renamed = operator.patch(&path, json!({ "name": "Rooster" })).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());

    let mut another = json!({
        "name": "Supper", "description": "A supper.", "price_points": 1, "voucher_valid_days": 30,
    });
    for (name, value) in priced.as_object().unwrap() {
        another[name] = value.clone();
    }
    let refused = operator.post("/v1/rewards", another.clone()).await;
    assert_not_offered(&refused, "/unit_price/currency");
    another["unit_price"]["minor"] = json!(0);
    id(&operator.post("/v1/rewards", another).await);
    let path = format!("/v1/rewards/{reward}");
    let paused = operator.patch(&path, json!({ "status": "paused" })).await;
    assert_eq!(paused.status, 200, "{}", paused.text());
    let refused = operator.patch(&path, json!({ "status": "published" }));
    assert_not_offered(&refused.await, "/unit_price/currency");
    let offered = office.offer("k2", json!({})).await;
    assert_not_offered(&offered, "/unit_price/currency");
}
