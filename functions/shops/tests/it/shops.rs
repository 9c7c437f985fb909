//! `POST`, `PATCH` and `GET /v1/shops`

use kernel::Id;
use serde_json::{Value, json};

use crate::market::{Market, id, ok, organization};

#[tokio::test]
async fn a_shop_opens_for_nothing_with_the_default_commission() {
    let market = Market::open().await;
    let seller = market.seller("stars");
    let shop = json!({
        "name": " 星光唱片 ", "slug": "stars", "region": "CN", "currency": "CNY", "about": "Records.",
    });
    let answer = seller.post("/v1/shops", shop).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
    let shop = answer.json();
    assert_eq!(
        (&shop["name"], &shop["state"]),
        (&json!("星光唱片"), &json!("draft"))
    );
    assert_eq!(shop["management"]["commission_bp"], 500);
    assert_eq!(shop["organization"], json!(organization("stars")));
    assert_eq!(shop["house_owned"], false);
}

#[tokio::test]
async fn a_shop_is_seen_by_everybody_once_it_is_open() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({ "slug": "stars" })).await;
    let anonymous = market.api.anonymous();
    for name in [shop.as_str(), "stars"] {
        let path = format!("/v1/shops/{name}");
        assert_eq!(anonymous.get(&path).await.problem_code(), "not_found");
    }
    market.open_shop("stars", &shop).await;
    for name in [shop.as_str(), "stars"] {
        let answer = anonymous.get(&format!("/v1/shops/{name}")).await;
        ok(&answer);
        assert_eq!(answer.json()["id"], shop.as_str());
        assert_eq!(answer.json().get("management"), None);
    }
    let absent = anonymous.get("/v1/shops/no-such-shop").await;
    assert_eq!(absent.problem_code(), "not_found");
}

#[tokio::test]
async fn its_own_people_and_operators_see_a_draft_and_nobody_else() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let path = format!("/v1/shops/{shop}/management");
    for client in [market.seller("stars"), market.api.operator()] {
        assert_eq!(client.get(&path).await.json()["state"], "draft");
    }
    let other = market.seller("moons").get(&path).await;
    assert_eq!(other.problem_code(), "not_found");
    let nobodys = market.api.caller(Id::derive(&["fan"]));
    assert_eq!(
        nobodys.get(&path).await.problem_code(),
        "organization_required"
    );
    let anonymous = market.api.anonymous().get(&path).await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
}

#[tokio::test]
async fn an_organization_lists_its_own_shops_in_pages() {
    let market = Market::open().await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(json!(market.draft_shop("stars", json!({})).await));
        let tick = jiff::SignedDuration::from_millis(1);
        market.world.clock.advance(tick).unwrap();
    }
    market.draft_shop("moons", json!({})).await;
    let seller = market.seller("stars");
    let first = seller.get("/v1/shops?limit=2").await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = seller
        .get(&format!("/v1/shops?limit=2&cursor={next}"))
        .await;
    let second = second.json();
    let ids = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].clone()).collect()
    };
    assert_eq!([ids(&first), ids(&second)].concat(), expected);
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_slug_is_one_shops_and_can_be_given_up() {
    let market = Market::open().await;
    let stars = market
        .draft_shop("stars", json!({ "slug": "night-market" }))
        .await;
    let shop = json!({
        "name": "Moons", "slug": "night-market", "region": "CN", "currency": "CNY",
    });
    let moons = market.seller("moons");
    let taken = moons.post("/v1/shops", shop.clone()).await;
    assert_eq!(
        (taken.status, taken.problem_code().as_str()),
        (409, "slug_taken")
    );
    let path = format!("/v1/shops/{stars}");
    let patch = json!({ "slug": null, "about": "Moved." });
    let given_up = market.seller("stars").patch(&path, patch).await;
    assert_eq!(given_up.json()["slug"], Value::Null);
    let moons = id(&moons.post("/v1/shops", shop).await);
    market.open_shop("moons", &moons).await;
    let found = market.api.anonymous().get("/v1/shops/night-market").await;
    assert_eq!(found.json()["id"], moons.as_str());
}

#[tokio::test]
async fn an_edit_of_another_version_is_refused_and_of_edits_at_once_none_is_lost() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let path = format!("/v1/shops/{shop}");
    let seller = market.seller("stars");
    let edit = |version: &'static str| {
        let request = seller.request("PATCH", &path).header("if-match", version);
        request.json(json!({ "name": "Suns" })).send()
    };
    assert_eq!(edit("\"1\"").await.status, 200);
    assert_eq!(edit("\"1\"").await.problem_code(), "precondition_failed");
    let edits = (0..8).map(|_| seller.patch(&path, json!({ "name": "Suns" })));
    let edits = futures_util::future::join_all(edits).await;
    let done = edits.iter().filter(|answer| answer.status == 200).count();
    assert!(
        edits
            .iter()
            .all(|answer| [200, 412].contains(&answer.status))
    );
    let answer = seller.get(&format!("{path}/management")).await;
    assert_eq!(
        answer.header("etag"),
        Some(format!("\"{}\"", done + 2).as_str())
    );
}

#[tokio::test]
async fn region_and_currency_stay_once_it_is_submitted() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let path = format!("/v1/shops/{shop}");
    let seller = market.seller("stars");
    let moved = seller
        .patch(&path, json!({ "region": "JP", "currency": "JPY" }))
        .await;
    assert_eq!(moved.json()["currency"], "JPY");
    market.open_shop("stars", &shop).await;
    let moved = seller.patch(&path, json!({ "currency": "CNY" })).await;
    assert_eq!(moved.problem_code(), "state_conflict");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let market = Market::open().await;
    let seller = market.seller("stars");
    for (field, value) in [
        ("name", json!("")),
        ("slug", json!("No Slug")),
        ("slug", json!(null)),
        ("region", json!("XX")),
        ("region", json!("cn")),
        ("currency", json!("ZZZ")),
        ("about", json!("")),
        ("house_owned", json!(true)),
        ("commission_bp", json!(100)),
        ("state", json!("open")),
    ] {
        let mut shop = json!({ "name": "Stars", "region": "CN", "currency": "CNY" });
        shop[field] = value.clone();
        let answer = seller.post("/v1/shops", shop).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{field}"));
    }
}

#[tokio::test]
async fn a_shop_is_opened_and_edited_by_those_who_act_for_its_organization_alone() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let edit = format!("/v1/shops/{shop}");
    let new = json!({ "name": "Stars", "region": "CN", "currency": "CNY" });
    let fan = market.api.caller(Id::derive(&["fan"]));
    let clerk = market
        .api
        .member(Id::derive(&["clerk"]), organization("stars"), &["orders"]);
    for (client, on_create, on_edit) in [
        (market.api.anonymous(), "unauthenticated", "unauthenticated"),
        (fan, "organization_required", "organization_required"),
        (clerk, "forbidden", "forbidden"),
    ] {
        let created = client.post("/v1/shops", new.clone()).await;
        assert_eq!(created.problem_code(), on_create);
        let edited = client.patch(&edit, json!({})).await;
        assert_eq!(edited.problem_code(), on_edit);
        assert_eq!(client.get("/v1/shops").await.problem_code(), on_create);
    }
    let other = market.seller("moons");
    assert_eq!(
        other.patch(&edit, json!({})).await.problem_code(),
        "not_found"
    );
    let absent = "/v1/shops/shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    assert_eq!(
        other.patch(absent, json!({})).await.problem_code(),
        "not_found"
    );
}
