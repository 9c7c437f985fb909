//! What may be published, and what happens to it when rights change.

use futures_util::future::join_all;
use serde_json::json;

use crate::rights_stage::{Stage, done, grant, grant_in, id};

#[tokio::test]
async fn a_song_is_sold_by_its_holder_and_by_whoever_has_a_grant() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let own = stage.shop("label", "CN").await;
    stage.track("label", &own, &recording).await;

    let shop = stage.shop("store", "CN").await;
    let listing = stage.draft_track("store", &shop, &recording).await;
    let refused = stage.publish("store", &listing).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "rights_missing")
    );
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains(&recording) && detail.contains("download"),
        "{detail}"
    );

    for wrong in [
        json!({ "uses": ["karaoke", "stream"] }),
        json!({ "territories": ["JP"] }),
        json!({ "from": "2026-06-02T12:00:00Z" }),
    ] {
        stage.grant("label", &recording, "store", wrong).await;
        assert_eq!(
            stage.publish("store", &listing).await.problem_code(),
            "rights_missing"
        );
    }
    stage.grant("label", &recording, "another", json!({})).await;
    assert_eq!(
        stage.publish("store", &listing).await.problem_code(),
        "rights_missing"
    );
    stage
        .grant(
            "label",
            &recording,
            "store",
            json!({ "territories": ["CN"] }),
        )
        .await;
    done(&stage.publish("store", &listing).await);
}

#[tokio::test]
async fn every_type_of_song_and_of_material_asks_for_its_own_use() {
    let stage = Stage::set().await;
    let (work, recording) = stage.song("label").await;
    let shop = stage.shop("store", "CN").await;
    for (product_type, attributes, subject, use_type) in [
        (
            "digital_album",
            json!({ "recordings": [recording], "artist": "x" }),
            &recording,
            "download",
        ),
        (
            "karaoke_track",
            json!({ "recording": recording }),
            &recording,
            "karaoke",
        ),
        (
            "lyric_excerpt",
            json!({ "work": work, "excerpt": "la la" }),
            &work,
            "lyric_excerpt",
        ),
        (
            "stem",
            json!({ "recording": recording }),
            &recording,
            "stem",
        ),
        ("demo", json!({ "work": work }), &work, "demo"),
    ] {
        let listing = stage
            .listing("store", &shop, product_type, attributes)
            .await;
        let refused = stage.publish("store", &listing).await;
        assert_eq!(refused.problem_code(), "rights_missing", "{product_type}");
        stage
            .grant("label", subject, "store", json!({ "uses": [use_type] }))
            .await;
        done(&stage.publish("store", &listing).await);
    }
    let nothing = stage.listing("store", &shop, "demo", json!({})).await;
    assert_eq!(
        stage.publish("store", &nothing).await.problem_code(),
        "rights_missing"
    );
}

#[tokio::test]
async fn who_records_another_s_work_needs_a_right_in_the_work() {
    let stage = Stage::set().await;
    let work = stage.work("publisher").await;
    let cover = stage.recording("band", &work).await;
    let shop = stage.shop("band", "CN").await;
    let listing = stage.draft_track("band", &shop, &cover).await;
    assert_eq!(
        stage.publish("band", &listing).await.problem_code(),
        "rights_missing"
    );
    let licence = stage.grant("publisher", &work, "band", json!({})).await;
    done(&stage.publish("band", &listing).await);

    // Who is granted the cover is vouched for by the band.
    stage.grant("band", &cover, "store", json!({})).await;
    let store = stage.shop("store", "CN").await;
    let resold = stage.track("store", &store, &cover).await;

    done(&stage.revoke("publisher", &licence, json!({})).await);
    stage.settle().await;
    assert_eq!(stage.state("band", &shop, &listing).await, "suspended");
    assert_eq!(stage.state("store", &store, &resold).await, "suspended");
}

