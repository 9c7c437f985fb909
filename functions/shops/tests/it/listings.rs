//! `POST /v1/shops/{id}/listings` and `PATCH /v1/listings/{id}`

use kernel::{Id, kind};
use serde_json::{Value, json};

use crate::market::{Market, merged, ok, organization};

#[tokio::test]
async fn a_draft_is_seen_by_its_own_people_alone() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({ "description": "Cotton." })).await;
    let seen = stall.see(&listing).await;
    assert_eq!(seen["management"]["state"], "draft");
    assert_eq!(seen["availability"], "not_published");
    assert_eq!(
        seen["owners"],
        json!([{ "shop": stall.shop, "share_bp": 10_000, "accepted": true }])
    );
    let path = format!("/v1/shops/{}/listings/{listing}", stall.shop);
    assert_eq!(
        market.seller("moons").get(&path).await.problem_code(),
        "not_found"
    );
    ok(&market.api.operator().get(&path).await);
    let public = market
        .api
        .anonymous()
        .get(&format!("/v1/listings/{listing}"))
        .await;
    assert_eq!(public.problem_code(), "not_found");
    let moons = market.stall("moons").await;
    let wrong_shop = format!("/v1/shops/{}/listings/{listing}", moons.shop);
    assert_eq!(
        stall.client.get(&wrong_shop).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn attributes_are_as_the_type_wants_them_or_all_faults_are_named() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let path = format!("/v1/shops/{}/listings", stall.shop);
    let listing = json!({
        "product_type": "digital_album", "title": "Night Market",
        "attributes": { "recordings": ["rcd_x"], "first_released_on": "2026-02-30", "mood": "blue" },
    });
    let answer = stall.client.post(&path, listing).await;
    assert_eq!(answer.problem_code(), "validation_failed");
    let errors = answer.json()["errors"].clone();
    let mut pointers: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].clone())
        .collect();
    pointers.sort_by_key(Value::to_string);
    let expected = [
        "/attributes/artist",
        "/attributes/first_released_on",
        "/attributes/mood",
        "/attributes/recordings/0",
    ];
    assert_eq!(pointers, expected);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let path = format!("/v1/shops/{}/listings", stall.shop);
    let usual = json!({ "product_type": "service", "title": "Mixing", "attributes": { "delivered_within_days": 1 } });
    for (field, value, pointer) in [
        ("product_type", json!("spaceship"), "/product_type"),
        ("product_type", json!("Service"), "/product_type"),
        ("title", json!(""), "/title"),
        ("title", json!("a\nb"), "/title"),
        ("attributes", json!({}), "/attributes/delivered_within_days"),
        ("attributes", json!([]), "/attributes"),
        ("released_at", json!("2026-07-01T00:00:00Z"), "/released_at"),
        ("released_at", json!("tomorrow"), "/released_at"),
        ("media", json!([{ "purpose": "cover" }]), "/media/0"),
        ("owners", json!([]), "/owners"),
        ("state", json!("published"), "/state"),
    ] {
        let mut listing = usual.clone();
        listing[field] = value.clone();
        let answer = stall.client.post(&path, listing).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        let found = answer.json()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(found.starts_with(pointer), "{field}: {value}: {found}");
    }
}

#[tokio::test]
async fn the_files_of_a_listing_are_its_organizations_ready_and_fit_their_purpose() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let cover = market.file("stars", "cover", "image").await;
    let song = market.file("stars", "song", "audio").await;
    let foreign = market.file("moons", "cover", "image").await;
    let absent = Id::<kind::Media>::derive(&["absent"]).to_string();
    let rejected = market.file("stars", "rejected", "image").await;
    let data = json!({ "media": rejected, "organization": organization("stars"), "version": 3 });
    market.tell("media.rejected", &rejected, data).await;

    let path = format!("/v1/shops/{}/listings", stall.shop);
    let shown = |purpose: &str, media: &str| json!([{ "purpose": purpose, "media": media }]);
    let twice = json!([shown("cover", &cover)[0], shown("cover", &cover)[0]]);
    for (media, code) in [
        (shown("cover", &cover), None),
        (shown("cover", &foreign), Some("media_not_ready")),
        (shown("cover", &absent), Some("media_not_ready")),
        (shown("cover", &rejected), Some("media_not_ready")),
        (shown("cover", &song), Some("validation_failed")),
        (shown("banner", &cover), Some("validation_failed")),
        (twice, Some("validation_failed")),
    ] {
        let listing = json!({
            "product_type": "merchandise", "title": "Shirt", "media": media,
            "attributes": { "ships_within_days": 3 },
        });
        let answer = stall.client.post(&path, listing).await;
        match code {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(code) => assert_eq!(answer.problem_code(), code, "{media}"),
        }
    }
}

