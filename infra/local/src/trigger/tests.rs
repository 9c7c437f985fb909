use engines::Parameters;
use jiff::Timestamp;
use partner::Internet;

use super::*;
use crate::functions::Surroundings;

/// A template with a function that has this event, and something for the event to name.
fn template(event: &str) -> Template {
    let text = format!(
        r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
      StreamSpecification: {{ StreamViewType: NEW_AND_OLD_IMAGES }}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 0
      RedrivePolicy: {{ deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }}
  Dead:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildProperties: {{ Binary: worker }} }}
    Properties:
      Events:
        Start: {event}
"#
    );
    Template::parse(&text, &Parameters::new()).unwrap()
}

/// Starts the triggers of `template` over functions of which none is deployed, so that every
/// invocation fails.
async fn start(template: &Template) -> (Engines, Result<Triggers, TriggerError>) {
    let clock = Clock::manual(Timestamp::now());
    let engines = Engines::memory(template).await.unwrap();
    let nobody = Template::default();
    let world = Surroundings {
        engines: &engines,
        internet: &Internet::new(clock.clone()),
        clock: &clock,
        endpoint: "http://localhost",
    };
    let functions = Functions::start(&nobody, &world).await.unwrap();
    let triggers = Triggers::start(template, &engines, &functions, &clock);
    (engines, triggers)
}

#[tokio::test]
async fn triggers_run_from_their_start_to_their_stop() {
    let template = template("{ Type: SQS, Properties: { Queue: !GetAtt Work.Arn, BatchSize: 1 } }");
    let (engines, triggers) = start(&template).await;
    let triggers = triggers.unwrap();
    let (work, dead) = (
        engines.queue("Work").unwrap(),
        engines.queue("Dead").unwrap(),
    );
    work.send("anything").await.unwrap();
    let wait = Duration::from_secs(20);
    let buried = dead.receive(1, wait, None).await.unwrap();
    assert_eq!(buried[0].body, "anything");

    triggers.stop().await;
    work.send("too late").await.unwrap();
    assert_eq!(work.depth().await.unwrap(), (1, 0));
}

#[tokio::test]
async fn a_trigger_that_is_not_enabled_does_not_start() {
    let (_engines, triggers) = start(&template(
        "{ Type: SQS, Properties: { Queue: !GetAtt Work.Arn, Enabled: false } }",
    ))
    .await;
    assert!(triggers.unwrap().tasks.is_empty());
}

#[tokio::test]
async fn a_trigger_that_cannot_be_run_is_an_error_that_names_it() {
    for (event, problem) in [
        (
            "{ Type: ScheduleV2, Properties: { ScheduleExpression: cron(0 0 L * ? *) } }",
            r#"the day of month is "L": L, W and # are not supported by the local platform"#,
        ),
        (
            r#"{ Type: SQS, Properties: { Queue: !GetAtt Work.Arn, FilterCriteria: { Filters: [{ Pattern: '{"a":[1]}' }] } } }"#,
            "the filter pattern is wrong at the top: a queue's messages are filtered by `body` alone",
        ),
        (
            r#"{ Type: DynamoDB, Properties: { Stream: !GetAtt Orders.StreamArn, StartingPosition: LATEST, FilterCriteria: { Filters: [{ Pattern: '{"a":1}' }] } } }"#,
            "the filter pattern is wrong at a: an object or a list of rules is expected",
        ),
        (
            "{ Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Mars } }",
            "there is no time zone Mars",
        ),
    ] {
        let (_engines, triggers) = start(&template(event)).await;
        let error = triggers.unwrap_err();
        assert_eq!(
            platform::logging::causes(&error),
            format!("the trigger Start of Worker cannot be run: {problem}")
        );
    }
}
