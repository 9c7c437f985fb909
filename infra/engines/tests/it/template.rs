//! What a template's functions, conditions and defaults come to.

use std::{collections::BTreeMap, time::Duration};

use engines::{
    Parameters, Template,
    template::{
        KeyRole, Projection, RateOrCron, SecretValue, StartingPosition, StreamView, Throttle,
    },
};
use serde_json::json;

use crate::world;

const FUNCTION: &str = r#"
  Api:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: orders } }
"#;

fn read(text: &str) -> Template {
    read_with(text, &Parameters::new())
}

fn read_with(text: &str, parameters: &Parameters) -> Template {
    Template::parse(text, parameters).unwrap()
}

/// The value that `expression` has in a function's environment, beside a few resources and rules.
fn value_of(expression: &str, parameters: &[(&str, &str)]) -> String {
    let text = format!(
        r#"
Parameters:
  Stage: {{ Type: String, Default: dev, AllowedValues: [dev, prod] }}
  Zones: {{ Type: CommaDelimitedList, Default: "a, b" }}
  Limit: {{ Type: Number, Default: 7 }}
Mappings:
  Sizes:
    dev: {{ small: 128, list: [one, two] }}
    prod: {{ small: 1024, list: [three] }}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNotProd: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Equals [1, "1"]]
  Either: !Or [!Condition IsProd, !Condition IsNotProd]
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
      StreamSpecification: {{ StreamViewType: KEYS_ONLY }}
  Named: {{ Type: "AWS::SQS::Queue", Properties: {{ QueueName: !Sub "${{AWS::StackName}}-${{Stage}}" }} }}
  Work: {{ Type: AWS::SQS::Queue }}
  Media: {{ Type: AWS::S3::Bucket }}
  Key: {{ Type: AWS::SecretsManager::Secret, Properties: {{ SecretString: x }} }}
  Role: {{ Type: AWS::IAM::Role }}
{FUNCTION}    Properties:
      Environment: {{ Variables: {{ VALUE: {expression} }} }}
"#
    );
    let given = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let template = read_with(&text, &given);
    let environment = &template.functions[0].environment;
    environment.get("VALUE").cloned().unwrap_or_default()
}

