//! The platform's own clients over the engines: signing, serialisation and retries as on AWS.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use engines::{ACCESS_KEY_ID, Engines, REGION, SECRET_ACCESS_KEY};
use http::{Request, StatusCode};
use platform::{
    Aws, Environment,
    table::{Key, Transaction, Write},
};
use serde_json::{Value, json};

use crate::world::{WORK_URL, engines};

const LISTENER: &str = "http://localhost:3000";

fn clients(engines: &Engines, endpoint: Option<&str>) -> Aws {
    let variables = [
        ("AWS_REGION", Some(REGION)),
        ("AWS_ACCESS_KEY_ID", Some(ACCESS_KEY_ID)),
        ("AWS_SECRET_ACCESS_KEY", Some(SECRET_ACCESS_KEY)),
        ("AWS_ENDPOINT_URL", endpoint),
    ];
    let environment: Environment = variables
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    Aws::over(&environment, Arc::new(engines.clone())).unwrap()
}

#[tokio::test]
async fn every_client_reaches_its_engine_with_and_without_an_endpoint() {
    let engines = engines().await;
    for endpoint in [None, Some(LISTENER)] {
        let aws = clients(&engines, endpoint);
        let table = aws.table("planet-Orders");
        let item = json!({ "pk": "order_1", "sk": "head", "total": 5 });
        aws.transact(Transaction::new().and(Write::put(&table, &item)))
            .await
            .unwrap();
        let found: Option<Value> = table.get(&Key::sorted("order_1", "head")).await.unwrap();
        assert_eq!(found.unwrap()["total"], 5);

        aws.queue(WORK_URL).send("hello").await.unwrap();
        let queue = engines.queue("Work").unwrap();
        let received = queue.receive(1, Duration::ZERO, None).await.unwrap();
        assert_eq!(received[0].body, "hello");

        let bucket = aws.bucket("planet-media");
        bucket.put("some/key", Bytes::from("bytes")).await.unwrap();
        let stored = bucket.get("some/key", 100).await.unwrap();
        assert_eq!(stored.unwrap(), "bytes");
        assert_eq!(bucket.get("nothing", 100).await.unwrap(), None);

        aws.secret("planet-SigningKey").await.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_the_platform_gives_out_takes_exactly_what_it_is_for() {
    let engines = engines().await;
    let bucket = clients(&engines, Some(LISTENER)).bucket("planet-media");
    let link = bucket
        .presign_put("covers/a b.png", "image/png", 5, Duration::from_secs(60))
        .unwrap();
    let upload = async |body: &'static str, content_type: &str| {
        let path = link.url.strip_prefix(LISTENER).unwrap();
        let mut request = Request::put(path).header("host", "localhost:3000");
        for (name, value) in &link.headers {
            if name != "host" && name != "content-length" && name != "content-type" {
                request = request.header(name, value);
            }
        }
        let request = request
            .header("content-length", body.len())
            .header("content-type", content_type)
            .body(Bytes::from(body))
            .unwrap();
        assert!(engines.is_for_aws(&request));
        engines.serve(request).await.status()
    };
    assert_eq!(upload("longer", "image/png").await, StatusCode::FORBIDDEN);
    assert_eq!(upload("image", "text/html").await, StatusCode::FORBIDDEN);
    assert_eq!(upload("image", "image/png").await, StatusCode::OK);
    let stored = bucket.get("covers/a b.png", 100).await.unwrap();
    assert_eq!(stored.unwrap(), "image");
}
