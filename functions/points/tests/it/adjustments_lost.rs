//! `/v1/points/adjustments` while calls and their replies are lost.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use engines::Engines;
use futures_util::future::BoxFuture;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use testkit::App;

use crate::{
    Points,
    adjustments::{ADJUSTMENTS, body, decide, listed, operator, post, start},
};

/// A line over which a function can lose replies, or everything after so many calls.
#[derive(Clone)]
struct Line {
    engines: Engines,
    calls: Arc<AtomicUsize>,
    /// From this call on nothing arrives, and of the call before it no reply comes back.
    dies_at: usize,
}

impl Transport for Line {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let broken = || TransportError::Io("the line is dead".to_owned());
        if number > self.dies_at {
            return Box::pin(async move { Err(broken()) });
        }
        let call = self.engines.call(request);
        let is_last = number == self.dies_at;
        Box::pin(async move {
            let answer = call.await?;
            if is_last { Err(broken()) } else { Ok(answer) }
        })
    }
}

/// The API on a line that dies at the call of that number.
async fn dying(points: &Points, dies_at: usize) -> (App, Arc<AtomicUsize>) {
    let line = Line {
        engines: points.world.engines.clone(),
        calls: Arc::default(),
        dies_at,
    };
    let calls = Arc::clone(&line.calls);
    let environment = points.world.environment("PointsApi");
    let aws = Aws::over(&environment, Arc::new(line)).unwrap();
    let clock = points.world.clock.clone();
    let build = |_, _, _| points::build(environment, aws, clock);
    (points.world.app("PointsApi", build).await, calls)
}

#[tokio::test]
async fn whichever_call_is_lost_the_same_key_finds_it_done_once() {
    for dies_at in 1..40 {
        let (points, fan) = start().await;
        let (api, calls) = dying(&points, dies_at).await;
        let proposal = body(fan, 25);
        let first = post(&operator(&api, "one"), ADJUSTMENTS, "k", proposal.clone()).await;
        let client = operator(&points.api, "one");
        let again = post(&client, ADJUSTMENTS, "k", proposal).await;
        assert_eq!(again.status, 201, "{dies_at}: {}", again.text());
        let id = again.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(
            listed(&points, "").await,
            std::slice::from_ref(&id),
            "{dies_at}"
        );

        let (api, _) = dying(&points, dies_at).await;
        let approval = decide(&api, "other", &id, "a", "approve").await;
        assert!([200, 503].contains(&approval.status), "{}", approval.text());
        let again = decide(&points.api, "other", &id, "a", "approve").await;
        assert_eq!(again.status, 200, "{dies_at}: {}", again.text());
        assert_eq!(points.available(fan).await, 85, "{dies_at}");
        if calls.load(Ordering::SeqCst) < dies_at && approval.status == 200 {
            assert_eq!(first.status, 201);
            return;
        }
    }
    panic!("it never lived");
}
