//! `POST /v1/media/{id}/complete`, and what the worker does then.

use serde_json::{Value, json};

use crate::studio::{
    AAC, ABSENT, FLAC, JPEG, M4A, MP3, OGG, PDF, PNG, Studio, WAV, WEBP, ZIP, announce, clean_key,
    complete, file, hash, path_of, picture, upload_key,
};

#[tokio::test]
async fn every_kind_of_file_that_is_what_it_was_said_to_be_is_ready() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    for (purpose, name, content_type, bytes) in [
        ("image", "a.png", "image/png", PNG),
        ("image", "a.jpg", "image/jpeg", JPEG),
        ("image", "a.webp", "image/webp", WEBP),
        ("audio", "a.mp3", "audio/mpeg", MP3),
        ("audio", "a.flac", "audio/x-flac", FLAC),
        ("audio", "a.wav", "audio/x-wav", WAV),
        ("audio", "a.m4a", "audio/x-m4a", M4A),
        ("audio", "a.aac", "audio/aac", AAC),
        ("audio", "a.ogg", "audio/ogg", OGG),
        ("archive", "a.zip", "application/zip", ZIP),
        ("document", "a.pdf", "application/pdf", PDF),
        ("document", "a.png", "image/png", PNG),
    ] {
        let announced = file(purpose, name, content_type, bytes);
        let media = studio.submit(&editor, announced, bytes).await;
        assert_eq!(media["state"], "ready", "{name}: {media}");
        assert_eq!(media["version"], 3);
        assert_eq!(studio.stored(&clean_key(&media)).await.unwrap(), bytes);
        assert_eq!(studio.stored(&upload_key(&media)).await, None);
        let bucket = studio.world.bucket("MediaBucket");
        let head = bucket.head(&clean_key(&media)).await.unwrap().unwrap();
        assert_eq!(json!(head.content_type), media["content_type"]);
    }
}

#[tokio::test]
async fn what_is_something_else_is_rejected_and_nowhere_to_be_found() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let page = b"<!doctype html><script>alert(document.domain)</script>".repeat(8);
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".repeat(8);
    let song_and_archive = [MP3, ZIP].concat();
    let picture_and_archive = [PNG, ZIP].concat();
    let script = b"\xff\xfe\x00\x16<script>a()</script>";
    let script = [&JPEG[..2], &script[..], &JPEG[2..]].concat();
    let active = [&PDF[..100], b"<</JavaScript 1>>", &PDF[100..]].concat();
    for (purpose, name, content_type, bytes, reason) in [
        ("image", "a.png", "image/png", &page[..], "not_the_type"),
        ("image", "a.png", "image/png", &drawing, "not_the_type"),
        ("image", "a.png", "image/png", JPEG, "not_the_type"),
        ("image", "a.jpg", "image/jpeg", PNG, "not_the_type"),
        ("image", "a.png", "image/png", &PNG[..600], "truncated"),
        (
            "image",
            "a.png",
            "image/png",
            &picture_and_archive,
            "trailing_bytes",
        ),
        ("image", "a.jpg", "image/jpeg", &script, "active_content"),
        ("audio", "a.mp3", "audio/mpeg", &page, "not_the_type"),
        (
            "audio",
            "a.mp3",
            "audio/mpeg",
            &song_and_archive,
            "ambiguous",
        ),
        ("archive", "a.zip", "application/zip", PNG, "not_the_type"),
        (
            "archive",
            "a.zip",
            "application/zip",
            &ZIP[..200],
            "truncated",
        ),
        (
            "document",
            "a.pdf",
            "application/pdf",
            &page,
            "not_the_type",
        ),
        (
            "document",
            "a.pdf",
            "application/pdf",
            &active,
            "active_content",
        ),
    ] {
        let announced = file(purpose, name, content_type, bytes);
        let media = studio.submit(&editor, announced, bytes).await;
        assert_eq!(media["state"], "rejected", "{name}: {media}");
        assert_eq!(media["reason"], reason, "{name}");
        assert_eq!(media["download_url"], Value::Null);
        assert_eq!(studio.stored(&clean_key(&media)).await, None);
        assert_eq!(studio.stored(&upload_key(&media)).await, None);
    }
    assert_eq!(studio.world.depth("MediaQueueDead").await, 0);
}

#[tokio::test]
async fn another_hash_is_another_file() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let mut announced = picture();
    announced["sha256"] = json!(hash(b"another picture"));
    let media = studio.submit(&editor, announced, PNG).await;
    assert_eq!(media["reason"], "hash_differs");
}

#[tokio::test]
async fn where_nothing_was_uploaded_nothing_is_ready() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let media = announce(&editor, picture()).await;
    let completed = complete(&editor, &media).await;
    assert_eq!(completed.json()["state"], "checking");
    studio.check().await;
    let media = editor.get(&path_of(&media)).await.json();
    assert_eq!(media["reason"], "nothing_uploaded");
}

