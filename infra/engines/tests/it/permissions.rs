//! What a role allows, asked of the calls of real clients.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use engines::{Engines, Parameters, Template};
use http::{Request, StatusCode};
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
  Reads:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: reads } }
    Properties: { Role: !GetAtt Reader.Arn }
  Lister:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: its-work
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Files.Arn}/clean/*" }
              - { Effect: Allow, Action: s3:PutObject, Resource: !Sub "${Files.Arn}/clean/*" }
              - { Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Files.Arn }
  Lists:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: lists } }
    Properties: { Role: !GetAtt Lister.Arn }
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

    /// The services as whoever has this access key may use them.
    fn asked_by(&self, access_key_id: &str) -> Aws {
        let environment: Environment = [
            ("AWS_REGION", engines::REGION),
            ("AWS_ACCESS_KEY_ID", access_key_id),
            ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
        ]
        .into_iter()
        .collect();
        Aws::over(&environment, Arc::new(self.engines.clone())).unwrap()
    }

    fn owner(&self) -> Aws {
        self.asked_by(engines::ACCESS_KEY_ID)
    }

    fn function(&self, logical_id: &str) -> Aws {
        let function = self.template.function(logical_id).unwrap();
        self.asked_by(&function.access_key_id())
    }

    fn reader(&self) -> Aws {
        self.function("Reads")
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
    let owner = setting.owner().bucket(&name);
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

#[tokio::test]
async fn whether_an_object_is_missing_is_told_to_those_who_may_list() {
    let setting = Setting::new().await;
    let name = &setting.template.buckets[0].name;
    let lister = setting.function("Lists").bucket(name);
    assert!(lister.get("clean/none", 100).await.unwrap().is_none());
    let reader = setting.reader().bucket(name);
    assert!(reader.get("clean/none", 100).await.is_err());
}

#[tokio::test]
async fn a_link_may_do_what_the_function_may_that_signed_it() {
    let setting = Setting::new().await;
    let name = &setting.template.buckets[0].name;
    let minute = Duration::from_secs(60);
    let follow = async |method: &str, link: String| {
        let request = Request::builder().method(method).uri(link);
        // A link for uploading is signed for exactly so many bytes of this type.
        let request = request.header("content-type", "text/plain");
        let request = request.header("content-length", 0);
        let request = request.body(Bytes::new()).unwrap();
        setting.engines.call(request).await.unwrap().status()
    };
    let put = async |aws: Aws, key: &str| {
        let bucket = aws.bucket(name);
        let link = bucket.presign_put(key, "text/plain", 0, minute);
        follow("PUT", link.unwrap().url).await
    };
    assert_eq!(
        put(setting.reader(), "clean/a").await,
        StatusCode::FORBIDDEN
    );
    let lists = setting.function("Lists");
    assert_eq!(put(lists.clone(), "clean/a").await, StatusCode::OK);
    assert_eq!(put(lists, "quarantine/a").await, StatusCode::FORBIDDEN);

    let get = async |key: &str| {
        let bucket = setting.reader().bucket(name);
        let link = bucket.presign_get(key, "a", "text/plain", minute);
        follow("GET", link.unwrap()).await
    };
    assert_eq!(get("clean/a").await, StatusCode::OK);
    assert_eq!(get("quarantine/a").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_link_that_says_it_is_of_another_function_is_of_nobody() {
    let setting = Setting::new().await;
    let name = &setting.template.buckets[0].name;
    let bucket = setting.reader().bucket(name);
    let minute = Duration::from_secs(60);
    let link = bucket.presign_put("clean/a", "text/plain", 0, minute);
    let forged = link.unwrap().url.replace("planet-Reads", "planet-Lists");
    let request = Request::put(forged).header("content-type", "text/plain");
    let request = request.header("content-length", 0);
    let request = request.body(Bytes::new()).unwrap();
    let answer = setting.engines.call(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}
