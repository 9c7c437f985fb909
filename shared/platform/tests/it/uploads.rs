//! Uploads by a form that was signed beforehand: what the service itself refuses.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use engines::Engines;
use http::{Request, StatusCode};
use platform::{Aws, Bucket, Environment, PresignedPost, Upload};

use crate::engines;

const KEY: &str = "quarantine/a picture.png";
const BYTES: &[u8] = b"seventeen bytes !";

fn files(engines: &Engines) -> Bucket {
    // Forms lead to where the engines are, as they do on a laptop.
    let environment: Environment = [
        ("AWS_REGION", engines::REGION),
        ("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
        ("AWS_ENDPOINT_URL", "http://localhost:3000"),
    ]
    .into_iter()
    .collect();
    let aws = Aws::over(&environment, Arc::new(engines.clone())).unwrap();
    aws.bucket(crate::template().buckets[0].name.clone())
}

fn form(bucket: &Bucket, valid_for: Duration) -> PresignedPost {
    let upload = Upload {
        key: KEY,
        content_type: "image/png",
        content_length: BYTES.len() as u64,
        valid_for,
    };
    bucket.presign_post(&upload).unwrap()
}

/// Sends the form with a file of these bytes, as a browser does.
async fn send(engines: &Engines, form: &PresignedPost, bytes: &[u8]) -> StatusCode {
    const BOUNDARY: &str = "a-boundary-that-is-in-no-file";
    let mut body = Vec::new();
    for (name, value) in &form.fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"x\"";
    let kind = "Content-Type: application/octet-stream";
    body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n{kind}\r\n\r\n").as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let request = Request::post(&form.url)
        .header("host", "localhost:3000")
        .header("content-length", body.len())
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(Bytes::from(body))
        .unwrap();
    assert!(engines.is_for_aws(&request));
    engines.serve(request).await.status()
}

#[tokio::test]
async fn a_form_uploads_what_it_was_signed_for() {
    let engines = engines().await;
    let bucket = files(&engines);
    let form = form(&bucket, Duration::from_secs(60));
    assert_eq!(send(&engines, &form, BYTES).await, StatusCode::NO_CONTENT);
    let head = bucket.head(KEY).await.unwrap().unwrap();
    assert_eq!(head.size_bytes, BYTES.len() as u64);

    bucket.copy(KEY, "clean/a", "image/png").await.unwrap();
    let mut reading = bucket.read("clean/a").await.unwrap().unwrap();
    let mut read = Vec::new();
    while let Some(piece) = reading.next().await.unwrap() {
        read.extend_from_slice(&piece);
    }
    assert_eq!(read, BYTES);
    assert!(bucket.read("clean/b").await.unwrap().is_none());
    assert!(bucket.head("clean/b").await.unwrap().is_none());
}

#[tokio::test]
async fn another_size_key_or_type_is_refused() {
    let engines = engines().await;
    let bucket = files(&engines);
    let good = form(&bucket, Duration::from_secs(60));
    for bytes in [&BYTES[1..], &[BYTES, b"!"].concat()] {
        let status = send(&engines, &good, bytes).await;
        assert!(status.is_client_error(), "{} bytes: {status}", bytes.len());
    }
    for (field, value) in [
        ("key", "clean/a picture.png"),
        ("Content-Type", "text/html"),
        ("x-amz-signature", "00"),
        ("x-amz-date", "20200101T000000Z"),
    ] {
        let mut other = good.clone();
        other.fields.insert(field.to_owned(), value.to_owned());
        let status = send(&engines, &other, BYTES).await;
        assert!(status.is_client_error(), "{field}: {status}");
    }
    assert!(bucket.head(KEY).await.unwrap().is_none());
}

#[tokio::test]
async fn a_form_that_has_ended_is_refused() {
    let engines = engines().await;
    let bucket = files(&engines);
    let ended = form(&bucket, Duration::ZERO);
    let status = send(&engines, &ended, BYTES).await;
    assert!(status.is_client_error(), "{status}");
}
