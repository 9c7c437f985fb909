//! Connections to servers: HTTP/1.1 over TLS, and in the clear where the address says so. What may be
//! called is for the caller to judge.
//!
//! Every way out of the process ends here: AWS's services, payment providers, strangers' addresses. The
//! SDK has a connector of its own, which brings HTTP/2, proxies and more pools than a function that does
//! one thing at a time has a use for: a tenth of each binary.
//!
//! Invariant: no proxy is asked, no redirect is followed, and a request is sent again only if nothing of
//! it had left on a connection that turned out to be closed.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use aws_smithy_types::body::SdkBody;
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::net::TcpStream;
use tower::Service;

/// Sends requests and keeps connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connector(Client<Timed, SdkBody>);

/// Why no answer came.
pub(crate) type ConnectorError = hyper_util::client::legacy::Error;

/// Whom a connector believes.
pub(crate) type Trust = Arc<ClientConfig>;

/// Why nobody can be believed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("the roots are unusable")]
    Roots(#[from] rustls::Error),
    #[error("the roots are no certificates")]
    Text(#[from] rustls::pki_types::pem::Error),
    #[error("the system trusts nobody")]
    System(#[from] io::Error),
}

/// Where a connector finds addresses.
#[derive(Clone, Debug)]
pub(crate) enum Addresses {
    /// The system's name servers say.
    OfSystem,
    /// At one address, whatever the name, so that a connector has no choice.
    One(SocketAddr),
}

/// Trusts the roots in `pem` alone.
pub(crate) fn trust_in(pem: &str) -> Result<Trust, TrustError> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(root?)?;
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Trusts whom the system trusts.
pub(crate) fn trust_of_system() -> Result<Trust, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_native_roots()?
        .with_no_client_auth();
    Ok(Arc::new(config))
}

impl Connector {
    /// To servers at `addresses` that prove to `trust` who they are, each connection being made within
    /// `timeout`: name, TCP and TLS.
    pub(crate) fn new(trust: Trust, addresses: Addresses, timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(addresses);
        // What the address says is TLS is for the layer above.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = Timed {
            connector: HttpsConnector::from((tcp, trust)),
            timeout,
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self(client)
    }

    /// Sends `request`, whose URI is absolute; answers when the head of the answer is there.
    pub(crate) async fn send(
        &self,
        request: http::Request<SdkBody>,
    ) -> Result<http::Response<Incoming>, ConnectorError> {
        self.0.request(request).await
    }
}

impl Service<Name> for Addresses {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let addresses = self.clone();
        Box::pin(async move {
            let found = match addresses {
                Self::OfSystem => GaiResolver::new().call(name).await?.collect(),
                Self::One(address) => vec![address],
            };
            Ok(found.into_iter())
        })
    }
}

/// Makes a connection in time or not at all.
#[derive(Clone, Debug)]
struct Timed {
    connector: HttpsConnector<HttpConnector<Addresses>>,
    timeout: Duration,
}

impl Service<http::Uri> for Timed {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: http::Uri) -> Self::Future {
        let connection = tokio::time::timeout(self.timeout, self.connector.call(uri));
        Box::pin(async move {
            let late =
                |_| io::Error::new(io::ErrorKind::TimedOut, "no connection was made in time");
            connection.await.map_err(late)?
        })
    }
}

/// Whether `error` says that time ran out.
pub(crate) fn is_timeout(error: &ConnectorError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether `error` says that the request cannot be sent, to whomever and however often.
pub(crate) fn is_unsendable(error: &ConnectorError) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_user)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    const MOMENT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(30);
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const LAST_ANSWER: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// Everything is dialled at `address`.
    fn connector(address: SocketAddr, timeout: Duration) -> Connector {
        let trust = trust_in(include_str!("../tests/tls/authority.pem")).unwrap();
        Connector::new(trust, Addresses::One(address), timeout)
    }

    fn request(uri: &str) -> http::Request<SdkBody> {
        http::Request::get(uri).body(SdkBody::empty()).unwrap()
    }

    async fn body(response: http::Response<Incoming>) -> bytes::Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    async fn answer_once(stream: &mut TcpStream, answer: &str) {
        let _read = stream.read(&mut [0; 1_024]).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
    }

    #[tokio::test]
    async fn a_server_that_never_says_hello_is_not_waited_for() {
        let (_listener, address) = listener().await;
        let connector = connector(address, MOMENT);
        let error = connector.send(request("https://a.example/")).await;
        let error = error.unwrap_err();
        assert!(is_timeout(&error), "{error:?}");
        assert!(!is_unsendable(&error), "{error:?}");
    }

    #[tokio::test]
    async fn where_nobody_listens_no_time_runs_out() {
        let (listener, address) = listener().await;
        drop(listener);
        let connector = connector(address, LONG);
        let error = connector.send(request("http://a.example/")).await;
        let error = error.unwrap_err();
        assert!(error.is_connect() && !is_timeout(&error), "{error:?}");
    }

    #[tokio::test]
    async fn a_connection_is_kept_until_the_server_closes_it() {
        let (listener, address) = listener().await;
        let connector = connector(address, LONG);
        let server = tokio::spawn(async move {
            let (mut first, _) = listener.accept().await.unwrap();
            answer_once(&mut first, ANSWER).await;
            answer_once(&mut first, LAST_ANSWER).await;
            let (mut second, _) = listener.accept().await.unwrap();
            answer_once(&mut second, ANSWER).await;
        });
        for _ in 0..3 {
            let response = connector.send(request("http://a.example/")).await.unwrap();
            assert_eq!(body(response).await, "ok");
        }
        server.await.unwrap();
    }

    #[tokio::test]
    async fn what_breaks_off_after_it_was_sent_is_not_sent_again() {
        let (listener, address) = listener().await;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _read = stream.read(&mut [0; 1_024]).await.unwrap();
            drop(stream);
            tokio::time::timeout(MOMENT, listener.accept())
                .await
                .is_err()
        });
        let connector = connector(address, LONG);
        let error = connector.send(request("http://a.example/")).await;
        assert!(!is_unsendable(&error.unwrap_err()));
        assert!(server.await.unwrap(), "it was sent again");
    }
}
