//! Variants: `POST`, `PATCH` and `DELETE`

use kernel::Id;
use serde_json::{Value, json};

use crate::market::{Market, id, ok};

#[tokio::test]
async fn a_variant_has_a_price_or_says_that_it_is_free() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let cny = |minor: Value| json!({ "minor": minor, "currency": "CNY" });
    for (price, free, pointer) in [
        (cny(json!(1)), json!(null), None),
        (json!(null), json!(true), None),
        (json!(null), json!(null), Some("/price")),
        (json!(null), json!(false), Some("/price")),
        (cny(json!(1)), json!(true), Some("/free")),
        (cny(json!(0)), json!(null), Some("/price/minor")),
        (cny(json!(-1)), json!(null), Some("/price/minor")),
        (cny(json!(1.0)), json!(null), Some("/price/minor")),
        (
            cny(json!(9_007_199_254_740_992_i64)),
            json!(null),
            Some("/price"),
        ),
        (
            json!({ "minor": 1, "currency": "USD" }),
            json!(null),
            Some("/price/currency"),
        ),
    ] {
        let answer = stall
            .try_variant(&listing, json!({ "price": price, "free": free }))
            .await;
        match pointer {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(pointer) => {
                assert_eq!(answer.problem_code(), "validation_failed", "{price} {free}");
                assert_eq!(
                    answer.json()["errors"][0]["pointer"],
                    pointer,
                    "{price} {free}"
                );
            }
        }
    }
}

#[tokio::test]
async fn options_are_those_of_the_type() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    for (options, pointer) in [
        (json!({ "size": "M", "colour": "靛蓝" }), None),
        (json!({ "format": "vinyl" }), None),
        (json!({ "format": "wax" }), Some("/options/format")),
        (json!({ "smell": "rose" }), Some("/options/smell")),
    ] {
        let answer = stall
            .try_variant(&listing, json!({ "options": options }))
            .await;
        match pointer {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(pointer) => assert_eq!(answer.json()["errors"][0]["pointer"], pointer),
        }
    }
}

#[tokio::test]
async fn downloads_are_files_of_the_organization_that_the_type_sells() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let recording = Id::<kernel::kind::Recording>::derive(&["one"]);
    let listing = stall
        .draft(json!({
            "product_type": "digital_track",
            "attributes": { "recording": recording, "artist": "The Stalls" },
        }))
        .await;
    let song = market.file("stars", "song", "audio").await;
    let cover = market.file("stars", "cover", "image").await;
    let foreign = market.file("moons", "song", "audio").await;
    for (downloads, code) in [
        (json!([song]), None),
        (json!([]), Some("validation_failed")),
        (json!([song, song]), Some("validation_failed")),
        (json!([cover]), Some("validation_failed")),
        (json!([foreign]), Some("media_not_ready")),
    ] {
        let answer = stall
            .try_variant(&listing, json!({ "downloads": downloads }))
            .await;
        match code {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(code) => assert_eq!(answer.problem_code(), code, "{downloads}"),
        }
    }
    let seen = stall.see(&listing).await;
    assert_eq!(seen["variants"][0]["download_count"], 1);
    assert_eq!(
        seen["management"]["variants"][0]["downloads"],
        json!([song])
    );
    let shirt = stall.draft(json!({})).await;
    let answer = stall
        .try_variant(&shirt, json!({ "downloads": [song] }))
        .await;
    assert_eq!(answer.problem_code(), "validation_failed");
}

