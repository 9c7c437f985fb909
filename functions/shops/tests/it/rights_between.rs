//! What happens between the judgement of a listing and the commit of its publication.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;

use crate::{
    rights_cases::claim,
    rights_stage::{Stage, account, done, grant, grant_in, grants_path, id},
};

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;
type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The services of a world, but before the first transaction something else is done.
struct Interrupted<T> {
    services: Arc<T>,
    deed: Mutex<Option<Deed>>,
}

impl<T: Transport + 'static> Transport for Interrupted<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let is_transaction = target.is_some_and(|target| target.ends_with("TransactWriteItems"));
        let deed = is_transaction
            .then(|| self.deed.lock().unwrap().take())
            .flatten();
        let services = Arc::clone(&self.services);
        Box::pin(async move {
            if let Some(deed) = deed {
                deed.await;
            }
            services.call(request).await
        })
    }
}

/// Publishes a label's listing, with `deed` done after it was judged and before that is committed.
async fn publish_around(stage: &mut Stage, listing: &str, deed: Deed) -> testkit::Answer {
    let interrupted = Arc::new(Interrupted {
        services: Arc::new(stage.world.engines.clone()),
        deed: Mutex::new(Some(deed)),
    });
    let environment = stage.world.environment("ShopsApi");
    stage.world.aws = Aws::over(&environment, interrupted.clone()).unwrap();
    stage.api = stage.world.app("ShopsApi", shops::build).await;
    let answer = stage.publish("label", listing).await;
    assert!(interrupted.deed.lock().unwrap().is_none(), "it was done");
    answer
}

#[tokio::test]
async fn an_exclusive_grant_in_between_is_seen() {
    let mut stage = Stage::set().await;
    let (work, recording) = stage.song("label").await;
    let shop = stage.shop("label", "CN").await;
    for (number, subject) in [work, recording.clone()].into_iter().enumerate() {
        let listing = stage.draft_track("label", &shop, &recording).await;
        let label = stage.member("label");
        let deed = {
            let subject = subject.clone();
            let body = grant_in("giant", json!({ "exclusive": true }));
            async move {
                drop(id(
                    &grant(&label, &subject, &format!("k{number}"), body).await
                ))
            }
        };
        let refused = publish_around(&mut stage, &listing, Box::pin(deed)).await;
        assert_eq!(refused.problem_code(), "rights_missing");
        let state = stage.state("label", &shop, &listing).await;
        assert_eq!(state, "approved");
        let path = grants_path(&subject);
        let grants = stage.member("label").get(&path).await.json();
        let granted = grants["items"][0]["id"].as_str().unwrap().to_owned();
        done(&stage.revoke("label", &granted, json!({})).await);
    }
}

#[tokio::test]
async fn a_harmless_grant_in_between_is_no_obstacle() {
    let mut stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let shop = stage.shop("label", "CN").await;
    let listing = stage.draft_track("label", &shop, &recording).await;
    let label = stage.member("label");
    let deed = async move {
        let body = grant_in("store", json!({}));
        id(&grant(&label, &recording, "k1", body).await);
    };
    done(&publish_around(&mut stage, &listing, Box::pin(deed)).await);
}

#[tokio::test]
async fn a_case_that_suspends_the_listing_in_between_is_seen() {
    let mut stage = Stage::set().await;
    let (_, recording) = stage.song("label").await;
    let shop = stage.shop("label", "CN").await;
    let listing = stage.track("label", &shop, &recording).await;
    let ada = stage.api.caller(account("ada"));
    let case = id(&ada.post("/v1/rights-cases", claim(&listing)).await);
    let pause = format!("/v1/listings/{listing}/pause");
    done(&stage.member("label").post(&pause, json!({})).await);
    let operator = stage.api.operator();
    let deed = async move {
        let path = format!("/v1/rights-cases/{case}/suspend-listing");
        done(&operator.post(&path, json!({})).await);
    };
    let refused = publish_around(&mut stage, &listing, Box::pin(deed)).await;
    assert!([409, 412].contains(&refused.status), "{}", refused.text());
    assert_eq!(stage.state("label", &shop, &listing).await, "suspended");
}
