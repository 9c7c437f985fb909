//! `GET /v1/media/{id}`

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::studio::{ABSENT, PDF, PNG, Studio, announce, file, path_of, picture};

#[tokio::test]
async fn a_ready_file_is_fetched_by_a_link_that_saves_it() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let announced = file("image", "封面 \u{2013} 1.png", "image/png", PNG);
    let media = studio.submit(&editor, announced, PNG).await;
    let url = media["download_url"].as_str().unwrap();
    let host = url.split('/').nth(2).unwrap();
    let request = Request::get(url).header("host", host);
    let request = request.body(Bytes::new()).unwrap();
    let response = studio.world.engines.serve(request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.body(), PNG);
    assert_eq!(response.headers()["content-type"], "image/png");
    let disposition = response.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(
        disposition,
        "attachment; filename*=UTF-8''%E5%B0%81%E9%9D%A2%20%E2%80%93%201.png"
    );
}

#[tokio::test]
async fn a_file_is_seen_by_its_organization_and_by_operators() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let media = announce(&editor, picture()).await;
    let path = path_of(&media);
    assert_eq!(studio.api.operator().get(&path).await.status, 200);
    let colleague = studio.member("silk", "colleague", &["catalogue"]);
    let seen = colleague.get(&path).await.json();
    assert_eq!(seen["state"], "awaiting_upload");
    // The form is its uploader's own affair.
    assert_eq!(seen["upload"], Value::Null);
    let foreign = studio.editor("cotton").get(&path).await;
    assert_eq!(foreign.problem_code(), "not_found");
    let absent = studio.editor("cotton").get(ABSENT).await;
    assert_eq!(absent.json(), foreign.json());
    let seller = studio.member("silk", "seller", &["orders", "organization"]);
    assert_eq!(seller.get(&path).await.problem_code(), "not_found");
    let nobody = studio.api.caller(kernel::Id::derive(&["somebody"]));
    assert_eq!(
        nobody.get(&path).await.problem_code(),
        "organization_required"
    );
    let anyone = studio.api.anonymous();
    assert_eq!(anyone.get(&path).await.problem_code(), "unauthenticated");
    for id in ["x", "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "..%2F..", "%00"] {
        let answer = editor.get(&format!("/v1/media/{id}")).await;
        assert_eq!(answer.problem_code(), "not_found", "{id}");
    }
}

#[tokio::test]
async fn papers_are_seen_by_those_who_speak_for_the_organization_and_by_who_brought_them() {
    let studio = Studio::start().await;
    let editor = studio.editor("silk");
    let page = file("document", "identity.pdf", "application/pdf", PDF);
    let media = studio.submit(&editor, page, PDF).await;
    let path = path_of(&media);
    let colleague = studio.member("silk", "colleague", &["catalogue"]);
    assert_eq!(colleague.get(&path).await.problem_code(), "not_found");
    let owner = studio.member("silk", "owner", &["organization"]);
    assert!(owner.get(&path).await.json()["download_url"].is_string());
    let operator = studio.api.operator();
    assert!(operator.get(&path).await.json()["download_url"].is_string());
}
