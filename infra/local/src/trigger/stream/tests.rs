use bytes::Bytes;
use engines::{Parameters, Template};
use http::{Request, StatusCode};
use jiff::Timestamp;
use kernel::Clock;
use platform::transport::Transport;
use serde_json::json;
use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    task::JoinHandle,
};

use super::*;
use crate::trigger::target::fake::{self, Call};

const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
  GivenUp:
    Type: AWS::SQS::Queue
"#;

struct Running {
    engines: Engines,
    calls: UnboundedReceiver<Call>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn trigger() -> StreamTrigger {
    StreamTrigger {
        event: "Changes".to_owned(),
        stream_arn: "Orders".to_owned(),
        batch_size: 100,
        batching_window_seconds: 0,
        starting_position: StartingPosition::TrimHorizon,
        maximum_retries: Some(1),
        bisects_on_error: false,
        maximum_record_age_seconds: None,
        reports_failures: true,
        filters: Vec::new(),
        on_failure_arn: Some("GivenUp".to_owned()),
        is_enabled: true,
    }
}

async fn put(engines: &Engines, key: &str) {
    let body = json!({ "TableName": "planet-Orders", "Item": { "pk": { "S": key } } });
    let request = Request::post("https://dynamodb.us-east-1.amazonaws.com/")
        .header("x-amz-target", "DynamoDB_20120810.PutItem")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    assert_eq!(
        engines.call(request).await.unwrap().status(),
        StatusCode::OK
    );
}

/// Engines whose table was given these keys.
async fn engines(keys: &[&str]) -> Engines {
    let template = Template::parse(TEMPLATE, &Parameters::new()).unwrap();
    let engines = Engines::memory(&template).await.unwrap();
    for key in keys {
        put(&engines, key).await;
    }
    engines
}

fn run(trigger: &StreamTrigger, engines: Engines, clock: &Clock) -> Running {
    let (target, calls) = fake::target(clock);
    let mut pump = StreamPump::new(trigger, &engines, target).unwrap();
    pump.first_pause = Duration::ZERO;
    let stop = watch::Sender::new(false);
    let task = tokio::spawn(pump.run(Stopping::heard_from(&stop)));
    Running {
        engines,
        calls,
        stop,
        task,
    }
}

impl Running {
    async fn call(&mut self) -> Call {
        self.calls.recv().await.unwrap()
    }

    /// What the on-failure destination is told next.
    async fn given_up(&self) -> Value {
        let queue = self.engines.queue("GivenUp").unwrap();
        let wait = Duration::from_secs(20);
        let message = queue.receive(1, wait, None).await.unwrap().remove(0);
        queue.delete(&message.receipt_handle).await.unwrap();
        serde_json::from_str(&message.body).unwrap()
    }