#[test]
fn every_function_gives_what_cloudformation_gives() {
    for (expression, expected) in [
        ("!Ref Stage", "dev"),
        ("{ Ref: Limit }", "7"),
        ("true", "true"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref 'AWS::AccountId'", "000000000000"),
        ("!Ref AWS::NoValue", ""),
        ("!Ref Orders", "planet-Orders"),
        (
            "!GetAtt Orders.Arn",
            "arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders",
        ),
        (
            "!GetAtt Orders.StreamArn",
            "arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders/stream/2026-01-01T00:00:00.000",
        ),
        (
            "!Ref Work",
            "http://sqs.us-east-1.localhost/000000000000/planet-Work",
        ),
        (
            "{ 'Fn::GetAtt': [Work, Arn] }",
            "arn:aws:sqs:us-east-1:000000000000:planet-Work",
        ),
        ("{ 'Fn::GetAtt': Work.QueueName }", "planet-Work"),
        ("!GetAtt Named.QueueName", "planet-dev"),
        ("!Ref Media", "planet-media"),
        ("!GetAtt Media.Arn", "arn:aws:s3:::planet-media"),
        (
            "!Ref Key",
            "arn:aws:secretsmanager:us-east-1:000000000000:secret:planet-Key-local0",
        ),
        (
            "!GetAtt Role.Arn",
            "arn:aws:iam::000000000000:role/planet-Role",
        ),
        (
            "!GetAtt ApiRole.Arn",
            "arn:aws:iam::000000000000:role/planet-ApiRole",
        ),
        (
            "!Sub 'a ${Stage} ${Orders.Arn} ${!Stage}'",
            "a dev arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders ${Stage}",
        ),
        (
            "!Sub ['${Own}/${Stage}', { Own: !Ref Work }]",
            "http://sqs.us-east-1.localhost/000000000000/planet-Work/dev",
        ),
        (
            "!Join ['-', [a, !Ref Stage, !Ref AWS::NoValue, b]]",
            "a-dev-b",
        ),
        ("!Join [':', !Ref Zones]", "a:b"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['0', !Split [',', 'x,y']]", "x"),
        ("!FindInMap [Sizes, !Ref Stage, small]", "128"),
        ("!Select [1, !FindInMap [Sizes, dev, list]]", "two"),
        ("!If [IsProd, yes, no]", "no"),
        ("!If [IsNotProd, !Ref Stage, no]", "dev"),
        ("!If [IsProd, x, !Ref AWS::NoValue]", ""),
        ("!If [Both, b, !If [Either, e, n]]", "e"),
    ] {
        assert_eq!(value_of(expression, &[]), expected, "{expression}");
    }
}

#[test]
fn a_parameter_replaces_its_default() {
    let prod = [("Stage", "prod")];
    assert_eq!(value_of("!If [IsProd, yes, no]", &prod), "yes");
    assert_eq!(
        value_of("!FindInMap [Sizes, !Ref Stage, small]", &prod),
        "1024"
    );
    assert_eq!(value_of("!If [Both, b, n]", &prod), "b");
}

#[test]
fn a_resource_whose_condition_does_not_hold_is_not_there() {
    let text = r#"
Parameters: { WithQueue: { Type: String } }
Conditions: { HasQueue: !Equals [!Ref WithQueue, "yes"] }
Resources:
  Work: { Type: AWS::SQS::Queue, Condition: HasQueue }
"#;
    let count = |answer: &str| {
        let parameters = BTreeMap::from([("WithQueue".to_owned(), answer.to_owned())]);
        read_with(text, &parameters).queues.len()
    };
    assert_eq!((count("yes"), count("no")), (1, 0));
}

#[test]
fn tables_queues_and_secrets_are_read_whole() {
    let template = world::template();
    let table = template.table("Orders").unwrap();
    assert_eq!(table.name, "planet-Orders");
    assert_eq!(table.key_schema[1].attribute, "sk");
    assert_eq!(table.key_schema[1].role, KeyRole::Range);
    assert_eq!(table.indexes[0].name, "by-due");
    assert_eq!(table.indexes[0].projection, Projection::All);
    assert_eq!(table.stream, Some(StreamView::NewAndOldImages));
    assert_eq!(table.time_to_live_attribute.as_deref(), Some("expires_at"));

    let queue = template.queue("Work").unwrap();
    assert_eq!(queue.visibility_timeout_seconds, Some(30));
    let redrive = queue.redrive.as_ref().unwrap();
    assert_eq!(redrive.maximum_receives, 2);
    assert_eq!(
        template.queue(&redrive.dead_letter_arn).unwrap().logical_id,
        "Failed"
    );
    assert_eq!(
        template.queue("InOrder").unwrap().name,
        "planet-InOrder.fifo"
    );

    match &template.secrets[1].value {
        SecretValue::Generated(generated) => {
            assert_eq!(generated.length, 40);
            assert!(!generated.alphabet.contains('!'));
        }
        SecretValue::Fixed(_) => panic!("it is generated"),
    }
}

const TRIGGERS: &str = r#"
Globals:
  Function:
    Timeout: 10
    MemorySize: 256
    Layers: [global]
    Environment: { Variables: { SHARED: one, OWN: global } }
  HttpApi:
    CorsConfiguration: { AllowOrigins: ['*'] }
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Work: { Type: AWS::SQS::Queue }
  Failed: { Type: AWS::SQS::Queue }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token:
            FunctionArn: !GetAtt Check.Arn
            Identity: { Headers: [Authorization], ReauthorizeEvery: 60 }
            AuthorizerPayloadFormatVersion: 2.0
            EnableSimpleResponses: true
      DefaultRouteSettings: { ThrottlingBurstLimit: 50, ThrottlingRateLimit: 100.5 }
      RouteSettings: { "POST /v1/orders": { ThrottlingRateLimit: 5 } }
  Check:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: authorizer } }
  Shop:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: orders } }
    Properties:
      MemorySize: 512
      ReservedConcurrentExecutions: 3
      Environment: { Variables: { OWN: !Ref Work } }
      Events:
        Any:
          Type: HttpApi
          Properties: { Path: "/v1/orders/{proxy+}", Method: ANY, ApiId: !Ref Http }
        Open:
          Type: HttpApi
          Properties: { Path: /v1/open, Method: get, ApiId: !Ref Http, Auth: { Authorizer: NONE } }
        Messages:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 5
            MaximumBatchingWindowInSeconds: 2
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 4 }
            FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["paid"]}}' }] }
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: 3
            MaximumRecordAgeInSeconds: -1
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: { OnFailure: { Destination: !GetAtt Failed.Arn } }
        Often:
          Type: Schedule
          Properties: { Schedule: rate(5 minutes), Input: '{"sweep":true}' }
        Nightly:
          Type: ScheduleV2
          Properties: { ScheduleExpression: cron(0 3 * * ? *), State: DISABLED, Name: nightly }
"#;