#[tokio::test]
async fn tickets_are_those_of_a_published_concert_of_the_organization() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (concert, quota) = market.concert("stars", json!({})).await;
    let (foreign, foreign_quota) = market.concert("moons", json!({})).await;
    let (draft, draft_quota) = market
        .concert(
            "suns",
            json!({ "state": "draft", "organization": stall.organization }),
        )
        .await;
    let listing = stall
        .draft(json!({ "product_type": "ticket", "attributes": {} }))
        .await;
    let tickets = |concert: &str, quota: &str| json!({ "concert": concert, "ticket_quota": quota });
    for (tickets, pointer) in [
        (tickets(&concert, &quota), None),
        (tickets(&foreign, &foreign_quota), Some("/tickets/concert")),
        (tickets(&draft, &draft_quota), Some("/tickets/concert")),
        (
            tickets(&concert, &foreign_quota),
            Some("/tickets/ticket_quota"),
        ),
        (Value::Null, Some("/tickets")),
    ] {
        let answer = stall
            .try_variant(&listing, json!({ "tickets": tickets }))
            .await;
        match pointer {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(pointer) => {
                assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{tickets}")
            }
        }
    }
    let seen = stall.see(&listing).await;
    assert_eq!(
        seen["variants"][0]["tickets"]["days"],
        json!(["2026-07-01"])
    );
    let shirt = stall.draft(json!({})).await;
    let answer = stall
        .try_variant(&shirt, json!({ "tickets": tickets(&concert, &quota) }))
        .await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/tickets");
}

#[tokio::test]
async fn a_variant_is_changed_and_removed() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let sku = stall
        .variant(&listing, json!({ "options": { "size": "M" } }))
        .await;
    let path = format!("/v1/listings/{listing}/variants/{sku}");
    let patch = json!({ "title": "Size L", "price": { "minor": 5, "currency": "CNY" } });
    let changed = stall.client.patch(&path, patch).await;
    ok(&changed);
    let variant = changed.json()["management"]["variants"][0]["variant"].clone();
    assert_eq!(
        (&variant["title"], &variant["price"]["minor"]),
        (&json!("Size L"), &json!(5))
    );
    assert_eq!(variant["options"]["size"], "M");
    let changed = stall
        .client
        .patch(&path, json!({ "free": true, "options": {} }))
        .await
        .json();
    let variant = &changed["management"]["variants"][0]["variant"];
    assert_eq!(
        (&variant["free"], &variant["options"]),
        (&json!(true), &json!({}))
    );
    let stale = stall
        .client
        .request("DELETE", &path)
        .header("if-match", "\"1\"")
        .send()
        .await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    let removed = stall.client.delete(&path).await;
    assert_eq!(removed.json()["management"]["variants"], json!([]));
    assert_eq!(stall.client.delete(&path).await.problem_code(), "not_found");
    assert_eq!(
        stall.client.patch(&path, json!({})).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn variants_are_for_the_shops_people_alone() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let sku = stall.variant(&listing, json!({})).await;
    let add = format!("/v1/listings/{listing}/variants");
    let one = format!("{add}/{sku}");
    let stock = format!("{one}/stock");
    let new = json!({ "title": "Size L", "free": true });
    for (client, code) in [
        (market.api.anonymous(), "unauthenticated"),
        (
            market.api.caller(Id::derive(&["fan"])),
            "organization_required",
        ),
        (market.seller("moons"), "not_found"),
    ] {
        assert_eq!(client.post(&add, new.clone()).await.problem_code(), code);
        assert_eq!(client.patch(&one, json!({})).await.problem_code(), code);
        assert_eq!(client.delete(&one).await.problem_code(), code);
        assert_eq!(client.get(&stock).await.problem_code(), code);
        let set = client
            .request("PUT", &stock)
            .json(json!({ "on_hand": 1 }))
            .send()
            .await;
        assert_eq!(set.problem_code(), code);
    }
    assert_eq!(
        stall.see(&listing).await["management"]["variants"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn of_variants_added_at_once_none_is_lost_in_silence() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let adds = (0..8).map(|_| stall.try_variant(&listing, json!({})));
    let adds = futures_util::future::join_all(adds).await;
    let done = adds.iter().filter(|answer| answer.status == 201).count();
    assert!(
        adds.iter()
            .all(|answer| [201, 412].contains(&answer.status))
    );
    let seen = stall.see(&listing).await;
    assert_eq!(
        seen["management"]["variants"].as_array().unwrap().len(),
        done
    );
}

#[tokio::test]
async fn the_example_of_the_documentation_is_accepted() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let path = format!("/v1/listings/{}/variants", stall.draft(json!({})).await);
    let variant = json!({
        "title": "Size M", "options": { "size": "M" }, "price": { "minor": 1200, "currency": "CNY" },
    });
    id(&stall.client.post(&path, variant).await);
}
