use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::world::{ask, code, engines};

#[tokio::test]
async fn an_operation_that_no_engine_has_is_unknown() {
    let engines = engines().await;
    for target in [
        "DynamoDB_20120810.ExportTableToPointInTime",
        "AmazonSQS.Nonsense",
        "secretsmanager.RotateSecret",
        "Logs_20140328.PutLogEvents",
        "nonsense",
    ] {
        let (status, body) = ask(&engines, target, json!({})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(code(&body), "UnknownOperationException", "{target}");
    }
}

#[tokio::test]
async fn a_request_over_a_socket_must_be_signed_with_the_local_key() {
    let engines = engines().await;
    let request = |authorization: &str| {
        Request::post("/")
            .header("host", "localhost:3000")
            .header("x-amz-target", "DynamoDB_20120810.ListTables")
            .header("authorization", authorization)
            .body(Bytes::from("{}"))
            .unwrap()
    };
    let ours = "AWS4-HMAC-SHA256 Credential=planet/20260101/us-east-1/dynamodb/aws4_request";
    let response = engines.serve(request(ours)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let theirs = "AWS4-HMAC-SHA256 Credential=AKIAOTHER/20260101/us-east-1/dynamodb/aws4_request";
    let response = engines.serve(request(theirs)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(code(&body), "UnrecognizedClientException");
}
