//! Parts of the platform that are served alone, for functions that run somewhere else: under
//! `cargo lambda watch`, under `sam local`, or deployed on an emulator.

use std::{
    future::IntoFuture,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request};
use bytes::Bytes;
use engines::{EngineError, Engines, template::Template};
use http::{Response, StatusCode};
use kernel::Clock;
use platform::Aws;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    Options, StartFailure, Storage,
    body::{self, Unread},
    functions, listen, payment_gateway, save_now_and_then,
};

/// How long answers in flight are waited for at the end.
const GRACE: Duration = Duration::from_secs(5);

/// What the template defines but its functions: tables, queues, buckets and secrets, over TCP.
pub struct ServedEngines {
    engines: Engines,
    served: Served,
}

/// The payment gateway of a laptop, over TCP.
pub struct ServedGateway(Served);

/// A router on a socket.
struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

impl ServedEngines {
    /// Serves the engines on `host`. They believe whoever signs with their access key, which is no
    /// secret: a `host` other than the loopback address opens them to that network.
    pub async fn start(options: &Options, host: IpAddr) -> Result<Self, StartFailure> {
        let (listener, address) = listen(host, options.port).await?;
        let parameters = crate::environment_files::parameters(&options.template)?;
        let template = Template::read(&options.template, &parameters)?;
        let engines = match &options.storage {
            Storage::Memory => Engines::memory(&template).await?,
            Storage::Directory(path) => Engines::on_disk(&template, path).await?,
        };
        payment_gateway::introduce(&template, &engines)?;
        let answering = engines.clone();
        let router = Router::new().fallback(move |request: Request| {
            let engines = answering.clone();
            async move { answer(&engines, request).await.map(Body::from) }
        });
        let served = Served::start(listener, address, router);
        tokio::spawn(save_now_and_then(engines.clone(), served.stop.subscribe()));
        Ok(Self { engines, served })
    }

    /// Where they are, without a slash at the end.
    pub fn url(&self) -> String {
        self.served.url()
    }

    /// Stops taking requests and keeps what must be kept.
    pub async fn stop(self) -> Result<(), EngineError> {
        self.served.stop().await;
        self.engines.close().await
    }
}

impl ServedGateway {
    /// Serves an empty gateway, whose notifies go where each trade says.
    pub async fn start(host: IpAddr, port: u16) -> Result<Self, StartFailure> {
        let (listener, address) = listen(host, port).await?;
        let gateway = payment_gateway::open(&Clock::system())?;
        let served = Served::start(listener, address, gateway.router());
        let aws = Aws::of_environment(&functions::credentials())?;
        tokio::spawn(payment_gateway::deliver(
            gateway,
            aws,
            served.stop.subscribe(),
        ));
        Ok(Self(served))
    }

    /// Where it is, without a slash at the end.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Stops taking requests.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}

impl Served {
    fn start(listener: TcpListener, address: SocketAddr, router: Router) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let server = axum::serve(listener, router).with_graceful_shutdown(async move {
            // An error means that the sender is gone, which is the same wish.
            let _ended = stopped.wait_for(|stopped| *stopped).await;
        });
        Self {
            address,
            stop,
            server: tokio::spawn(server.into_future()),
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        // Connections that are kept alive end with the process.
        if tokio::time::timeout(GRACE, self.server).await.is_err() {
            tracing::warn!("some connections were still open");
        }
    }
}

async fn answer(engines: &Engines, request: Request) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let limit = body::limit_for_aws(&head.headers);
    let refused = match body::whole(body, limit).await {
        Ok(body) => return engines.serve(http::Request::from_parts(head, body)).await,
        Err(Unread::TooLong) => StatusCode::PAYLOAD_TOO_LARGE,
        Err(Unread::Broken) => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = refused;
    response
}
