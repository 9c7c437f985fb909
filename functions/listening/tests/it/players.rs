//! What the tests share: a world with the listening functions, and members with their tokens.

use kernel::{Id, kind};
use platform::Secret;
use serde_json::{Value, json};
use testkit::{Answer, App, World};
use tokens::{PublishedKeys, Signer};

/// A world in which accounts has published its keys.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) api: App,
    signer: Signer,
}

/// A member's account, and one of its listening tokens.
pub(crate) struct Member {
    pub(crate) account: Id<kind::Account>,
    pub(crate) token_id: Id<kind::ListeningToken>,
    pub(crate) token: String,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        let world = World::start().await;
        let signer = Signer::new(&Secret::of(*b"a secret of at least 32 characters")).unwrap();
        let keys = PublishedKeys::new(world.table("KeysTable"));
        keys.publish(&signer).await.unwrap();
        let api = world.app("ListeningApi", listening::build).await;
        Self { world, api, signer }
    }

    pub(crate) fn member(&self, name: &str) -> Member {
        let account = Id::derive(&[name]);
        let token_id = Id::derive(&[name, "a token"]);
        Member {
            account,
            token_id,
            token: self.signer.listening_token(account, token_id),
        }
    }

    /// The time in this world, in seconds since 1970.
    pub(crate) fn now_s(&self) -> i64 {
        self.world.clock.now_seconds()
    }

    /// The messages on their way to points.
    pub(crate) async fn sent(&self) -> Vec<Value> {
        self.world.messages("ListensQueue").await
    }

    /// Asserts that nothing is on its way to points.
    pub(crate) async fn assert_nothing_sent(&self, about: &str) {
        assert_eq!(self.sent().await, Vec::<Value>::new(), "{about}");
    }

    /// Submits a document as to ListenBrainz.
    pub(crate) async fn submit(&self, token: &str, document: &Value) -> Answer {
        self.submit_bytes(token, document.to_string().into_bytes())
            .await
    }

    /// The same with any body. There is no content type, as liblistenbrainz sends none.
    pub(crate) async fn submit_bytes(&self, token: &str, body: Vec<u8>) -> Answer {
        let client = self.api.anonymous();
        client
            .request("POST", "/1/submit-listens")
            .header("authorization", &format!("Token {token}"))
            .body(body)
            .send()
            .await
    }

    /// Lets the worker learn that the member's token is revoked.
    pub(crate) async fn revoke(&self, member: &Member) {
        let worker = self.world.app("ListeningWorker", listening::build).await;
        self.world
            .send("ListeningQueue", revocation(member).to_string())
            .await;
        assert_eq!(self.world.drain("ListeningQueue", &worker).await, 1);
    }
}

/// The event by which accounts tells that a token is revoked.
pub(crate) fn revocation(member: &Member) -> Value {
    json!({
        "id": Id::<kind::Event>::derive(&["revoked", &member.token_id.to_string()]),
        "type": "listening_token.revoked",
        "subject": member.token_id,
        "version": 2,
        "occurred_at": "2026-06-01T11:59:00Z",
        "data": { "account": member.account, "token": member.token_id },
    })
}

/// A listen as ListenBrainz wants it, of a track of 200 seconds.
pub(crate) fn listen_at(listened_at_s: i64) -> Value {
    json!({
        "listened_at": listened_at_s,
        "track_metadata": {
            "artist_name": "Massive Attack",
            "track_name": "Teardrop",
            "release_name": "Mezzanine",
            "additional_info": { "duration_ms": 200_000, "submission_client": "a test" },
        },
    })
}

/// A document as ListenBrainz wants it.
pub(crate) fn document(listen_type: &str, payload: impl Into<Value>) -> Value {
    json!({ "listen_type": listen_type, "payload": payload.into() })
}

/// The same, changed in one place.
pub(crate) fn listen_with(listened_at_s: i64, pointer: &str, value: impl Into<Value>) -> Value {
    let mut listen = listen_at(listened_at_s);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    listen.pointer_mut(parent).unwrap()[field] = value.into();
    listen
}

/// Asserts that the answer is an error of ListenBrainz's shape, with the headers of every answer.
pub(crate) fn assert_refused(answer: &Answer, status: u16, about: &str) {
    assert_eq!(answer.status, status, "{about}: {}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/json"),
        "{about}"
    );
    assert_eq!(answer.json()["code"], status, "{about}");
    assert!(answer.json()["error"].is_string(), "{about}");
    assert!(answer.header("x-ratelimit-remaining").is_some(), "{about}");
}

/// The document with a byte in the track's name that no UTF-8 text has.
pub(crate) fn without_utf8(document: &str) -> Vec<u8> {
    let (before, after) = document.split_once("Teardrop").unwrap();
    [before.as_bytes(), &[0xff], after.as_bytes()].concat()
}
