//! A small world to test in, and how to ask something of it without an SDK.

use std::collections::BTreeMap;

use bytes::Bytes;
use engines::{Engines, Template};
use http::{Request, StatusCode};
use platform::transport::Transport;
use serde_json::{Value, json};

pub(crate) const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: S }
        - { AttributeName: due, AttributeType: S }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
      GlobalSecondaryIndexes:
        - IndexName: by-due
          KeySchema: [{ AttributeName: due, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      TimeToLiveSpecification: { AttributeName: expires_at, Enabled: true }
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Failed.Arn
        maxReceiveCount: 2
  Failed:
    Type: AWS::SQS::Queue
  InOrder:
    Type: AWS::SQS::Queue
    Properties: { FifoQueue: true, ContentBasedDeduplication: true }
  Media:
    Type: AWS::S3::Bucket
    Properties: { BucketName: planet-media }
  SigningKey:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: { PasswordLength: 40, ExcludePunctuation: true }
  Greeting:
    Type: AWS::SecretsManager::Secret
    Properties: { Name: greeting, SecretString: hello }
"#;

pub(crate) fn template() -> Template {
    Template::parse(TEMPLATE, &BTreeMap::new()).unwrap()
}

pub(crate) async fn engines() -> Engines {
    Engines::memory(&template()).await.unwrap()
}

/// Asks `target` as an AWS client would, through the transport.
pub(crate) async fn ask(engines: &Engines, target: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post("https://service.us-east-1.amazonaws.com/")
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let response = engines.call(request).await.unwrap();
    let status = response.status();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (status, body)
}

pub(crate) async fn dynamodb(
    engines: &Engines,
    operation: &str,
    body: Value,
) -> (StatusCode, Value) {
    ask(engines, &format!("DynamoDB_20120810.{operation}"), body).await
}

pub(crate) async fn sqs(engines: &Engines, operation: &str, body: Value) -> (StatusCode, Value) {
    ask(engines, &format!("AmazonSQS.{operation}"), body).await
}

/// Puts an item whose key and value come from `number`.
pub(crate) async fn put(engines: &Engines, number: usize) {
    let (status, body) = dynamodb(
        engines,
        "PutItem",
        json!({
            "TableName": "planet-Orders",
            "Item": {
                "pk": { "S": format!("order_{number}") },
                "sk": { "S": "head" },
                "total": { "N": number.to_string() },
            },
        }),
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

pub(crate) const WORK_URL: &str = "http://sqs.us-east-1.localhost/000000000000/planet-Work";

/// The last part of an error's type, which is what clients compare.
pub(crate) fn code(body: &Value) -> &str {
    let kind = body["__type"].as_str().unwrap_or_default();
    kind.rsplit(['#', '.']).next().unwrap_or_default()
}