    /// Stops the pump and gives how many documents nobody has asked for.
    async fn end(self) -> usize {
        self.stop.send_replace(true);
        self.task.await.unwrap();
        self.engines
            .queue("GivenUp")
            .unwrap()
            .depth()
            .await
            .unwrap()
            .0
    }
}

fn clock() -> Clock {
    Clock::manual(Timestamp::now())
}

fn keys_of(payload: &Value) -> Vec<&str> {
    let records = payload["Records"].as_array().unwrap();
    let keys = records
        .iter()
        .map(|record| &record["dynamodb"]["Keys"]["pk"]["S"]);
    keys.map(|key| key.as_str().unwrap()).collect()
}

fn number_of(payload: &Value, index: usize) -> Value {
    payload["Records"][index]["dynamodb"]["SequenceNumber"].clone()
}

fn failing_at(payload: &Value, indexes: &[usize]) -> String {
    let failures: Vec<Value> = indexes
        .iter()
        .map(|index| json!({ "itemIdentifier": number_of(payload, *index) }))
        .collect();
    json!({ "batchItemFailures": failures }).to_string()
}

#[tokio::test]
async fn changes_come_in_order_and_once() {
    let mut running = run(&trigger(), engines(&["a", "b"]).await, &clock());
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["a", "b"]);
    assert_eq!(call.payload["Records"][0]["eventSource"], "aws:dynamodb");
    // Written while the function is busy, and while nobody waits for it.
    put(&running.engines, "c").await;
    call.answer(r#"{"batchItemFailures":[]}"#);
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["c"]);
    call.answer("null");
    put(&running.engines, "d").await;
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["d"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_batch_holds_no_more_than_the_template_says() {
    let mut trigger = trigger();
    trigger.batch_size = 2;
    let mut running = run(&trigger, engines(&["a", "b", "c"]).await, &clock());
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["a", "b"]);
    // In order means that the next batch waits.
    assert!(running.calls.try_recv().is_err());
    call.answer("null");
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["c"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_window_waits_for_more_changes() {
    let mut trigger = trigger();
    trigger.batch_size = 3;
    // Longer than any test takes: what ends the wait is the full batch.
    trigger.batching_window_seconds = 300;
    let mut running = run(&trigger, engines(&["a"]).await, &clock());
    for key in ["b", "c", "d"] {
        tokio::task::yield_now().await;
        put(&running.engines, key).await;
    }
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["a", "b", "c"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_trigger_that_starts_at_the_latest_sees_only_what_comes() {
    let mut trigger = trigger();
    trigger.starting_position = StartingPosition::Latest;
    let mut running = run(&trigger, engines(&["a", "b"]).await, &clock());
    put(&running.engines, "c").await;
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["c"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_batch_resumes_at_the_lowest_record_that_is_named() {
    let mut running = run(&trigger(), engines(&["a", "b", "c", "d"]).await, &clock());
    let call = running.call().await;
    let answer = failing_at(&call.payload, &[3, 1]);
    call.answer(&answer);
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["b", "c", "d"]);
    call.answer("{}");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_batch_that_fails_too_often_is_given_up_and_reading_goes_on() {
    let mut running = run(&trigger(), engines(&["a", "b"]).await, &clock());
    let first = running.call().await;
    let numbers = [number_of(&first.payload, 0), number_of(&first.payload, 1)];
    first.fail();
    let second = running.call().await;
    assert_eq!(keys_of(&second.payload), ["a", "b"]);
    put(&running.engines, "c").await;
    // A name that was not in the batch counts as an error.
    second.answer(r#"{"batchItemFailures":[{"itemIdentifier":"0"}]}"#);

    let told = running.given_up().await;
    assert_eq!(
        told["requestContext"]["condition"],
        "RetryAttemptsExhausted"
    );
    assert_eq!(told["requestContext"]["approximateInvokeCount"], 2);
    let info = &told["DDBStreamBatchInfo"];
    assert_eq!(
        [&info["startSequenceNumber"], &info["endSequenceNumber"]],
        [&numbers[0], &numbers[1]]
    );
    assert_eq!(info["batchSize"], 2);
    assert_eq!(
        info["streamArn"],
        "arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders/stream/2026-01-01T00:00:00.000"
    );

    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["c"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_poisonous_change_is_cut_out_of_its_batch() {
    let mut trigger = trigger();
    trigger.bisects_on_error = true;
    let mut running = run(&trigger, engines(&["a", "poison", "c"]).await, &clock());
    let mut done = Vec::new();
    let mut poison = Value::Null;
    while done.len() < 2 {
        let call = running.call().await;
        let keys: Vec<String> = keys_of(&call.payload)
            .into_iter()
            .map(str::to_owned)
            .collect();
        match keys.iter().position(|key| key == "poison") {
            Some(index) => {
                poison = number_of(&call.payload, index);
                done.extend_from_slice(&keys[..index]);
                let answer = failing_at(&call.payload, &[index]);
                call.answer(&answer);
            }
            None => {
                done.extend(keys);
                call.answer("null");
            }
        }
    }
    assert_eq!(done, ["a", "c"]);
    let info = &running.given_up().await["DDBStreamBatchInfo"];
    assert_eq!(
        (&info["startSequenceNumber"], &info["batchSize"]),
        (&poison, &json!(1))
    );
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn changes_that_got_too_old_are_given_up_unseen() {
    let mut trigger = trigger();
    trigger.maximum_record_age_seconds = Some(60);
    let later = Clock::manual(Timestamp::now() + jiff::SignedDuration::from_mins(2));
    let running = run(&trigger, engines(&["a", "b"]).await, &later);
    let told = running.given_up().await;
    assert_eq!(told["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(told["DDBStreamBatchInfo"]["batchSize"], 2);
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn changes_that_no_pattern_fits_are_passed_over() {
    let mut trigger = trigger();
    trigger.filters =
        vec![json!({ "dynamodb": { "NewImage": { "pk": { "S": [{ "prefix": "b" }] } } } })];
    let mut running = run(&trigger, engines(&["a", "b", "c"]).await, &clock());
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["b"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn a_restart_goes_on_after_the_last_batch_that_was_through() {
    let folder = tempfile::tempdir().unwrap();
    let template = Template::parse(TEMPLATE, &Parameters::new()).unwrap();
    let engines = Engines::on_disk(&template, folder.path()).await.unwrap();
    put(&engines, "a").await;
    let mut running = run(&trigger(), engines.clone(), &clock());
    running.call().await.answer("null");
    put(&engines, "b").await;
    let interrupted = running.call().await;
    assert_eq!(keys_of(&interrupted.payload), ["b"]);
    running.stop.send_replace(true);
    interrupted.fail();
    running.task.await.unwrap();

    let mut running = run(&trigger(), engines, &clock());
    let call = running.call().await;
    assert_eq!(keys_of(&call.payload), ["b"]);
    call.answer("null");
    assert_eq!(running.end().await, 0);
}
