//! Calls to servers that are not AWS's, over a real socket.

use bytes::Bytes;
use platform::{Aws, Environment, OutboundError, OutboundLimits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 2_000,
    max_response_bytes: 100,
};

fn aws() -> Aws {
    let environment: Environment = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
    ]
    .into_iter()
    .collect();
    Aws::of_environment(&environment).unwrap()
}

/// Answers every connection with `answer`, or never if there is none; gives its address.
async fn server(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            if let Some(answer) = answer {
                let mut request = [0; 1024];
                let _read = socket.read(&mut request).await;
                let _written = socket.write_all(answer.as_bytes()).await;
            }
            open.push(socket);
        }
    });
    format!("http://{address}/path")
}

fn request(address: &str) -> http::Request<Bytes> {
    http::Request::post(address)
        .body(Bytes::from_static(b"hello"))
        .unwrap()
}

#[tokio::test]
async fn an_answer_is_brought_whole_and_a_redirect_is_not_followed() {
    let answer =
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nno";
    let address = server(Some(answer)).await;
    let response = aws().outbound().send(request(&address), LIMITS).await;
    let response = response.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(response.body(), &Bytes::from_static(b"no"));
}

#[tokio::test]
async fn a_server_that_is_silent_or_gone_gives_no_answer() {
    let silent = server(None).await;
    let hasty = OutboundLimits {
        timeout_ms: 50,
        ..LIMITS
    };
    let error = aws().outbound().send(request(&silent), hasty).await;
    assert!(matches!(error, Err(OutboundError::NoAnswer(_))));

    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    let error = aws().outbound().send(request(&address), LIMITS).await;
    assert!(matches!(error, Err(OutboundError::NoAnswer(_))));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n\
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let address = server(Some(answer)).await;
    let error = aws().outbound().send(request(&address), LIMITS).await;
    assert!(matches!(error, Err(OutboundError::TooLarge(100))));
}

#[tokio::test]
async fn an_address_without_a_host_is_not_sent() {
    let request = http::Request::get("/path").body(Bytes::new()).unwrap();
    let error = aws().outbound().send(request, LIMITS).await;
    assert!(matches!(error, Err(OutboundError::Unsendable(_))));
}
