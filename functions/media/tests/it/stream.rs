//! What shops are told.

use serde_json::{Value, json};

use crate::studio::{PNG, Studio, announce, clean_key, complete, file, hash, picture};

async fn told(studio: &Studio) -> Vec<Value> {
    let stream = studio.world.app("MediaStream", media::build).await;
    studio.world.pump("MediaTable", &stream).await;
    let mut events = studio.world.messages("ShopsQueue").await;
    events.sort_by_key(|event| event["id"].as_str().unwrap().to_owned());
    events
}

#[tokio::test]
async fn a_file_is_told_when_it_is_ready_and_not_before() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let waiting = announce(&editor, picture()).await;
    complete(&editor, &waiting).await;
    announce(&editor, picture()).await;
    assert_eq!(told(&studio).await, [] as [Value; 0]);
    studio.world.messages("MediaQueue").await;

    let media = studio.submit(&editor, picture(), PNG).await;
    let events = told(&studio).await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["type"], "media.ready");
    assert_eq!(event["subject"], media["id"]);
    assert_eq!(event["version"], 3);
    assert_eq!(
        event["data"],
        json!({
            "media": media["id"],
            "organization": media["organization"],
            "purpose": "image",
            "key": clean_key(&media),
            "file_name": "cover.png",
            "content_type": "image/png",
            "size_bytes": PNG.len(),
            "sha256": hash(PNG),
            "reason": null,
            "version": 3,
        })
    );
    // A replay tells the same event.
    assert_eq!(told(&studio).await, events);
}

#[tokio::test]
async fn a_file_that_was_rejected_is_told_without_a_place() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let bytes = b"<html>".repeat(9);
    let announced = file("image", "a.png", "image/png", &bytes);
    let media = studio.submit(&editor, announced, &bytes).await;
    let events = told(&studio).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "media.rejected");
    assert_eq!(events[0]["subject"], media["id"]);
    assert_eq!(events[0]["data"]["key"], Value::Null);
    assert_eq!(events[0]["data"]["reason"], "not_the_type");
}