#[tokio::test]
async fn an_exclusive_grant_elsewhere_suspends_songs_and_nothing_else() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let shop = stage.shop("label", "CN").await;
    let song = stage.track("label", &shop, &recording).await;
    let service = json!({ "delivered_within_days": 3 });
    let service = stage.listing("label", &shop, "service", service).await;
    done(&stage.publish("label", &service).await);
    let licensed = stage.shop("store", "CN").await;
    stage.grant("label", &recording, "store", json!({})).await;
    let resold = stage.track("store", &licensed, &recording).await;

    stage
        .grant("label", &recording, "giant", json!({ "exclusive": true }))
        .await;
    stage.settle().await;
    assert_eq!(stage.state("label", &shop, &song).await, "suspended");
    assert_eq!(stage.state("store", &licensed, &resold).await, "suspended");
    assert_eq!(stage.state("label", &shop, &service).await, "published");
    let giant = stage.shop("giant", "CN").await;
    stage.track("giant", &giant, &recording).await;

    // The holder itself gave it away, and can sell again only when it comes back.
    assert_eq!(
        stage.publish("label", &song).await.problem_code(),
        "rights_missing"
    );
}

#[tokio::test]
async fn an_exclusive_grant_for_another_use_or_country_leaves_listings_alone() {
    let stage = Stage::set().await;
    let (work, recording) = stage.song("label").await;
    let shop = stage.shop("label", "CN").await;
    let song = stage.track("label", &shop, &recording).await;
    for (subject, terms) in [
        (
            &recording,
            json!({ "uses": ["karaoke"], "exclusive": true }),
        ),
        (
            &recording,
            json!({ "territories": ["JP"], "exclusive": true }),
        ),
        (
            &work,
            json!({ "uses": ["stem", "demo"], "exclusive": true }),
        ),
    ] {
        stage.grant("label", subject, "giant", terms).await;
    }
    stage.settle().await;
    assert_eq!(stage.state("label", &shop, &song).await, "published");
}

#[tokio::test]
async fn a_revocation_suspends_listings_within_one_event_and_its_end_brings_them_back() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let shop = stage.shop("store", "CN").await;
    let made = stage.grant("label", &recording, "store", json!({})).await;
    let listing = stage.track("store", &shop, &recording).await;
    stage.settle().await;
    assert_eq!(stage.state("store", &shop, &listing).await, "published");

    done(&stage.revoke("label", &made, json!({})).await);
    stage.settle().await;
    assert_eq!(stage.state("store", &shop, &listing).await, "suspended");
    stage.settle().await;
    let told = stage.world.messages("OrdersQueue").await;
    let of_listing = |event: &&serde_json::Value| event["subject"] == listing.as_str();
    let kinds: std::collections::BTreeSet<_> = told
        .iter()
        .filter(of_listing)
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert!(kinds.contains("listing.suspended"), "{kinds:?}");
    assert_eq!(
        stage.publish("store", &listing).await.problem_code(),
        "rights_missing"
    );

    stage.grant("label", &recording, "store", json!({})).await;
    done(&stage.publish("store", &listing).await);
    // The events of before come again, as they may, and find nothing to object to.
    stage.settle().await;
    assert_eq!(stage.state("store", &shop, &listing).await, "published");
}

#[tokio::test]
async fn a_grant_that_ends_and_an_exclusive_one_that_begins_suspend_when_the_sweeper_has_come() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let own = stage.shop("label", "CN").await;
    let song = stage.track("label", &own, &recording).await;
    let shop = stage.shop("store", "CN").await;
    let until = json!({ "until": "2026-06-01T13:00:00Z" });
    stage.grant("label", &recording, "store", until).await;
    let resold = stage.track("store", &shop, &recording).await;
    let later = json!({ "from": "2026-06-01T14:00:00Z", "exclusive": true });
    stage.grant("label", &recording, "giant", later).await;

    for (seconds, resold_is, song_is) in [
        (3_599, "published", "published"),
        (1, "suspended", "published"),
        (3_599, "suspended", "published"),
        (1, "suspended", "suspended"),
    ] {
        stage.advance_s(seconds);
        stage.sweep().await;
        stage.settle().await;
        assert_eq!(stage.state("store", &shop, &resold).await, resold_is);
        assert_eq!(stage.state("label", &own, &song).await, song_is);
    }
}

