//! The engines, with a count of what is read from them and a switch that makes them fail.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use platform::{
    Aws,
    table::Table,
    transport::{Transport, TransportError},
};
use testkit::World;

#[derive(Clone)]
pub(crate) struct Counted {
    engines: Arc<dyn Transport>,
    calls: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

impl Counted {
    /// The keys table of `world` as seen through a counter.
    pub(crate) fn keys_table(world: &World) -> (Self, Table) {
        let counted = Self {
            engines: Arc::new(world.engines.clone()),
            calls: Arc::default(),
            down: Arc::default(),
        };
        let environment = world.environment("Authorizer");
        let aws = Aws::over(&environment, Arc::new(counted.clone())).unwrap();
        let table = aws.table(world.table("KeysTable").name());
        (counted, table)
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

impl Transport for Counted {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (engines, down) = (Arc::clone(&self.engines), self.down.load(Ordering::SeqCst));
        Box::pin(async move {
            // Gives others their turn while the call is on its way, as a network would.
            tokio::task::yield_now().await;
            if down {
                return Err(TransportError::Other("the test says so".to_owned()));
            }
            engines.call(request).await
        })
    }
}
