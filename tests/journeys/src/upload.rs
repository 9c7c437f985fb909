//! Uploads by a signed form.

use serde_json::json;

use crate::{Broken, Request, Teller, eventually_good};

/// A file to upload.
pub(crate) struct File {
    purpose: &'static str,
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

/// The beginning of a FLAC stream, which is as much as the story needs of a song.
pub(crate) const SONG: File = File {
    purpose: "audio",
    name: "Paper Lanterns.flac",
    content_type: "audio/flac",
    bytes: include_bytes!("song.flac"),
};

/// A document of one empty page.
pub(crate) const DOCUMENT: File = File {
    purpose: "document",
    name: "certificate.pdf",
    content_type: "application/pdf",
    bytes: include_bytes!("certificate.pdf"),
};

/// Uploads `file` and waits until it has passed the checks; gives its id.
pub(crate) async fn upload(
    teller: &mut Teller<'_>,
    token: &str,
    file: &File,
) -> Result<String, Broken> {
    let body = json!({
        "purpose": file.purpose, "file_name": file.name, "content_type": file.content_type,
        "size_bytes": file.bytes.len(), "sha256": sha256(file.bytes),
    });
    let request = Request::post("/v1/media", &body)
        .bearer(token)
        .header("idempotency-key", &sha256(file.name.as_bytes()));
    let created = teller.expect(201, request).await?;
    let json = created.json();
    let fields = json["upload"]["fields"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let boundary = "a-boundary-that-is-in-no-file";
    let mut form = Vec::new();
    for (name, value) in &fields {
        let value = value.as_str().unwrap_or_default();
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        form.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
         Content-Type: {}\r\n\r\n",
        file.content_type
    );
    form.extend_from_slice(head.as_bytes());
    form.extend_from_slice(file.bytes);
    form.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let request = Request::new(http::Method::POST, created.text_at("/upload/url"))
        .header(
            "content-type",
            &format!("multipart/form-data; boundary={boundary}"),
        )
        .body(form);
    teller.expect(204, request).await?;
    let path = format!("/v1/media/{}", created.text_at("/id"));
    let complete = Request::post(format!("{path}/complete"), &json!({})).bearer(token);
    teller.expect(202, complete).await?;
    let request = Request::get(path).bearer(token);
    let ready = eventually_good(teller, &request, |answer| {
        answer.text_at("/state") == "ready"
    })
    .await?;
    Ok(ready.text_at("/id"))
}

/// In hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
