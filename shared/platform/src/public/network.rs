//! The network itself: the system's name servers, and connections that go where they are told.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use super::{Dial, Names, PORT};
use crate::{
    connector::{Addresses, Connector, Trust, TrustError, trust_of_system},
    logging::causes,
    outbound::{CONNECT_TIMEOUT, exchange},
    transport::TransportError,
};

/// The system's name servers.
pub(super) struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, host: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, TransportError>> {
        // With a dot at its end a name is whole: the system's list of domains to search is not
        // tried, whose names are those of the inside.
        let whole = format!("{host}.");
        Box::pin(async move {
            let found = tokio::net::lookup_host((whole, PORT)).await;
            let found = found.map_err(|error| TransportError::Io(error.to_string()))?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Connections over TLS, each to the one address that it was made for.
#[derive(Default)]
pub(super) struct PinnedDial {
    /// By default, whom the system trusts, as read at the first call.
    trust: Arc<OnceCell<Trust>>,
}

impl Dial for PinnedDial {
    fn call(
        &self,
        address: SocketAddr,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let trust = Arc::clone(&self.trust);
        Box::pin(async move {
            // A port that is written would be dialled instead.
            if request.uri().port().is_some() {
                return Err(TransportError::Other("the address says a port".to_owned()));
            }
            let trust = trust.get_or_try_init(|| async { trust_of_system() }).await;
            let trust = trust.map_err(|error: TrustError| TransportError::Other(causes(&error)))?;
            // A connector of its own for every call: with a shared one, a connection that another call
            // opened to another address of the name could be taken again.
            let addresses = Addresses::One(address);
            let connector = Connector::new(Arc::clone(trust), addresses, CONNECT_TIMEOUT);
            exchange(&connector, request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{
            ServerConfig,
            crypto::ring,
            pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        },
    };

    use super::*;
    use crate::OutboundLimits;

    const AUTHORITY: &str = include_str!("../../tests/tls/authority.pem");
    const CERTIFICATE: &str = include_str!("../../tests/tls/server.pem");
    const PRIVATE_KEY: &str = include_str!("../../tests/tls/server_private.pem");

    /// A server on this machine that proves to be `hook.example`.
    struct Server {
        address: SocketAddr,
        requests: Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        async fn start(answer: &'static [u8]) -> Self {
            let provider = Arc::new(ring::default_provider());
            let chain = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(PRIVATE_KEY.as_bytes()).unwrap();
            let config = ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![chain], key)
                .unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let server = Self {
                address: listener.local_addr().unwrap(),
                requests: Arc::default(),
            };
            let requests = Arc::clone(&server.requests);
            tokio::spawn(async move {
                while let Ok((socket, _)) = listener.accept().await {
                    let Ok(mut stream) = acceptor.accept(socket).await else {
                        continue;
                    };
                    let mut request = vec![0; 4_096];
                    let length = stream.read(&mut request).await.unwrap();
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    requests.lock().unwrap().push(request);
                    // Whoever has read enough hangs up.
                    let _sent = stream.write_all(answer).await;
                    let _closed = stream.shutdown().await;
                }
            });
            server
        }

        fn requests(&self) -> Vec<String> {
            self.requests.lock().unwrap().clone()
        }
    }

    fn dial_that_trusts_the_server() -> PinnedDial {
        let trust = crate::connector::trust_in(AUTHORITY).unwrap();
        PinnedDial {
            trust: Arc::new(trust.into()),
        }
    }

    fn request(url: &str) -> http::Request<Bytes> {
        let limits = OutboundLimits {
            timeout_ms: 5_000,
            max_response_bytes: 100,
        };
        let request = http::Request::post(url).extension(limits);
        request.body(Bytes::from_static(b"hello")).unwrap()
    }

    /// Nobody has an address for this name: the call arrives because it was told where to go.
    #[tokio::test]
    async fn a_call_goes_where_it_is_told_and_is_answered_by_who_proves_the_name() {
        let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let request = request("https://hook.example/in?a=b");
        let response = dial_that_trusts_the_server().call(server.address, request);
        assert_eq!(response.await.unwrap().body(), "ok");
        let requests = server.requests();
        let [received] = requests.as_slice() else {
            panic!("{requests:?}");
        };
        assert!(
            received.starts_with("POST /in?a=b HTTP/1.1\r\n"),
            "{received}"
        );
        assert!(received.contains("\r\nhost: hook.example"), "{received}");
        assert!(received.ends_with("\r\n\r\nhello"), "{received}");
    }

    #[tokio::test]
    async fn who_cannot_prove_the_name_is_told_nothing() {
        let server = Server::start(b"").await;
        let other = request("https://other.example/in");
        let answer = dial_that_trusts_the_server().call(server.address, other);
        let error = answer.await.unwrap_err().to_string();
        assert!(error.contains("certificate"), "{error}");
        // The right name, and nobody whom the system trusts says so.
        let stranger = PinnedDial::default().call(server.address, request("https://hook.example/"));
        let error = stranger.await.unwrap_err().to_string();
        assert!(error.contains("certificate"), "{error}");
        assert!(server.requests().is_empty());
    }

    #[tokio::test]
    async fn a_redirect_is_brought_back_and_not_followed() {
        let answer = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: https://hook.example/again\r\n\
            content-length: 0\r\n\r\n";
        let server = Server::start(answer).await;
        let request = request("https://hook.example/");
        let response = dial_that_trusts_the_server().call(server.address, request);
        assert_eq!(response.await.unwrap().status(), 307);
        assert_eq!(server.requests().len(), 1);
    }

    #[tokio::test]
    async fn no_more_is_read_than_shows_that_an_answer_is_too_large() {
        const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n";
        let mut answer = vec![b'a'; 50_000_000];
        answer[..HEAD.len()].copy_from_slice(HEAD);
        let server = Server::start(answer.leak()).await;
        let request = request("https://hook.example/");
        let response = dial_that_trusts_the_server().call(server.address, request);
        let read = response.await.unwrap().body().len();
        assert!((101..1_000_000).contains(&read), "{read} bytes");
    }

    /// Or it would go to another place than was judged.
    #[tokio::test]
    async fn an_address_with_a_port_of_its_own_is_not_dialled() {
        let server = Server::start(b"").await;
        let request = request("https://hook.example:443/");
        let answer = dial_that_trusts_the_server().call(server.address, request);
        assert!(matches!(answer.await, Err(TransportError::Other(_))));
        assert!(server.requests().is_empty());
    }
}
