//! `POST /v1/media`

use serde_json::{Value, json};

use crate::studio::{
    PDF, PNG, Studio, announce, file, hash, organization, path_of, picture, try_announce,
    upload_key,
};

const MEBIBYTE: u64 = 1024 * 1024;

#[tokio::test]
async fn an_announced_file_has_a_form_that_is_good_for_it_alone() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let answer = try_announce(&editor, "key", picture()).await;
    assert_eq!(answer.status, 201);
    let mut media = answer.json();
    assert_eq!(answer.header("location"), Some(path_of(&media).as_str()));
    let form = media.as_object_mut().unwrap().remove("upload").unwrap();
    assert_eq!(form["fields"]["key"], upload_key(&media));
    assert_eq!(form["fields"]["Content-Type"], "image/png");
    assert_eq!(form["expires_in"], 300);
    assert_eq!(form["file_field"], "file");
    assert_eq!(
        media,
        json!({
            "id": media["id"],
            "organization": organization("silk"),
            "uploaded_by": media["uploaded_by"],
            "purpose": "image",
            "file_name": "cover.png",
            "content_type": "image/png",
            "size_bytes": PNG.len(),
            "sha256": hash(PNG),
            "state": "awaiting_upload",
            "created_at": "2026-06-01T12:00:00Z",
            "updated_at": "2026-06-01T12:00:00Z",
            "version": 1,
        })
    );
    assert_eq!(editor.get(&path_of(&media)).await.json(), media);
}

#[tokio::test]
async fn the_same_key_announces_one_file_and_gets_a_form_again() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let first = try_announce(&editor, "key", picture()).await;
    let again = try_announce(&editor, "key", picture()).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert!(again.json()["upload"].is_object());
    let other = file("image", "back.png", "image/png", PNG);
    let other = try_announce(&editor, "key", other).await;
    assert_eq!(other.problem_code(), "idempotency_key_reused");
    // Another organization of the same account is another request; another account has its own keys.
    let account = first.json()["uploaded_by"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let elsewhere = studio
        .api
        .member(account, organization("cotton"), &["catalogue"]);
    let elsewhere = try_announce(&elsewhere, "key", picture()).await;
    assert_eq!(elsewhere.problem_code(), "idempotency_key_reused");
    let other = try_announce(&studio.editor("cotton"), "key", picture()).await;
    assert_ne!(other.json()["id"], first.json()["id"]);
    let list = editor.get("/v1/media").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn of_the_same_request_many_times_at_once_one_file_comes() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let editor = editor.clone();
        requests.spawn(async move { try_announce(&editor, "key", picture()).await });
    }
    let answers = requests.join_all().await;
    let id = answers[0].json()["id"].clone();
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["id"], id);
    }
    let replayed = |answer: &&testkit::Answer| answer.header("idempotent-replayed").is_some();
    assert_eq!(answers.iter().filter(replayed).count(), 11);
}

#[tokio::test]
async fn what_is_not_taken_is_refused_before_it_is_uploaded() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let good = picture();
    for (pointer, field, value) in [
        ("/purpose", "purpose", json!("malware")),
        ("/purpose", "purpose", Value::Null),
        ("/file_name", "file_name", json!("")),
        ("/file_name", "file_name", json!("../../cover.png")),
        ("/file_name", "file_name", json!("cover.html")),
        ("/file_name", "file_name", json!("cover")),
        ("/file_name", "file_name", json!("cover\u{202e}gnp.exe")),
        ("/content_type", "content_type", json!("text/html")),
        ("/content_type", "content_type", json!("image/svg+xml")),
        ("/content_type", "content_type", json!("application/xml")),
        (
            "/content_type",
            "content_type",
            json!("image/png; charset=utf-8"),
        ),
        ("/content_type", "content_type", json!("audio/mpeg")),
        ("/size_bytes", "size_bytes", json!(0)),
        ("/size_bytes", "size_bytes", json!(-1)),
        ("/size_bytes", "size_bytes", json!(1.5)),
        ("/size_bytes", "size_bytes", json!(10 * MEBIBYTE + 1)),
        ("/sha256", "sha256", json!("0")),
        ("/sha256", "sha256", json!(hash(PNG).to_uppercase())),
        ("/key", "key", json!("clean/x")),
        ("/status", "status", json!("ready")),
        (
            "/organization",
            "organization",
            json!(organization("cotton")),
        ),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = try_announce(&editor, "key", body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        let errors = answer.json()["errors"].clone();
        assert_eq!(errors[0]["pointer"], pointer, "{body}");
    }
    let answer = editor.post("/v1/media", good).await;
    assert_eq!(answer.problem_code(), "idempotency_key_missing");
}

#[tokio::test]
async fn each_purpose_has_its_limit() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    for (purpose, name, content_type, max) in [
        ("image", "a.webp", "image/webp", 10 * MEBIBYTE),
        ("audio", "a.flac", "audio/flac", 512 * MEBIBYTE),
        ("archive", "a.zip", "application/zip", 1024 * MEBIBYTE),
        ("document", "a.pdf", "application/pdf", 20 * MEBIBYTE),
    ] {
        let mut body = file(purpose, name, content_type, PNG);
        body["size_bytes"] = json!(max);
        announce(&editor, body.clone()).await;
        body["size_bytes"] = json!(max + 1);
        let answer = try_announce(&editor, "key", body).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{purpose}");
    }
}

#[tokio::test]
async fn a_token_must_act_for_an_organization_and_may_upload_what_its_scope_is_for() {
    let studio = Studio::start().await;
    let page = file("document", "page.pdf", "application/pdf", PDF);
    for (scopes, may_picture, may_page) in [
        (&["catalogue"][..], true, true),
        (&["organization"], false, true),
        (&["orders", "events", "door", "money"], false, false),
        (&[], false, false),
    ] {
        let member = studio.member("silk", "member", scopes);
        for (body, may) in [(picture(), may_picture), (page.clone(), may_page)] {
            let key = format!("{scopes:?} {}", body["purpose"]).replace(['"', ' ', ','], "");
            let answer = try_announce(&member, &key, body).await;
            match may {
                true => assert_eq!(answer.status, 201, "{scopes:?}"),
                false => assert_eq!(answer.problem_code(), "forbidden", "{scopes:?}"),
            }
        }
    }
    let nobody = studio.api.caller(kernel::Id::derive(&["somebody"]));
    let answer = try_announce(&nobody, "key", picture()).await;
    assert_eq!(answer.problem_code(), "organization_required");
    let answer = try_announce(&studio.api.operator(), "key", picture()).await;
    assert_eq!(answer.problem_code(), "organization_required");
    let answer = try_announce(&studio.api.anonymous(), "key", picture()).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
}