#[tokio::test]
async fn the_gate_asks_for_the_time_itself_even_if_no_sweeper_comes() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let shop = stage.shop("store", "CN").await;
    let until = json!({ "until": "2026-06-01T13:00:00Z" });
    stage.grant("label", &recording, "store", until).await;
    let listing = stage.draft_track("store", &shop, &recording).await;
    stage.advance_s(3_600);
    assert_eq!(
        stage.publish("store", &listing).await.problem_code(),
        "rights_missing"
    );
}

#[tokio::test]
async fn the_sweeper_has_nothing_to_do_twice() {
    let stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let until = json!({ "until": "2026-06-01T13:00:00Z" });
    stage.grant("label", &recording, "store", until).await;
    stage.advance_s(3_600);
    stage.sweep().await;
    let table = stage.world.table("ShopsTable");
    let key = platform::table::Key::sorted(format!("RIGHTS#{recording}"), "RIGHTS");
    let version = |item: Option<platform::table::Item>| item.unwrap().number("version").unwrap();
    let swept = version(table.get_item(&key).await.unwrap());
    assert_eq!(swept, 3);
    stage.sweep().await;
    assert_eq!(version(table.get_item(&key).await.unwrap()), swept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_made_while_a_listing_is_published_never_slips_by() {
    let stage = Stage::set().await;
    let own = stage.shop("label", "CN").await;
    for number in 0..12 {
        let (_, recording) = stage.song("label").await;
        let listing = stage.draft_track("label", &own, &recording).await;
        let label = stage.member("label");
        let body = grant_in("giant", json!({ "exclusive": true }));
        let key = format!("k{number}");
        let (published, granted) = tokio::join!(
            stage.publish("label", &listing),
            grant(&label, &recording, &key, body),
        );
        id(&granted);
        // Either the grant came first and was seen, or the listing is judged again.
        match published.status {
            200 => {}
            _ => assert_eq!(published.problem_code(), "rights_missing"),
        }
        stage.settle().await;
        let state = stage.state("label", &own, &listing).await;
        assert_ne!(state, "published", "after {}", published.status);
    }
}

#[tokio::test]
async fn an_album_is_suspended_when_the_right_in_one_of_its_works_is_lost() {
    let stage = Stage::set().await;
    let mut recordings = Vec::new();
    for _ in 0..5 {
        recordings.push(stage.song("label").await.1);
    }
    let foreign = stage.work("publisher").await;
    let licence = stage.grant("publisher", &foreign, "label", json!({})).await;
    recordings.push(stage.recording("label", &foreign).await);
    let shop = stage.shop("label", "CN").await;
    let attributes = json!({ "recordings": recordings, "artist": "The Stalls" });
    let album = stage
        .listing("label", &shop, "digital_album", attributes)
        .await;
    done(&stage.publish("label", &album).await);
    done(&stage.revoke("publisher", &licence, json!({})).await);
    stage.settle().await;
    assert_eq!(stage.state("label", &shop, &album).await, "suspended");
}

#[tokio::test]
async fn forty_recordings_and_their_works_are_checked_in_one_publication() {
    let stage = Stage::set().await;
    let songs = (0..40).map(|_| stage.song("label"));
    let recordings: Vec<_> = join_all(songs)
        .await
        .into_iter()
        .map(|(_, it)| it)
        .collect();
    let shop = stage.shop("label", "CN").await;
    let attributes = json!({ "recordings": recordings, "artist": "The Stalls" });
    let album = stage
        .listing("label", &shop, "digital_album", attributes)
        .await;
    done(&stage.publish("label", &album).await);
}

#[tokio::test]
async fn a_message_that_is_about_nothing_ends_among_the_dead() {
    let stage = Stage::set().await;
    let worker = stage.world.app("ShopsWorker", shops::build).await;
    for subject in ["", "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"] {
        let at = stage.world.clock.now();
        let event = kernel::Event::derived("rights.changed", subject, 1, at, json!({})).unwrap();
        let event = serde_json::to_string(&event).unwrap();
        stage.world.send("ShopsQueue", event).await;
    }
    stage.world.drain("ShopsQueue", &worker).await;
    assert_eq!(stage.world.depth("ShopsQueueDead").await, 2);
}
