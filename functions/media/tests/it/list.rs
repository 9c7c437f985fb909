//! `GET /v1/media`

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::studio::{PATH, PDF, Studio, announce, file, picture};

#[tokio::test]
async fn the_list_pages_from_the_newest_on_and_holds_ones_own() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    announce(&studio.editor("cotton"), picture()).await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(announce(&editor, picture()).await["id"].clone());
        studio
            .world
            .clock
            .advance(SignedDuration::from_secs(1))
            .unwrap();
    }
    expected.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = editor.get(&format!("{PATH}?limit=2{cursor}")).await.json();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["upload"], Value::Null);
            seen.push(item["id"].clone());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_list_shows_what_its_reader_may_see() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let picture = announce(&editor, picture()).await["id"].clone();
    let page = file("document", "page.pdf", "application/pdf", PDF);
    let page = announce(&editor, page).await["id"].clone();
    for (person, scopes, expected) in [
        ("editor", &["catalogue"][..], vec![&picture, &page]),
        ("colleague", &["catalogue"], vec![&picture]),
        (
            "owner",
            &["organization", "catalogue"],
            vec![&picture, &page],
        ),
        ("seller", &["orders"], vec![]),
    ] {
        let list = studio.member("silk", person, scopes).get(PATH).await.json();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), expected.len(), "{person}");
        for id in expected {
            assert!(items.iter().any(|item| item["id"] == *id), "{person}");
        }
    }
}

#[tokio::test]
async fn a_list_is_asked_for_an_organization_and_with_its_own_cursors() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    for query in [
        "cursor=QUND",
        "cursor=!",
        "limit=0",
        "limit=101",
        "state=ready",
    ] {
        let answer = editor.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
    let empty = json!({ "items": [], "next_cursor": null });
    assert_eq!(editor.get(PATH).await.json(), empty);
    let nobody = studio.api.caller(kernel::Id::derive(&["somebody"]));
    assert_eq!(
        nobody.get(PATH).await.problem_code(),
        "organization_required"
    );
    let anyone = studio.api.anonymous();
    assert_eq!(anyone.get(PATH).await.problem_code(), "unauthenticated");
}