#[tokio::test]
async fn what_is_absent_stays_and_null_empties() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let release = "2026-07-01T00:00:00Z";
    let listing = stall
        .draft(json!({ "description": "Cotton.", "released_at": release, "accept_terms": false }))
        .await;
    let path = format!("/v1/listings/{listing}");
    let answer = stall
        .client
        .patch(&path, json!({ "title": "Poster" }))
        .await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
    let edited = answer.json();
    assert_eq!(
        (&edited["title"], &edited["description"]),
        (&json!("Poster"), &json!("Cotton."))
    );
    assert_eq!(
        (
            &edited["released_at"],
            &edited["management"]["terms_accepted"]
        ),
        (&json!(release), &json!(false))
    );
    let patch = json!({
        "description": null, "released_at": null, "accept_terms": true,
        "attributes": { "ships_within_days": 9, "brand": "Stars" },
    });
    let edited = stall.client.patch(&path, patch).await.json();
    assert_eq!(
        (&edited["description"], &edited["released_at"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(edited["attributes"]["brand"], "Stars");
    let edited = stall
        .client
        .patch(&path, json!({ "accept_terms": false }))
        .await
        .json();
    assert_eq!(edited["management"]["terms_accepted"], true);
}

#[tokio::test]
async fn an_edit_of_another_version_is_refused() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let path = format!("/v1/listings/{}", stall.draft(json!({})).await);
    let edit = |version: &'static str| {
        let request = stall
            .client
            .request("PATCH", &path)
            .header("if-match", version);
        request.json(json!({ "title": "Poster" })).send()
    };
    assert_eq!(edit("\"1\"").await.status, 200);
    assert_eq!(edit("\"1\"").await.problem_code(), "precondition_failed");
}

#[tokio::test]
async fn listings_are_made_and_edited_by_those_who_act_for_the_shop_alone() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let new = merged(
        json!({ "product_type": "service", "title": "Mixing" }),
        json!({}),
    );
    let create = format!("/v1/shops/{}/listings", stall.shop);
    let edit = format!("/v1/listings/{listing}");
    let clerk = market
        .api
        .member(Id::derive(&["clerk"]), stall.organization, &["orders"]);
    for (client, code) in [
        (market.api.anonymous(), "unauthenticated"),
        (
            market.api.caller(Id::derive(&["fan"])),
            "organization_required",
        ),
        (clerk, "forbidden"),
        (market.seller("moons"), "not_found"),
    ] {
        assert_eq!(client.post(&create, new.clone()).await.problem_code(), code);
        assert_eq!(client.get(&create).await.problem_code(), code);
        assert_eq!(client.patch(&edit, json!({})).await.problem_code(), code);
        for step in ["submit", "publish", "pause"] {
            let answer = client.post(&format!("{edit}/{step}"), json!({})).await;
            assert_eq!(answer.problem_code(), code, "{step}");
        }
    }
}

#[tokio::test]
async fn a_shops_people_list_all_its_listings_in_pages_newest_first() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.insert(0, json!(stall.draft(json!({})).await));
        let tick = jiff::SignedDuration::from_millis(1);
        market.world.clock.advance(tick).unwrap();
    }
    let path = format!("/v1/shops/{}/listings?limit=2", stall.shop);
    let first = stall.client.get(&path).await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = stall
        .client
        .get(&format!("{path}&cursor={next}"))
        .await
        .json();
    let pages = [&first, &second].map(|page| page["items"].as_array().unwrap().clone());
    let ids: Vec<_> = pages
        .concat()
        .iter()
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(ids, expected);
}
