//! A worker that loses its services anywhere in the middle.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;

use crate::studio::{PNG, Studio, announce, clean_key, complete, path_of, picture, upload_key};

/// The services of a world, of which one call fails, before or after its effect.
struct Line<T> {
    services: T,
    calls: AtomicUsize,
    fails: usize,
    after_effect: bool,
}

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

impl<T: Transport> Transport for Line<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let fails = self.calls.fetch_add(1, Ordering::SeqCst) == self.fails;
        // An error that the SDK does not mend by itself: the worker sees it.
        let error = || Err(TransportError::Other("the line is cut".to_owned()));
        if fails && !self.after_effect {
            return Box::pin(async move { error() });
        }
        let answer = self.services.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            if fails { error() } else { Ok(answer) }
        })
    }
}

/// Puts a line before the worker whose call number `fails` fails, and answers it.
async fn cut(studio: &mut Studio, fails: usize, after_effect: bool) -> Arc<Line<impl Transport>> {
    let environment = studio.world.environment("MediaWorker");
    let line = Arc::new(Line {
        services: studio.world.engines.clone(),
        calls: AtomicUsize::new(0),
        fails,
        after_effect,
    });
    let over = Aws::over(&environment, line.clone()).unwrap();
    let whole = std::mem::replace(&mut studio.world.aws, over);
    studio.worker = studio.world.app("MediaWorker", media::build).await;
    studio.world.aws = whole;
    line
}

#[tokio::test]
async fn whatever_call_fails_the_check_is_done_in_the_end_and_nothing_is_left() {
    for after_effect in [false, true] {
        for (bytes, state) in [(PNG.to_vec(), "ready"), (vec![b'<'; PNG.len()], "rejected")] {
            let mut fails = 0;
            loop {
                let mut studio = Studio::start().await;
                let editor = studio.editor("silk");
                let media = announce(&editor, picture()).await;
                studio.upload(&media, &bytes, &[]).await;
                complete(&editor, &media).await;
                let line = cut(&mut studio, fails, after_effect).await;
                studio.check().await;
                let seen = editor.get(&path_of(&media)).await.json();
                assert_eq!(seen["state"], state, "call {fails}");
                assert_eq!(seen["version"], json!(3));
                let clean = studio.stored(&clean_key(&media)).await;
                assert_eq!(clean.is_some(), state == "ready", "call {fails}");
                assert_eq!(studio.stored(&upload_key(&media)).await, None);
                assert_eq!(studio.world.depth("MediaQueueDead").await, 0);
                if line.calls.load(Ordering::SeqCst) <= fails {
                    break;
                }
                fails += 1;
            }
            // Reading, looking, copying, saving, clearing: there was something to cut.
            assert!(fails > 6, "{fails}");
        }
    }
}
