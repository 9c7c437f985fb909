use bytes::Bytes;
use engines::Engines;
use http::{Request, Response, StatusCode};
use platform::transport::Transport;

use crate::{sign, world::engines};

const LISTENER: &str = "localhost:3000";

/// A request as it comes over a socket: a path, and the host in a header.
async fn over_a_socket(
    engines: &Engines,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &'static str,
) -> Response<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .header("host", LISTENER)
        .header("content-length", body.len());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(body)).unwrap();
    assert!(engines.is_for_aws(&request));
    engines.serve(request).await
}

#[tokio::test]
async fn a_presigned_put_stores_what_a_presigned_get_gives_back() {
    let engines = engines().await;
    let headers = [("content-length", "5"), ("content-type", "image/png")];
    let path = "/planet-media/covers/one.png";
    let put = sign::presigned("PUT", LISTENER, path, 60, 0, &headers);
    let response = over_a_socket(&engines, "PUT", &put, &headers[1..], "image").await;
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.body());

    let get = sign::presigned("GET", LISTENER, path, 60, 0, &[]);
    let response = over_a_socket(&engines, "GET", &get, &[], "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body(), "image");
    assert_eq!(response.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn a_presigned_url_holds_for_what_was_signed_and_nothing_else() {
    let engines = engines().await;
    let path = "/planet-media/one.png";
    let png = [("content-type", "image/png")];
    let put = sign::presigned("PUT", LISTENER, path, 60, 0, &png);
    let html = [("content-type", "text/html")];
    let other_path = put.replace("one.png", "two.png");
    let expired = sign::presigned("PUT", LISTENER, path, 60, 61, &png);
    let sized = [("content-length", "5"), ("content-type", "image/png")];
    let other_size = sign::presigned("PUT", LISTENER, path, 60, 0, &sized);
    for (what, method, url, headers) in [
        ("another type", "PUT", &put, &html),
        ("another path", "PUT", &other_path, &png),
        ("another method", "GET", &put, &png),
        ("too late", "PUT", &expired, &png),
        ("another length", "PUT", &other_size, &png),
    ] {
        let response = over_a_socket(&engines, method, url, headers, "longer than five").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{what}");
    }
}

#[tokio::test]
async fn a_client_reaches_a_bucket_by_path_and_by_host() {
    let engines = engines().await;
    let put = sign::signed(
        "PUT",
        "s3.us-east-1.amazonaws.com",
        "/planet-media/a",
        "one",
    );
    let response = engines.call(put).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.body());
    let host = "planet-media.s3.us-east-1.amazonaws.com";
    let response = engines
        .call(sign::signed("GET", host, "/a", ""))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.body());
    assert_eq!(response.body(), "one");
}

#[tokio::test]
async fn an_unsigned_request_is_refused() {
    let engines = engines().await;
    let request = Request::get("https://s3.us-east-1.amazonaws.com/planet-media/a")
        .body(Bytes::new())
        .unwrap();
    assert!(!engines.is_for_aws(&request));
    let response = engines.call(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_object_or_bucket_that_is_not_there_is_not_found() {
    let engines = engines().await;
    for path in ["/planet-media/nothing", "/planet-nowhere/nothing"] {
        let request = sign::signed("GET", "s3.us-east-1.amazonaws.com", path, "");
        let response = engines.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
