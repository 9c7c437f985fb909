//! `GET /1/validate-token`

use serde_json::json;
use testkit::Answer;

use crate::players::Stage;

async fn validate(stage: &Stage, path: &str, header: Option<&str>) -> Answer {
    let client = stage.api.anonymous();
    let mut request = client.request("GET", path);
    if let Some(header) = header {
        request = request.header("authorization", header);
    }
    request.send().await
}

#[tokio::test]
async fn a_good_token_is_valid_in_the_header_and_in_the_parameter() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    let token = &member.token;
    let query = format!("/1/validate-token?token={token}");
    let header = format!("Token {token}");
    for (path, header) in [
        ("/1/validate-token", Some(header.as_str())),
        (query.as_str(), None),
        (query.as_str(), Some("Bearer something")),
        ("/1/validate-token?token=nonsense", Some(header.as_str())),
    ] {
        let answer = validate(&stage, path, header).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.json(),
            json!({ "code": 200, "message": "Token valid.", "valid": true, "user_name": member.account }),
            "{path}"
        );
        assert_eq!(answer.header("x-ratelimit-limit"), Some("50"));
    }
}

#[tokio::test]
async fn the_word_before_the_token_may_be_written_in_any_case() {
    let stage = Stage::start().await;
    let token = stage.member("alice").token;
    for scheme in ["token", "TOKEN", "Token"] {
        let answer = validate(
            &stage,
            "/1/validate-token",
            Some(&format!("{scheme} {token}")),
        )
        .await;
        assert_eq!(answer.json()["valid"], true, "{scheme}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_invalid_and_not_an_error() {
    let stage = Stage::start().await;
    let member = stage.member("alice");
    stage.revoke(&member).await;
    for token in [
        "nonsense",
        "lt_AAAA",
        "00000000-0000-4000-8000-000000000000",
        &member.token,
    ] {
        let answer = validate(&stage, "/1/validate-token", Some(&format!("Token {token}"))).await;
        assert_eq!(answer.status, 200, "{token}");
        let invalid = json!({ "code": 200, "message": "Token invalid.", "valid": false });
        assert_eq!(answer.json(), invalid, "{token}");
    }
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_judge() {
    let stage = Stage::start().await;
    let double_space = format!("Token  {}", stage.member("alice").token);
    for (path, header) in [
        ("/1/validate-token", None),
        ("/1/validate-token?token=", None),
        ("/1/validate-token", Some("Bearer something")),
        ("/1/validate-token?token=x", Some(double_space.as_str())),
    ] {
        let answer = validate(&stage, path, header).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(
            answer.json(),
            json!({ "code": 400, "error": "You need to provide an Authorization token." })
        );
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("50"));
    }
}

#[tokio::test]
async fn asking_is_limited_like_reporting() {
    let stage = Stage::start().await;
    let path = format!("/1/validate-token?token={}", stage.member("alice").token);
    for _ in 0..50 {
        assert_eq!(validate(&stage, &path, None).await.status, 200);
    }
    let answer = validate(&stage, &path, None).await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!(429)));
}
