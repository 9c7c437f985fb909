use engines::{Parameters, Template};
use jiff::Timestamp;
use kernel::Clock;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    task::JoinHandle,
};

use super::*;
use crate::trigger::target::fake::{self, Call};

/// `Work` gives messages back as early as a queue can without giving them twice to one batch.
const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }
  Hidden:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 600 }
  Dead:
    Type: AWS::SQS::Queue
"#;

struct Running {
    queue: QueueHandle,
    engines: Engines,
    calls: UnboundedReceiver<Call>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn trigger_of(queue: &str) -> QueueTrigger {
    QueueTrigger {
        event: "Events".to_owned(),
        queue_arn: queue.to_owned(),
        batch_size: 10,
        batching_window_seconds: 0,
        reports_failures: true,
        maximum_concurrency: None,
        filters: Vec::new(),
        is_enabled: true,
    }
}

/// Starts a pump on a queue that holds these bodies.
async fn run(trigger: QueueTrigger, bodies: &[String]) -> Running {
    let template = Template::parse(TEMPLATE, &Parameters::new()).unwrap();
    let engines = Engines::memory(&template).await.unwrap();
    let queue = engines.queue(&trigger.queue_arn).unwrap();
    for body in bodies {
        queue.send(body).await.unwrap();
    }
    let (target, calls) = fake::target(&Clock::manual(Timestamp::UNIX_EPOCH));
    let pump = QueuePump::new(&trigger, &engines, target).unwrap();
    let stop = watch::Sender::new(false);
    let task = tokio::spawn(pump.run(Stopping::heard_from(&stop)));
    Running {
        queue,
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

    /// Stops the pump; gives how many messages are left, and how many of them are hidden.
    async fn end(self) -> (usize, usize) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
        let (visible, hidden) = self.queue.depth().await.unwrap();
        (visible + hidden, hidden)
    }
}

fn bodies(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

fn bodies_of(payload: &Value) -> Vec<&str> {
    let records = payload["Records"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["body"].as_str().unwrap())
        .collect()
}

fn failures(payload: &Value, indexes: &[usize]) -> String {
    let failures: Vec<Value> = indexes
        .iter()
        .map(|index| json!({ "itemIdentifier": payload["Records"][*index]["messageId"] }))
        .collect();
    json!({ "batchItemFailures": failures }).to_string()
}

#[tokio::test]
async fn a_message_that_is_done_is_gone() {
    let mut running = run(trigger_of("Hidden"), &["hello".to_owned()]).await;
    let call = running.call().await;
    let record = &call.payload["Records"][0];
    assert_eq!(record["body"], "hello");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:sqs:us-east-1:000000000000:planet-Hidden"
    );
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    call.answer(r#"{"batchItemFailures":[]}"#);
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn only_the_messages_that_are_named_come_again() {
    let mut running = run(trigger_of("Hidden"), &bodies(3)).await;
    let call = running.call().await;
    assert_eq!(bodies_of(&call.payload), ["0", "1", "2"]);
    let answer = failures(&call.payload, &[1]);
    call.answer(&answer);
    assert_eq!(running.end().await, (1, 1));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_leaves_the_whole_batch() {
    let mut running = run(trigger_of("Hidden"), &bodies(3)).await;
    let call = running.call().await;
    call.answer(r#"{"batchItemFailures":[{"itemIdentifier":"somebody else's"}]}"#);
    assert_eq!(running.end().await, (3, 3));
}

#[tokio::test]
async fn what_a_function_says_counts_only_if_the_template_asks_it() {
    let mut trigger = trigger_of("Hidden");
    trigger.reports_failures = false;
    let mut running = run(trigger, &bodies(3)).await;
    let call = running.call().await;
    let answer = failures(&call.payload, &[0]);
    call.answer(&answer);
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_batch_that_fails_comes_again_until_the_dead_letter_queue_has_it() {
    let mut running = run(trigger_of("Work"), &["poison".to_owned()]).await;
    for receives in ["1", "2"] {
        let call = running.call().await;
        let record = &call.payload["Records"][0];
        assert_eq!(record["attributes"]["ApproximateReceiveCount"], receives);
        call.fail();
    }
    let dead = running.engines.queue("Dead").unwrap();
    let buried = dead.receive(1, MAX_WAIT, None).await.unwrap();
    assert_eq!(buried[0].body, "poison");
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_batch_is_filled_by_several_receives() {
    let mut trigger = trigger_of("Hidden");
    trigger.batch_size = 25;
    let mut running = run(trigger, &bodies(30)).await;
    let full = running.call().await;
    assert_eq!(bodies_of(&full.payload), bodies(25));
    let rest = running.call().await;
    assert_eq!(bodies_of(&rest.payload), ["25", "26", "27", "28", "29"]);
    full.answer("null");
    rest.answer("null");
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_window_waits_for_more_messages() {
    let mut trigger = trigger_of("Hidden");
    trigger.batch_size = 3;
    // Longer than any test takes: what ends the wait is the full batch.
    trigger.batching_window_seconds = 300;
    let mut running = run(trigger, &bodies(2)).await;
    while running.queue.depth().await.unwrap() != (0, 2) {
        tokio::task::yield_now().await;
    }
    running.queue.send("late").await.unwrap();
    let call = running.call().await;
    assert_eq!(bodies_of(&call.payload), ["0", "1", "late"]);
    call.answer("null");
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_window_that_is_over_sends_what_there_is() {
    let mut trigger = trigger_of("Hidden");
    trigger.batch_size = 100;
    trigger.batching_window_seconds = 1;
    let mut running = run(trigger, &bodies(12)).await;
    let call = running.call().await;
    assert_eq!(bodies_of(&call.payload), bodies(12));
    call.answer("null");
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn messages_that_no_pattern_fits_are_deleted_unseen() {
    let mut trigger = trigger_of("Hidden");
    trigger.filters = vec![json!({ "body": { "kind": ["wanted"] } })];
    let bodies = ["{\"kind\":\"other\"}", "{\"kind\":\"wanted\"}", "text"];
    let mut running = run(trigger, &bodies.map(str::to_owned)).await;
    let call = running.call().await;
    assert_eq!(bodies_of(&call.payload), ["{\"kind\":\"wanted\"}"]);
    call.fail();
    assert_eq!(running.end().await, (1, 1));
}

#[tokio::test]
async fn no_more_invocations_run_at_once_than_the_template_allows() {
    let mut trigger = trigger_of("Hidden");
    trigger.batch_size = 1;
    trigger.maximum_concurrency = Some(3);
    let mut running = run(trigger, &bodies(5)).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(running.call().await);
    }
    // The other two were not even received, so their visibility time-out does not run.
    assert_eq!(running.queue.depth().await.unwrap(), (2, 3));
    assert!(running.calls.try_recv().is_err());
    for call in open {
        call.answer("null");
    }
    for _ in 0..2 {
        running.call().await.answer("null");
    }
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_batch_too_large_for_one_event_makes_several() {
    // Every quote takes two bytes in JSON, and the record holds it as a text: 30 × 400 KB.
    let large = "\"".repeat(200_000);
    let mut trigger = trigger_of("Hidden");
    trigger.batch_size = 30;
    let mut running = run(trigger, &vec![large; 30]).await;
    let mut delivered = 0;
    while delivered < 30 {
        let call = running.call().await;
        let count = bodies_of(&call.payload).len();
        assert!(count < 16, "{count} messages of 400 KB in an event of 6 MB");
        delivered += count;
        call.answer("null");
    }
    assert_eq!(running.end().await, (0, 0));
}

#[tokio::test]
async fn a_stop_waits_for_the_invocation_under_way() {
    let mut running = run(trigger_of("Hidden"), &bodies(1)).await;
    let call = running.call().await;
    running.stop.send_replace(true);
    running.queue.send("too late").await.unwrap();
    call.answer("null");
    let (left, _) = running.end().await;
    assert_eq!(left, 1);
}
