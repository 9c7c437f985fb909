//! What the bucket itself refuses, whoever has the form (the cases of reliability S-7 that never reach
//! the check; a form that has ended is tested where forms are signed).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::studio::{PNG, Studio, announce, picture, upload_key};

#[tokio::test]
async fn a_form_takes_the_announced_size_and_not_a_byte_more_or_less() {
    let studio = Studio::start().await;
    let media = announce(&studio.editor("silk"), picture()).await;
    let longer = [PNG, b"!"].concat();
    for bytes in [&PNG[..PNG.len() - 1], &longer, b"", &PNG.repeat(50)] {
        let status = studio.upload(&media, bytes, &[]).await;
        assert!(status.is_client_error(), "{} bytes: {status}", bytes.len());
        assert_eq!(studio.stored(&upload_key(&media)).await, None);
    }
    let status = studio.upload(&media, PNG, &[]).await;
    assert!(status.is_success(), "{status}");
    assert_eq!(studio.stored(&upload_key(&media)).await.unwrap(), PNG);
}

#[tokio::test]
async fn a_form_takes_its_own_fields_and_no_others() {
    let studio = Studio::start().await;
    let media = announce(&studio.editor("silk"), picture()).await;
    let other = announce(&studio.editor("cotton"), picture()).await;
    let foreign = upload_key(&other);
    let text = |name: &str| media["upload"]["fields"][name].as_str().unwrap();
    let policy = String::from_utf8(STANDARD.decode(text("policy")).unwrap()).unwrap();
    let wide = policy.replace(&upload_key(&media), "clean/x");
    let wide = STANDARD.encode(wide);
    let zeros = "0".repeat(64);
    let of_other = other["upload"]["fields"]["x-amz-signature"].as_str();
    for (field, value) in [
        ("key", Some(foreign.as_str())),
        ("key", Some("clean/x")),
        ("key", Some("quarantine/${filename}")),
        ("key", None),
        ("Content-Type", Some("text/html")),
        ("Content-Type", Some("image/svg+xml")),
        ("Content-Type", None),
        ("policy", Some(wide.as_str())),
        ("policy", None),
        ("x-amz-signature", Some(zeros.as_str())),
        ("x-amz-signature", of_other),
        ("x-amz-signature", None),
        ("acl", Some("public-read")),
        ("x-amz-meta-owner", Some("eve")),
        ("success_action_redirect", Some("https://example.org/")),
        ("x-amz-date", Some("20200101T000000Z")),
        (
            "x-amz-credential",
            Some("EVE/20260601/us-east-1/s3/aws4_request"),
        ),
    ] {
        let status = studio.upload(&media, PNG, &[(field, value)]).await;
        assert!(status.is_client_error(), "{field} {value:?}: {status}");
    }
    for key in [&upload_key(&media), &foreign, "clean/x", "quarantine/x"] {
        assert_eq!(studio.stored(key).await, None, "{key}");
    }
}

#[tokio::test]
async fn what_is_uploaded_is_stored_as_what_was_announced_whatever_its_own_field_says() {
    let studio = Studio::start().await;
    let media = announce(&studio.editor("silk"), picture()).await;
    // The file's own part of the form says that it is HTML.
    assert!(studio.upload(&media, PNG, &[]).await.is_success());
    let bucket = studio.world.bucket("MediaBucket");
    let head = bucket.head(&upload_key(&media)).await.unwrap().unwrap();
    assert_eq!(head.content_type.as_deref(), Some("image/png"));
    assert_eq!(json!(head.size_bytes), media["size_bytes"]);
}
