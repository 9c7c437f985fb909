//! What is answered when a service that we need is out of reach.

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;

use crate::players::{Stage, listen_at};

const QUEUES: &str = "AmazonSQS";
const TABLES: &str = "DynamoDB";

/// The services of a world, one of which cannot be reached.
struct Without<T> {
    service: &'static str,
    services: T,
}

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

impl<T: Transport> Transport for Without<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        if target.unwrap_or_default().starts_with(self.service) {
            return Box::pin(async { Err(TransportError::Other("out of reach".to_owned())) });
        }
        self.services.call(request)
    }
}

impl Stage {
    async fn without(service: &'static str) -> Self {
        let mut stage = Self::start().await;
        let services = stage.world.engines.clone();
        let environment = stage.world.environment("ListeningApi");
        let transport = Arc::new(Without { service, services });
        stage.world.aws = Aws::over(&environment, transport).unwrap();
        stage.api = stage.world.app("ListeningApi", listening::build).await;
        stage
    }
}

#[tokio::test]
async fn when_nothing_can_be_sent_on_every_protocol_says_try_again() {
    let stage = Stage::without(QUEUES).await;
    let member = stage.member("alice");
    let at_s = stage.now_s() - 600;

    let document = json!({ "listen_type": "single", "payload": [listen_at(at_s)] });
    let answer = stage.submit(&member.token, &document).await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.json(),
        json!({ "code": 503, "error": "Cannot submit listens to queue, please try again later." })
    );

    let form = format!("s=s.{}&a[0]=A&t[0]=T&l[0]=200&i[0]={at_s}", member.token);
    let client = stage.api.anonymous();
    let request = client
        .request("POST", "/scrobble/1.2/submissions")
        .body(form);
    let answer = request.send().await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (503, "FAILED try again\n")
    );

    let listen = json!({
        "listened_at": at_s, "duration_ms": 200_000, "track_name": "T", "artist_name": "A",
    });
    let caller = stage.api.caller(member.account);
    let answer = caller
        .post("/v1/listens", json!({ "listens": [listen] }))
        .await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (503, "unavailable")
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_verified_now_is_not_called_invalid() {
    let stage = Stage::without(TABLES).await;
    let token = stage.member("alice").token;
    let document = json!({ "listen_type": "single", "payload": [listen_at(stage.now_s() - 600)] });

    let answer = stage.submit(&token, &document).await;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!(503)));

    let path = format!("/1/validate-token?token={token}");
    assert_eq!(stage.api.anonymous().get(&path).await.status, 503);

    let path = format!("/scrobble/1.2?hs=true&p=1.2&c=mdc&u={token}");
    let answer = stage.api.anonymous().get(&path).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().starts_with("FAILED "));
    stage.assert_nothing_sent("not verified").await;
}
