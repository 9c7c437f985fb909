//! The seam between the functions and everything else, with a fault at any one call.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use platform::{
    Aws,
    public::{Dial, PublicOutbound},
    serve::{Function, Invocation},
    transport::{Transport, TransportError},
};
use serde_json::json;
use tokio::sync::Notify;

use crate::shop::Shop;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never arrives, and the caller is told so.
    LostBefore,
    /// It arrives and is done, and its answer is lost.
    LostAfter,
    /// The whole task ends before it is made.
    DroppedBefore,
    /// The whole task ends when it is done, before its answer is read.
    DroppedAfter,
}

/// All that can go wrong.
pub(crate) const FAULTS: [Fault; 4] = [
    Fault::LostBefore,
    Fault::LostAfter,
    Fault::DroppedBefore,
    Fault::DroppedAfter,
];

/// Counts the calls to services and to partners, and lets one of them fail.
#[derive(Clone, Default)]
pub(crate) struct Seam(Arc<Inner>);

#[derive(Default)]
struct Inner {
    calls: AtomicUsize,
    fault: Mutex<Option<(usize, Fault)>>,
    dropped: Notify,
}

impl Seam {
    /// Begins to count anew, with this fault at the call of this number, counted from 0.
    pub(crate) fn arm(&self, fault: Option<(usize, Fault)>) {
        self.0.calls.store(0, Ordering::SeqCst);
        *self.0.fault.lock().unwrap() = fault;
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// Runs a task until it ends, or is to be dropped: then it is.
    pub(crate) async fn run<T>(&self, task: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = task => Some(done),
            () = self.0.dropped.notified() => None,
        }
    }

    /// Everything that the functions of `shop` built from now on call goes through here.
    pub(crate) fn put_before(&self, shop: &mut Shop) {
        let (names, dial) = shop.world.internet.outbound().parts();
        let services = Arc::new(Seamed {
            seam: self.clone(),
            inner: shop.world.engines.clone(),
        });
        let dial = Seamed {
            seam: self.clone(),
            inner: dial,
        };
        let environment = shop.world.environment("VouchersApi");
        let aws = Aws::over(&environment, services).unwrap();
        shop.world.aws = aws.with_public_outbound(PublicOutbound::over(names, Arc::new(dial)));
    }

    fn carry(
        &self,
        answer: BoxFuture<'static, Result<http::Response<Bytes>, TransportError>>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let number = self.0.calls.fetch_add(1, Ordering::SeqCst);
        let fault = *self.0.fault.lock().unwrap();
        let fault = fault
            .filter(|(at, _)| *at == number)
            .map(|(_, fault)| fault);
        let seam = self.clone();
        let lost = || Err(TransportError::Other("the line is cut".to_owned()));
        Box::pin(async move {
            match fault {
                None => answer.await,
                Some(Fault::LostBefore) => lost(),
                Some(Fault::LostAfter) => {
                    answer.await?;
                    lost()
                }
                Some(Fault::DroppedBefore) => seam.end().await,
                Some(Fault::DroppedAfter) => {
                    answer.await?;
                    seam.end().await
                }
            }
        })
    }

    /// Has the task dropped that waits here.
    async fn end<T>(&self) -> T {
        self.0.dropped.notify_one();
        std::future::pending().await
    }
}

/// Services or a network behind the seam.
struct Seamed<T> {
    seam: Seam,
    inner: T,
}

impl<T: Transport> Transport for Seamed<T> {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        self.seam.carry(self.inner.call(request))
    }
}

impl Dial for Seamed<Arc<dyn Dial>> {
    fn call(
        &self,
        address: SocketAddr,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        self.seam.carry(self.inner.call(address, request))
    }
}

/// A sweeper that may fail.
pub(crate) struct Sweeper(Function);

impl Sweeper {
    pub(crate) async fn of(shop: &Shop) -> Self {
        let environment = shop.world.environment("VouchersSweeper");
        let (aws, clock) = (
            shop.world.aws_of("VouchersSweeper"),
            shop.world.clock.clone(),
        );
        Self(vouchers::build(environment, aws, clock).await.unwrap())
    }

    /// Runs once; what it could not do it does the next time.
    pub(crate) async fn sweep(&self) {
        let event = json!({ "schedule": "end-and-ask" }).to_string();
        let _ = self.0.invoke(&event, &Invocation::default()).await;
    }
}