#[tokio::test]
async fn a_form_that_is_used_again_changes_nothing_that_was_checked() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let announced = announce(&editor, picture()).await;
    studio.upload(&announced, PNG, &[]).await;
    complete(&editor, &announced).await;
    studio.check().await;
    let other = vec![b'<'; PNG.len()];
    // Until it ends, the form is good; and what it uploads is nobody's business any more.
    assert!(studio.upload(&announced, &other, &[]).await.is_success());
    let completed = complete(&editor, &announced).await;
    assert_eq!(completed.status, 202);
    assert_eq!(completed.json()["state"], "ready");
    studio.check().await;
    assert_eq!(studio.stored(&clean_key(&announced)).await.unwrap(), PNG);
}

#[tokio::test]
async fn what_is_swapped_after_the_completion_is_what_is_checked() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let announced = announce(&editor, picture()).await;
    studio.upload(&announced, PNG, &[]).await;
    complete(&editor, &announced).await;
    let other = vec![b'<'; PNG.len()];
    assert!(studio.upload(&announced, &other, &[]).await.is_success());
    studio.check().await;
    let media = editor.get(&path_of(&announced)).await.json();
    assert_eq!(media["state"], "rejected");
    assert_eq!(studio.stored(&clean_key(&announced)).await, None);
}

#[tokio::test]
async fn a_file_is_checked_once_however_often_it_is_completed_and_told() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let media = announce(&editor, picture()).await;
    studio.upload(&media, PNG, &[]).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (editor, media) = (editor.clone(), media.clone());
        requests.spawn(async move { complete(&editor, &media).await });
    }
    for answer in requests.join_all().await {
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let messages = studio.world.messages("MediaQueue").await;
    assert!(!messages.is_empty());
    for message in [&messages[..], &messages[..]].concat() {
        studio.world.send("MediaQueue", message.to_string()).await;
    }
    studio.check().await;
    let media = editor.get(&path_of(&media)).await.json();
    assert_eq!(media["state"], "ready");
    assert_eq!(media["version"], 3);
    // A message that comes again much later finds nothing to do.
    studio
        .world
        .send("MediaQueue", messages[0].to_string())
        .await;
    studio.check().await;
    assert_eq!(editor.get(&path_of(&media)).await.json()["version"], 3);
    assert_eq!(studio.world.depth("MediaQueueDead").await, 0);
}

#[tokio::test]
async fn an_upload_that_comes_too_late_is_gone() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let media = announce(&editor, picture()).await;
    studio.upload(&media, PNG, &[]).await;
    let two_hours = jiff::SignedDuration::from_hours(2);
    studio.world.clock.advance(two_hours).unwrap();
    let answer = complete(&editor, &media).await;
    assert_eq!(answer.status, 410);
    assert_eq!(answer.problem_code(), "gone");
    let seen = editor.get(&path_of(&media)).await.json();
    assert_eq!(seen["state"], "expired");
    assert_eq!(studio.check().await, 0);
}

#[tokio::test]
async fn nobody_completes_what_is_somebody_elses() {
    let studio = Studio::start().await;
    let media = announce(&studio.editor("silk"), picture()).await;
    let eve = studio.editor("cotton");
    let foreign = complete(&eve, &media).await;
    assert_eq!(foreign.problem_code(), "not_found");
    let absent = eve.post(&format!("{ABSENT}/complete"), json!({})).await;
    assert_eq!(absent.json(), foreign.json());
    let seller = studio.member("silk", "seller", &["orders"]);
    assert_eq!(complete(&seller, &media).await.problem_code(), "not_found");
    let operator = complete(&studio.api.operator(), &media).await;
    assert_eq!(operator.problem_code(), "organization_required");
    let anyone = complete(&studio.api.anonymous(), &media).await;
    assert_eq!(anyone.problem_code(), "unauthenticated");
    assert_eq!(studio.check().await, 0);
}

#[tokio::test]
async fn a_message_that_asks_for_nothing_hurts_nobody_else() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let media = announce(&editor, picture()).await;
    studio.upload(&media, PNG, &[]).await;
    let event = |kind: &str, subject: &Value| {
        json!({
            "id": "evt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "type": kind,
            "subject": subject,
            "version": 2,
            "occurred_at": "2026-06-01T12:00:00Z",
            "data": {},
        })
        .to_string()
    };
    let poison = [
        "{".to_owned(),
        event("media.check_requested", &json!("x")),
        event(
            "media.check_requested",
            &json!("med_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ),
        // It was announced, and nobody completed it.
        event("media.check_requested", &media["id"]),
        event("media.delete_everything", &media["id"]),
    ];
    for message in &poison {
        studio.world.send("MediaQueue", message.clone()).await;
    }
    let other = announce(&editor, file("image", "b.jpg", "image/jpeg", JPEG)).await;
    studio.upload(&other, JPEG, &[]).await;
    complete(&editor, &other).await;
    studio.check().await;
    assert_eq!(editor.get(&path_of(&other)).await.json()["state"], "ready");
    let depth = studio.world.depth("MediaQueueDead").await;
    assert_eq!(depth, poison.len());
    let seen = editor.get(&path_of(&media)).await.json();
    assert_eq!(seen["state"], "awaiting_upload");
}
