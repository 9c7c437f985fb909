//! The seam to AWS over the embedded engines, with faults between the two.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod faults;
mod lost_replies;
mod many;
mod outbound;
mod public;
mod publishing;
mod services;
mod transactions;
mod uploads;

use std::sync::Arc;

use engines::{Engines, Parameters, Template};
use platform::{Aws, Environment, table::Table, transport::Transport};

const TEMPLATE: &str = r#"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: S }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
  Work:
    Type: AWS::SQS::Queue
  News:
    Type: AWS::SQS::Queue
  Files:
    Type: AWS::S3::Bucket
  Hidden:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true }
"#;

fn template() -> Template {
    Template::parse(TEMPLATE, &Parameters::default()).expect("the template is valid")
}

async fn engines() -> Engines {
    Engines::memory(&template()).await.expect("engines start")
}

fn aws(transport: impl Transport) -> Aws {
    let environment: Environment = [
        ("AWS_REGION", engines::REGION),
        ("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
    ]
    .into_iter()
    .collect();
    Aws::over(&environment, Arc::new(transport)).expect("credentials are set")
}

fn things(aws: &Aws) -> Table {
    let template = template();
    aws.table(template.table("Things").unwrap().name.clone())
}
