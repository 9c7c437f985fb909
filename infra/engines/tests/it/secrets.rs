use http::StatusCode;
use serde_json::json;

use crate::world::{ask, code, engines};

const GET: &str = "secretsmanager.GetSecretValue";

#[tokio::test]
async fn a_secret_is_found_by_arn_and_by_name() {
    let engines = engines().await;
    let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:greeting-local0";
    for id in [arn, "greeting"] {
        let (status, body) = ask(&engines, GET, json!({ "SecretId": id })).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["SecretString"], "hello");
        assert_eq!(body["ARN"], arn);
    }
}

#[tokio::test]
async fn a_generated_secret_is_as_the_template_wants_it() {
    let engines = engines().await;
    let (_, body) = ask(&engines, GET, json!({ "SecretId": "planet-SigningKey" })).await;
    let secret = body["SecretString"].as_str().unwrap();
    assert_eq!(secret.len(), 40);
    assert!(secret.chars().all(|each| each.is_ascii_alphanumeric()));
    let (_, again) = ask(&engines, GET, json!({ "SecretId": "planet-SigningKey" })).await;
    assert_eq!(body, again);
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_not_found() {
    let engines = engines().await;
    let (status, body) = ask(&engines, GET, json!({ "SecretId": "nothing" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(code(&body), "ResourceNotFoundException");
}

#[tokio::test]
async fn what_is_filled_in_is_read_from_then_on() {
    let engines = engines().await;
    let put = json!({ "SecretId": "greeting", "SecretString": "good morning" });
    let (status, _) = ask(&engines, "secretsmanager.PutSecretValue", put).await;
    assert_eq!(status, StatusCode::OK);
    let (_, body) = ask(&engines, GET, json!({ "SecretId": "greeting" })).await;
    assert_eq!(body["SecretString"], "good morning");

    engines.put_secret("greeting", "good night").unwrap();
    let (_, body) = ask(&engines, GET, json!({ "SecretId": "greeting" })).await;
    assert_eq!(body["SecretString"], "good night");
    assert!(engines.put_secret("nothing", "x").is_err());
}
