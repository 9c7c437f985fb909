//! An offer that several shops own.

use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::market::{Market, Stall, ok};

async fn divide(client: &Client, listing: &str, owners: &[(&str, u16)]) -> Answer {
    let owners: Vec<Value> = owners
        .iter()
        .map(|(shop, share_bp)| json!({ "shop": shop, "share_bp": share_bp }))
        .collect();
    let path = format!("/v1/listings/{listing}/owners");
    let body = json!({ "owners": owners });
    client.request("PUT", &path).json(body).send().await
}

async fn accept(owner: &Stall, listing: &str) -> Answer {
    let path = format!("/v1/listings/{listing}/owners/{}/accept", owner.shop);
    owner.client.post(&path, json!({})).await
}

#[tokio::test]
async fn a_shared_offer_is_sold_once_everybody_has_accepted() {
    let market = Market::open().await;
    let (stars, moons) = (market.stall("stars").await, market.stall("moons").await);
    let service = json!({
        "product_type": "service", "title": "Mixing", "attributes": { "delivered_within_days": 7 },
    });
    let listing = stars.draft(service).await;
    stars.variant(&listing, json!({})).await;
    let shares = [(stars.shop.as_str(), 6_000), (moons.shop.as_str(), 4_000)];
    ok(&divide(&stars.client, &listing, &shares).await);
    ok(&stars.do_to(&listing, "submit").await);
    let approve = format!("/v1/listings/{listing}/approve");
    ok(&market.api.operator().post(&approve, json!({})).await);
    let pending = stars.do_to(&listing, "publish").await;
    assert_eq!(pending.problem_code(), "state_conflict");
    // Who is to be an owner can look at what it is to own.
    let path = format!("/v1/shops/{}/listings/{listing}", stars.shop);
    ok(&moons.client.get(&path).await);
    let accepted = accept(&moons, &listing).await;
    ok(&accepted);
    ok(&accept(&moons, &listing).await);
    // Any change asks everybody anew.
    let shares = [(stars.shop.as_str(), 5_000), (moons.shop.as_str(), 5_000)];
    ok(&divide(&stars.client, &listing, &shares).await);
    assert_eq!(
        stars.do_to(&listing, "publish").await.problem_code(),
        "state_conflict"
    );
    ok(&accept(&moons, &listing).await);
    ok(&stars.do_to(&listing, "publish").await);
    let pause_first = divide(&stars.client, &listing, &shares).await;
    assert_eq!(pause_first.problem_code(), "state_conflict");
    let told = market.told().await;
    let offer = told
        .iter()
        .find(|event| event["type"] == "listing.published")
        .unwrap();
    assert_eq!(
        offer["data"]["owners"],
        json!([
            { "shop": stars.shop, "organization": stars.organization, "share_bp": 5_000 },
            { "shop": moons.shop, "organization": moons.organization, "share_bp": 5_000 },
        ])
    );
}

#[tokio::test]
async fn a_division_that_cannot_be_is_refused() {
    let market = Market::open().await;
    let (stars, moons) = (market.stall("stars").await, market.stall("moons").await);
    let closed = market.draft_shop("suns", json!({})).await;
    let listing = stars.draft(json!({})).await;
    let (stars_shop, moons_shop) = (stars.shop.as_str(), moons.shop.as_str());
    for owners in [
        &[][..],
        &[(stars_shop, 9_999)],
        &[(stars_shop, 5_000), (moons_shop, 5_001)],
        &[(stars_shop, 10_000), (moons_shop, 0)],
        &[(moons_shop, 10_000)],
        &[(stars_shop, 5_000), (stars_shop, 5_000)],
        &[(stars_shop, 5_000), (closed.as_str(), 5_000)],
        &[
            (stars_shop, 5_000),
            ("shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3", 5_000),
        ],
    ] {
        let answer = divide(&stars.client, &listing, owners).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{owners:?}");
    }
    let seen = stars.see(&listing).await;
    assert_eq!(seen["owners"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn shares_are_accepted_by_those_they_are_offered_to_alone() {
    let market = Market::open().await;
    let (stars, moons) = (market.stall("stars").await, market.stall("moons").await);
    let suns = market.stall("suns").await;
    let listing = stars.draft(json!({})).await;
    let shares = [(stars.shop.as_str(), 6_000), (moons.shop.as_str(), 4_000)];
    assert_eq!(
        divide(&moons.client, &listing, &shares)
            .await
            .problem_code(),
        "not_found"
    );
    ok(&divide(&stars.client, &listing, &shares).await);
    assert_eq!(accept(&suns, &listing).await.problem_code(), "not_found");
    let path = format!("/v1/listings/{listing}/owners/{}/accept", moons.shop);
    let lister = stars.client.post(&path, json!({})).await;
    assert_eq!(lister.problem_code(), "not_found");
    let anonymous = market.api.anonymous().post(&path, json!({})).await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
    let stale = moons
        .client
        .request("POST", &path)
        .header("if-match", "\"1\"")
        .send()
        .await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    assert_eq!(stars.see(&listing).await["owners"][1]["accepted"], false);
}