#[test]
fn a_function_has_its_globals_and_every_trigger() {
    let template = read(TRIGGERS);
    let function = template.function("Shop").unwrap();
    assert_eq!(function.binary, "orders");
    assert_eq!(
        (function.timeout_seconds, function.memory_megabytes),
        (10, 512)
    );
    assert_eq!(function.reserved_concurrency, Some(3));
    assert_eq!(function.environment["SHARED"], "one");
    assert_eq!(
        function.environment["OWN"],
        template.queue("Work").unwrap().url()
    );

    let any = function
        .routes
        .iter()
        .find(|each| each.event == "Any")
        .unwrap();
    assert_eq!(
        (any.method.as_str(), any.path.as_str()),
        ("ANY", "/v1/orders/{proxy+}")
    );
    assert_eq!(
        (any.api.as_str(), any.authorizer.as_deref()),
        ("Http", Some("Token"))
    );
    let open = function
        .routes
        .iter()
        .find(|each| each.event == "Open")
        .unwrap();
    assert_eq!(
        (open.method.as_str(), open.authorizer.as_deref()),
        ("GET", None)
    );

    let queue = &function.queues[0];
    assert_eq!((queue.batch_size, queue.batching_window_seconds), (5, 2));
    assert!(queue.reports_failures && queue.is_enabled);
    assert_eq!(queue.maximum_concurrency, Some(4));
    assert_eq!(queue.filters, [json!({ "body": { "kind": ["paid"] } })]);

    let stream = &function.streams[0];
    assert_eq!(
        template
            .table_of_stream(&stream.stream_arn)
            .unwrap()
            .logical_id,
        "Orders"
    );
    assert_eq!(stream.batch_size, 100);
    assert_eq!(stream.starting_position, StartingPosition::TrimHorizon);
    assert_eq!(
        (stream.maximum_retries, stream.maximum_record_age_seconds),
        (Some(3), None)
    );
    assert!(stream.bisects_on_error && stream.reports_failures);
    assert_eq!(
        stream.on_failure_arn,
        Some(template.queue("Failed").unwrap().arn())
    );

    let schedule = |event: &str| {
        let mut schedules = function.schedules.iter();
        schedules.find(|each| each.event == event).unwrap()
    };
    let often = schedule("Often");
    assert_eq!(often.expression, RateOrCron::Rate(Duration::from_secs(300)));
    assert_eq!(often.input.as_deref(), Some(r#"{"sweep":true}"#));
    assert!(often.is_enabled);
    let nightly = schedule("Nightly");
    let fields = ["0", "3", "*", "*", "?", "*"].map(str::to_owned);
    assert_eq!(nightly.expression, RateOrCron::Cron(fields));
    assert!(!nightly.is_enabled);
}

#[test]
fn an_api_has_its_globals_authorizers_and_throttles() {
    let template = read(TRIGGERS);
    let api = template.api("Http").unwrap();
    assert_eq!(api.cors.as_ref().unwrap().origins, ["*"]);
    assert_eq!(api.default_authorizer.as_deref(), Some("Token"));
    let authorizer = &api.authorizers["Token"];
    assert_eq!(
        template
            .function(&authorizer.function_arn)
            .unwrap()
            .logical_id,
        "Check"
    );
    assert_eq!(authorizer.identity_headers, ["Authorization"]);
    assert_eq!(
        (authorizer.cache_seconds, authorizer.answers_simply),
        (60, true)
    );
    assert_eq!(authorizer.payload_format_version, "2.0");
    assert_eq!(
        api.throttle,
        Throttle {
            rate: Some(100.5),
            burst: Some(50)
        }
    );
    assert_eq!(api.route_settings["POST /v1/orders"].rate, Some(5.0));
}

#[test]
fn events_that_name_no_api_belong_to_the_one_that_sam_makes() {
    let text = format!(
        r#"
Globals: {{ HttpApi: {{ CorsConfiguration: true }} }}
Resources:
{FUNCTION}    Properties:
      Events:
        Get: {{ Type: HttpApi, Properties: {{ Path: /, Method: GET }} }}
        Rest: {{ Type: HttpApi, Properties: {{}} }}
"#
    );
    let template = read(&text);
    let api = template.api("ServerlessHttpApi").unwrap();
    assert_eq!(api.cors.as_ref().unwrap().origins, ["*"]);
    assert_eq!(template.functions[0].routes[1].path, "$default");
}

#[test]
fn what_matters_to_aws_alone_is_listed() {
    let template =
        read("Resources: { Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Any: 1 } } }");
    assert_eq!(template.irrelevant[0].logical_id, "Alarm");
    assert_eq!(template.irrelevant[0].kind, "AWS::CloudWatch::Alarm");
}

#[test]
fn an_alias_is_its_function() {
    let with = |function: &str| {
        format!(
            r#"
Resources:
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Token: {{ FunctionArn: !Ref Api.Alias, AuthorizerPayloadFormatVersion: "2.0" }}
{FUNCTION}    Properties: {{ {function} }}
"#
        )
    };
    let template = read(&with(
        "AutoPublishAlias: live, DeploymentPreference: { Type: AllAtOnce }",
    ));
    let arn = &template.apis[0].authorizers["Token"].function_arn;
    assert_eq!(template.function(arn).unwrap().logical_id, "Api");
    // Without an alias there is nothing that the name could mean.
    let error = Template::parse(&with("Timeout: 5"), &Parameters::new()).unwrap_err();
    assert!(error.to_string().contains("Api.Alias"), "{error}");
}
