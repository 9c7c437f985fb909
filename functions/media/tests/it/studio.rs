//! A world with the functions in it, and organizations that upload.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, StatusCode};
use kernel::{Id, kind};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

pub(crate) const PATH: &str = "/v1/media";
pub(crate) const ABSENT: &str = "/v1/media/med_01J8Z3K4M5N6P7Q8R9S0T1V2W3";

pub(crate) const PNG: &[u8] = include_bytes!("../samples/picture.png");
pub(crate) const JPEG: &[u8] = include_bytes!("../samples/picture.jpg");
pub(crate) const WEBP: &[u8] = include_bytes!("../samples/extended.webp");
pub(crate) const MP3: &[u8] = include_bytes!("../samples/tagged.mp3");
pub(crate) const FLAC: &[u8] = include_bytes!("../samples/sound.flac");
pub(crate) const WAV: &[u8] = include_bytes!("../samples/sound.wav");
pub(crate) const M4A: &[u8] = include_bytes!("../samples/sound.m4a");
pub(crate) const AAC: &[u8] = include_bytes!("../samples/sound.aac");
pub(crate) const OGG: &[u8] = include_bytes!("../samples/vorbis.ogg");
pub(crate) const ZIP: &[u8] = include_bytes!("../samples/files.zip");
pub(crate) const PDF: &[u8] = include_bytes!("../samples/page.pdf");

pub(crate) struct Studio {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
}

impl Studio {
    pub(crate) async fn start() -> Self {
        let world = World::start().await;
        let api = world.app("MediaApi", media::build).await;
        let worker = world.app("MediaWorker", media::build).await;
        Self { world, api, worker }
    }

    /// Somebody who edits the catalogue of the organization `name`.
    pub(crate) fn editor(&self, name: &str) -> Client {
        self.member(name, "editor", &["catalogue", "events"])
    }

    /// Somebody of the organization `name`, with these scopes.
    pub(crate) fn member(&self, name: &str, person: &str, scopes: &[&str]) -> Client {
        let account = Id::<kind::Account>::derive(&[name, person]);
        self.api.member(account, organization(name), scopes)
    }

    /// Checks whatever was completed.
    pub(crate) async fn check(&self) -> usize {
        self.world.drain("MediaQueue", &self.worker).await
    }

    /// Announces and uploads `bytes` as they are, and has them checked.
    pub(crate) async fn submit(&self, client: &Client, announced: Value, bytes: &[u8]) -> Value {
        let media = announce(client, announced).await;
        let status = self.upload(&media, bytes, &[]).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let completed = complete(client, &media).await;
        assert_eq!(completed.status, 202, "{}", completed.text());
        self.check().await;
        client.get(&path_of(&media)).await.json()
    }

    /// Sends the form with these bytes, as a browser does, after some of its fields were replaced or,
    /// where there is no value, removed.
    pub(crate) async fn upload(
        &self,
        media: &Value,
        bytes: &[u8],
        replaced: &[(&str, Option<&str>)],
    ) -> StatusCode {
        let form = &media["upload"];
        let fields = form["fields"].as_object().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut fields: BTreeMap<_, _> = fields
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        for (name, value) in replaced {
            match value {
                Some(value) => fields.insert((*name).to_owned(), (*value).to_owned()),
                None => fields.remove(*name),
            };
        }
        let request = form_request(&text(&form["url"]), &fields, bytes);
        self.world.engines.serve(request).await.status()
    }

    /// What is stored at `key`.
    pub(crate) async fn stored(&self, key: &str) -> Option<Bytes> {
        let bucket = self.world.bucket("MediaBucket");
        bucket.get(key, 1 << 30).await.unwrap()
    }
}

fn form_request(url: &str, fields: &BTreeMap<String, String>, bytes: &[u8]) -> Request<Bytes> {
    const BOUNDARY: &str = "a-boundary-that-is-in-no-file";
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n").as_bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"../x.html\"";
    let kind = "Content-Type: text/html";
    body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n{kind}\r\n\r\n").as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let host = url.split('/').nth(2).unwrap();
    Request::post(url)
        .header("host", host)
        .header("content-length", body.len())
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(Bytes::from(body))
        .unwrap()
}

pub(crate) fn organization(name: &str) -> Id<kind::Organization> {
    Id::derive(&[name])
}

/// What is announced of `bytes`.
pub(crate) fn file(purpose: &str, name: &str, content_type: &str, bytes: &[u8]) -> Value {
    json!({
        "purpose": purpose,
        "file_name": name,
        "content_type": content_type,
        "size_bytes": bytes.len(),
        "sha256": hash(bytes),
    })
}

/// A picture, announced as it is.
pub(crate) fn picture() -> Value {
    file("image", "cover.png", "image/png", PNG)
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = digest(&SHA256, bytes);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// Announces a file under a key of its own.
pub(crate) async fn announce(client: &Client, body: Value) -> Value {
    let key = Id::<kind::Media>::generate(&kernel::Clock::system()).to_string();
    let answer = try_announce(client, &key, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

pub(crate) async fn try_announce(client: &Client, key: &str, body: Value) -> Answer {
    let request = client.request("POST", PATH);
    let request = request.header("idempotency-key", key);
    request.json(body).send().await
}

pub(crate) async fn complete(client: &Client, media: &Value) -> Answer {
    let path = format!("{}/complete", path_of(media));
    client.post(&path, json!({})).await
}

pub(crate) fn path_of(media: &Value) -> String {
    format!("{PATH}/{}", media["id"].as_str().unwrap())
}

/// Where a file is once it is ready.
pub(crate) fn clean_key(media: &Value) -> String {
    let text = |name: &str| media[name].as_str().unwrap().to_owned();
    format!("clean/{}/{}", text("organization"), text("id"))
}

/// Where it is uploaded to.
pub(crate) fn upload_key(media: &Value) -> String {
    format!("quarantine/{}/upload", media["id"].as_str().unwrap())
}
