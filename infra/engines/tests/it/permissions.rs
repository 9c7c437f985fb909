//! What a role allows, asked of the calls of real clients.

use std::sync::Arc;

use engines::{Engines, Parameters, Permitted, Template};
use platform::{
    Aws, Environment,
    table::{Key, Query, Transaction, Write},
    transport::Transport,
};
use serde_json::json;

const TEMPLATE: &str = r#"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
  Work:
    Type: AWS::SQS::Queue
  Files:
    Type: AWS::S3::Bucket
  Hidden:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: { PasswordLength: 64 }
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: its-work
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:PutItem], Resource: !GetAtt Things.Arn }
              - { Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Files.Arn}/clean/*" }
"#;

struct Setting {
    template: Template,
    engines: Engines,
}

impl Setting {
    async fn new() -> Self {
        let template = Template::parse(TEMPLATE, &Parameters::default()).unwrap();
        let engines = Engines::memory(&template).await.unwrap();
        Self { template, engines }
    }

    fn over(&self, transport: Arc<dyn Transport>) -> Aws {
        let environment: Environment = [
            ("AWS_REGION", engines::REGION),
            ("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
        ]
        .into_iter()
        .collect();
        Aws::over(&environment, transport).unwrap()
    }

    fn reader(&self) -> Aws {
        let role = self.template.roles[0].clone();
        self.over(Arc::new(Permitted::new(self.engines.clone(), role)))
    }
}

#[tokio::test]
async fn what_is_granted_is_done_and_nothing_else() {
    let setting = Setting::new().await;
    let aws = setting.reader();
    let things = aws.table(setting.template.tables[0].name.clone());
    let item = json!({ "pk": "A" });
    things.write(Write::put(&things, &item)).await.unwrap();
    let key = Key::partition("A");
    assert!(things.get_item(&key).await.unwrap().is_some());

    assert!(
        things
            .write(Write::delete(&things, key.clone()))
            .await
            .is_err()
    );
    let update = Write::update(&things, key.clone(), "SET #x = :x").bind(":x", 1);
    assert!(things.write(update).await.is_err());
    let query = Query::new("#pk = :pk").bind(":pk", "A");
    assert!(things.query(query).await.is_err());
    assert!(
        aws.get_many(&[(things.clone(), key.clone())])
            .await
            .is_err()
    );
    let queue = setting.template.queues[0].url();
    assert!(aws.queue(queue).send("hello").await.is_err());
    assert!(
        aws.secret(&setting.template.secrets[0].arn())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_transaction_is_allowed_if_every_write_in_it_is() {
    let setting = Setting::new().await;
    let aws = setting.reader();
    let things = aws.table(setting.template.tables[0].name.clone());
    let put = |pk: &str| Write::put(&things, &json!({ "pk": pk }));
    let both = Transaction::new().and(put("A")).and(put("B"));
    aws.transact(both).await.unwrap();
    let check = Write::check(&things, Key::partition("A")).when("attribute_exists(pk)");
    let mixed = Transaction::new().and(put("C")).and(check);
    assert!(aws.transact(mixed).await.is_err());
    assert!(
        things
            .get_item(&Key::partition("C"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn objects_are_reached_under_the_granted_prefix_alone() {
    let setting = Setting::new().await;
    let name = setting.template.buckets[0].name.clone();
    let owner = setting
        .over(Arc::new(setting.engines.clone()))
        .bucket(&name);
    for key in ["clean/a b", "quarantine/a"] {
        owner.put(key, "bytes".into()).await.unwrap();
    }
    let reader = setting.reader().bucket(&name);
    assert!(reader.get("clean/a b", 100).await.unwrap().is_some());
    assert!(reader.get("quarantine/a", 100).await.is_err());
    assert!(reader.put("clean/c", "bytes".into()).await.is_err());
    assert!(
        reader
            .copy("quarantine/a", "clean/d", "text/plain")
            .await
            .is_err()
    );
    assert!(reader.delete("clean/a b").await.is_err());
}
