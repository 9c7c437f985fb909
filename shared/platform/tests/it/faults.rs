//! A transport that loses what it is told to lose.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use engines::Engines;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use platform::transport::{Transport, TransportError};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    LoseRequest,
    /// The request takes effect and its answer is lost.
    LoseReply,
    /// The request arrives twice; the second answer comes back.
    Repeat,
}

/// Decides by the number of the call.
pub(crate) struct Faulty {
    engines: Engines,
    plan: Box<dyn Fn(usize) -> Fault + Send + Sync>,
    calls: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) fn new(
        engines: Engines,
        plan: impl Fn(usize) -> Fault + Send + Sync + 'static,
    ) -> Self {
        Self {
            engines,
            plan: Box::new(plan),
            calls: Arc::default(),
        }
    }

    pub(crate) fn calls(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.calls)
    }
}

impl Transport for Faulty {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let lost = || TransportError::Io("the connection broke".to_owned());
        match (self.plan)(self.calls.fetch_add(1, Ordering::SeqCst)) {
            Fault::None => self.engines.call(request),
            Fault::LoseRequest => Box::pin(async move { Err(lost()) }),
            Fault::LoseReply => {
                let call = self.engines.call(request);
                Box::pin(async move {
                    call.await?;
                    Err(lost())
                })
            }
            Fault::Repeat => {
                let first = self.engines.call(request.clone());
                let second = self.engines.call(request);
                Box::pin(async move {
                    first.await?;
                    second.await
                })
            }
        }
    }
}
