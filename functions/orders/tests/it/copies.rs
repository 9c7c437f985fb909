//! What shops tell of themselves and of what they sell, in whatever order it arrives.

use serde_json::json;

use crate::market::{
    Goods, Market, checkout, listing, listing_data, organization, place, shop, sku,
};

async fn code_of(market: &Market, key: &str, body: serde_json::Value) -> String {
    let answer = place(&market.buyer("ada"), key, body).await;
    match answer.status {
        201 => "placed".to_owned(),
        _ => answer.problem_code(),
    }
}

#[tokio::test]
async fn an_older_version_of_a_shop_or_listing_changes_nothing() {
    let market = Market::with_shirts().await;
    market.tell_shop("records", "open", 700, 5).await;
    market.tell_shop("records", "suspended", 700, 4).await;
    let newer = Goods {
        price_minor: 8_000,
        version: 5,
        ..Goods::default()
    };
    market.sell("records", newer).await;
    market
        .sell(
            "records",
            Goods {
                price_minor: 7_000,
                version: 4,
                ..Goods::default()
            },
        )
        .await;
    let body = checkout(&[("records", &[("shirt", 1, 8_000)])]);
    assert_eq!(code_of(&market, "k1", body).await, "placed");
}

#[tokio::test]
async fn a_sku_that_a_listing_has_no_more_is_not_for_sale_and_can_come_back() {
    let market = Market::with_shirts().await;
    market.stock("poster", 5).await;
    let both = |version: u64, names: &[&'static str]| {
        let mut data = listing_data("records", &Goods::default());
        data["version"] = json!(version);
        let skus = names.iter().map(|name| {
            let goods = Goods {
                name,
                ..Goods::default()
            };
            listing_data("records", &goods)["skus"][0].clone()
        });
        data["skus"] = json!(skus.collect::<Vec<_>>());
        data
    };
    let subject = listing("shirt").to_string();
    let poster = checkout(&[("records", &[("poster", 1, 9_900)])]);
    let shirt = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    for (version, names, poster_code, shirt_code) in [
        (2, &["shirt", "poster"][..], "placed", "placed"),
        (3, &["poster"], "placed", "listing_unavailable"),
        (4, &[], "listing_unavailable", "listing_unavailable"),
        (5, &["shirt"], "listing_unavailable", "placed"),
    ] {
        let data = both(version, names);
        market
            .tell("listing.changed", &subject, version, data)
            .await;
        let key = format!("poster-{version}");
        assert_eq!(
            code_of(&market, &key, poster.clone()).await,
            poster_code,
            "{version}"
        );
        let key = format!("shirt-{version}");
        assert_eq!(
            code_of(&market, &key, shirt.clone()).await,
            shirt_code,
            "{version}"
        );
    }
}

#[tokio::test]
async fn all_skus_of_the_largest_listing_are_exchanged_at_once() {
    // As many as shops lets a listing have.
    const MAX_SKUS: usize = 49;
    let market = Market::with_shirts().await;
    let subject = listing("shirt").to_string();
    for (version, prefix) in [(2, "old"), (3, "new")] {
        let mut data = listing_data("records", &Goods::default());
        data["version"] = json!(version);
        let skus = (0..MAX_SKUS).map(|number| {
            let mut one = data["skus"][0].clone();
            one["sku"] = json!(sku(&format!("{prefix}-{number}")));
            one
        });
        data["skus"] = skus.collect();
        market
            .tell("listing.changed", &subject, version, data)
            .await;
    }
    for (name, expected) in [
        ("old-0", "listing_unavailable"),
        ("old-48", "listing_unavailable"),
        ("new-0", "placed"),
        ("new-48", "placed"),
    ] {
        let body = checkout(&[("records", &[(name, 1, 9_900)])]);
        assert_eq!(code_of(&market, name, body).await, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_that_arrive_at_once_leave_the_newest() {
    let market = Market::with_shirts().await;
    for version in (2..=9_u64).rev() {
        let goods = Goods {
            price_minor: 1_000 * i64::try_from(version).unwrap(),
            version,
            ..Goods::default()
        };
        let data = listing_data("records", &goods);
        market.send("listing.changed", "lst", version, data).await;
    }
    tokio::join!(
        market.world.drain("OrdersQueue", &market.worker),
        market.world.drain("OrdersQueue", &market.worker),
    );
    assert_eq!(market.world.depth("OrdersQueueDead").await, 0);
    let body = checkout(&[("records", &[("shirt", 1, 9_000)])]);
    assert_eq!(code_of(&market, "k1", body).await, "placed");
}

#[tokio::test]
async fn a_listing_of_a_type_that_nobody_can_hand_over_is_not_for_sale() {
    let market = Market::with_shirts().await;
    let goods = Goods {
        version: 2,
        saleable: false,
        listing_fields: json!({ "fulfilment": null, "unavailable_because": "type_unknown" }),
        ..Goods::default()
    };
    market.sell("records", goods).await;
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    assert_eq!(code_of(&market, "k1", body).await, "listing_unavailable");
}

#[tokio::test]
async fn what_cannot_be_is_left_for_people_to_look_at_and_hurts_nobody() {
    let market = Market::with_shirts().await;
    let sharing = |share_bp: u32| {
        json!([{
            "shop": shop("records"), "organization": organization("records"), "share_bp": share_bp,
        }])
    };
    let bad = [
        json!({ "owners": sharing(9_999) }),
        json!({ "owners": [] }),
        json!({ "fulfilment": "pigeon" }),
        json!({ "skus": [{ "sku": sku("shirt"), "title": "", "price_minor": -1 }] }),
    ];
    for (number, fields) in bad.into_iter().enumerate() {
        let goods = Goods {
            version: 9,
            listing_fields: fields,
            ..Goods::default()
        };
        let data = listing_data("records", &goods);
        market.send("listing.changed", "lst", 9, data).await;
        market.world.drain("OrdersQueue", &market.worker).await;
        assert_eq!(market.world.depth("OrdersQueueDead").await, number + 1);
    }
    market.send("weather.changed", "x", 1, json!({})).await;
    market.world.send("OrdersQueue", "not json").await;
    market.world.drain("OrdersQueue", &market.worker).await;
    assert_eq!(market.world.depth("OrdersQueueDead").await, 6);
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    assert_eq!(code_of(&market, "k1", body).await, "placed");
}
