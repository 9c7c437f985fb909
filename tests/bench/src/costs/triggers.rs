//! Streams, queues, schedules and the payment gateway's notifies, as Lambda hands them on.

use std::time::Duration;

use engines::QueueHandle;
use serde_json::{Value, json};

use super::deployment::Deployment;

/// How long a received message stays hidden: longer than any sample takes.
const HELD: Duration = Duration::from_secs(3_600);
/// SQS gives and deletes so many messages in one request.
const MESSAGES_PER_REQUEST: usize = 10;
/// As many records as are read from a stream at once; reading is free for Lambda.
const RECORDS_PER_LOOK: usize = 1_000;

impl Deployment {
    /// Hands on changes and messages until everything is quiet.
    pub(super) async fn settle(&mut self) {
        loop {
            let told = self.tell_changes().await;
            let delivered = self.deliver_messages().await;
            if told + delivered == 0 {
                return;
            }
        }
    }

    /// Runs a schedule. Its invocation is not booked: schedules run whether or not there is something
    /// to do, so that those stand among what a month costs. What it does is.
    pub(super) async fn run_schedule(&mut self, function: &str, name: &str) {
        let app = self.app(function);
        self.world.run_schedule(&app, name).await;
        self.book(function, 0);
    }

    /// Lets the payment gateway tell what it has to tell.
    pub(super) async fn deliver_notifies(&mut self) {
        let function = "PaymentsApi";
        let app = self.app(function);
        let made = self.world.deliver_notifies(&app).await as u64;
        self.tally.api_requests += made;
        self.book(function, made);
    }

    async fn tell_changes(&mut self) -> usize {
        let mut batches = Vec::new();
        for stream in &mut self.streams {
            let mut records = Vec::new();
            loop {
                let more = stream.reader.next(RECORDS_PER_LOOK);
                let more = more.expect("the stream is read");
                if more.is_empty() {
                    break;
                }
                records.extend(more);
            }
            let parts = records.chunks(stream.batch_size);
            batches.extend(parts.map(|batch| (stream.function.clone(), batch.to_vec())));
        }
        let told = batches.len();
        for (function, records) in batches {
            self.deliver(&function, records).await;
        }
        told
    }

    async fn deliver_messages(&mut self) -> usize {
        let mut batches = Vec::new();
        for queue in &self.queues {
            let handle = self.world.engines.queue(&queue.arn);
            let handle = handle.expect("the template has the queue");
            let records = take_all(&handle).await;
            let parts = records.chunks(queue.batch_size);
            batches.extend(parts.map(|batch| (queue.function.clone(), batch.to_vec())));
        }
        let delivered = batches.len();
        for (function, records) in batches {
            let requests = records.len().div_ceil(MESSAGES_PER_REQUEST) as u64;
            self.tally.receive_requests += requests;
            self.tally.delete_requests += requests;
            self.deliver(&function, records).await;
        }
        delivered
    }

    async fn deliver(&mut self, function: &str, records: Vec<Value>) {
        let app = self.app(function);
        let failed = app.deliver(&json!({ "Records": records })).await;
        assert!(failed.is_empty(), "{function} did not do {failed:?}");
        self.book(function, 1);
    }
}

/// Takes every message out of a queue, as records of an event.
async fn take_all(queue: &QueueHandle) -> Vec<Value> {
    let mut records = Vec::new();
    loop {
        let messages = queue.receive(10, Duration::ZERO, Some(HELD)).await;
        let messages = messages.expect("messages are received");
        if messages.is_empty() {
            return records;
        }
        for message in messages {
            let deleted = queue.delete(&message.receipt_handle).await;
            deleted.expect("it is deleted");
            records.push(json!({
                "messageId": message.message_id,
                "body": message.body,
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.arn(),
                "awsRegion": engines::REGION,
            }));
        }
    }
}
