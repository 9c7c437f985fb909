//! Queues: handing a function its messages in batches, as Lambda's poller does.
//!
//! What a function did not do is left alone. It comes back when the queue's visibility time-out is
//! over, and the queue itself moves it to the dead-letter queue in the end.

mod record;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use engines::{EngineError, Engines, Message, QueueHandle, template::QueueTrigger};
use platform::logging::causes;
use tokio::{task::JoinSet, time::Instant};

use self::record::Record;
use super::{Problem, Stopping, Target, answer, event, filter::BodyFilter};

/// How many invocations one queue runs at once where the template does not say. Lambda would go up
/// to hundreds; two show every race that more would, and leave the laptop to its owner.
const DEFAULT_CONCURRENCY: u32 = 2;
/// SQS gives no more at once.
const MAX_RECEIVE: usize = 10;
/// SQS waits no longer for a first message.
const MAX_WAIT: Duration = Duration::from_secs(20);
const ONE_SECOND: Duration = Duration::from_secs(1);
/// The pause after a queue could not be read.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// What moves the messages of one queue to one function.
pub(super) struct QueuePump {
    queue: QueueHandle,
    batch_size: usize,
    window: Duration,
    concurrency: usize,
    reports_failures: bool,
    filter: BodyFilter,
    target: Target,
}

impl QueuePump {
    /// Reads the queue of `trigger` for `target`.
    pub(super) fn new(
        trigger: &QueueTrigger,
        engines: &Engines,
        target: Target,
    ) -> Result<Self, Problem> {
        let concurrency = trigger.maximum_concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        Ok(Self {
            queue: engines.queue(&trigger.queue_arn)?,
            batch_size: at_least_one(trigger.batch_size),
            window: Duration::from_secs(trigger.batching_window_seconds.into()),
            concurrency: at_least_one(concurrency),
            reports_failures: trigger.reports_failures,
            filter: BodyFilter::read(&trigger.filters)?,
            target,
        })
    }

    /// Delivers batches until the platform stops, then waits for the invocations under way.
    pub(super) async fn run(self, stopping: Stopping) {
        let pump = Arc::new(self);
        let mut deliveries = JoinSet::new();
        loop {
            // Nothing is received that would have to wait here: its visibility time-out would run.
            while deliveries.len() >= pump.concurrency {
                deliveries.join_next().await;
            }
            match stopping.interrupts(pump.gather()).await {
                None => break,
                Some(Ok(batch)) if batch.is_empty() => {}
                Some(Ok(batch)) => {
                    let pump = Arc::clone(&pump);
                    deliveries.spawn(async move { pump.deliver(batch).await });
                }
                Some(Err(error)) => {
                    pump.log(&error, "the queue could not be read");
                    if stopping
                        .interrupts(tokio::time::sleep(PAUSE_AFTER_ERROR))
                        .await
                        .is_none()
                    {
                        break;
                    }
                }
            }
            while deliveries.try_join_next().is_some() {}
        }
        while deliveries.join_next().await.is_some() {}
    }

    /// A batch as full as the window lets it become; empty if no message came for a while.
    async fn gather(&self) -> Result<Vec<Message>, EngineError> {
        let mut batch = self.receive(self.batch_size, MAX_WAIT).await?;
        if batch.is_empty() {
            return Ok(batch);
        }
        let end = Instant::now() + self.window;
        while let Some(room) = self.room_in(&batch) {
            let left = end.saturating_duration_since(Instant::now());
            let more = match self.receive(room, left).await {
                Ok(more) => more,
                Err(error) => {
                    self.log(&error, "a batch goes out before it is full");
                    break;
                }
            };
            if more.is_empty() {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                // A receive waits for whole seconds; the rest of the last one passes here.
                if left < ONE_SECOND {
                    tokio::time::sleep(left).await;
                }
            }
            batch.extend(more);
        }
        Ok(batch)
    }

    /// How many messages `batch` still has room for, if any.
    fn room_in(&self, batch: &[Message]) -> Option<usize> {
        let bytes: usize = batch.iter().map(|message| message.body.len()).sum();
        let room = self.batch_size.saturating_sub(batch.len());
        (room > 0 && bytes < event::MAX_EVENT_BYTES).then_some(room)
    }

    async fn receive(&self, room: usize, wait: Duration) -> Result<Vec<Message>, EngineError> {
        let maximum = u32::try_from(room.min(MAX_RECEIVE)).unwrap_or(1);
        self.queue.receive(maximum, wait.min(MAX_WAIT), None).await
    }

    /// Hands `messages` to the function, in as many events as they need.
    async fn deliver(&self, messages: Vec<Message>) {
        let (wanted, unwanted): (Vec<_>, Vec<_>) = messages
            .into_iter()
            .partition(|message| self.filter.passes(&message.body));
        for message in unwanted {
            self.delete(&message.receipt_handle).await;
        }
        let records = wanted
            .iter()
            .map(|message| Record::new(message, self.queue.arn()))
            .collect();
        for run in event::split(records, |record| record.json.len()) {
            self.deliver_event(&run).await;
        }
    }

    async fn deliver_event(&self, records: &[Record]) {
        let payload = event::of_records(records.iter().map(|record| record.json.as_str()));
        let request_id = self.target.new_request_id();
        let answer = match self.target.invoke(payload, request_id).await {
            Ok(answer) => answer,
            Err(error) => {
                return self.log(&error, "the whole batch failed and comes again");
            }
        };
        for record in self.done_of(records, &answer) {
            self.delete(&record.receipt_handle).await;
        }
    }

    /// Which of `records` the function did, by its answer.
    fn done_of<'a>(&self, records: &'a [Record], answer: &str) -> Vec<&'a Record> {
        if !self.reports_failures {
            return records.iter().collect();
        }
        let is_in_batch = |id: &str| records.iter().any(|record| record.message_id == id);
        let failures = match answer::failures_in(answer, is_in_batch) {
            Ok(failures) => failures,
            Err(problem) => {
                self.log(&problem, "the whole batch counts as failed and comes again");
                return Vec::new();
            }
        };
        if !failures.is_empty() {
            let Target {
                function, trigger, ..
            } = &self.target;
            tracing::warn!(
                function,
                trigger,
                failed = failures.len(),
                batch = records.len(),
                "messages failed and come again"
            );
        }
        records
            .iter()
            .filter(|record| !failures.contains(&record.message_id))
            .collect()
    }

    async fn delete(&self, receipt_handle: &str) {
        if let Err(error) = self.queue.delete(receipt_handle).await {
            self.log(&error, "a message could not be deleted and comes again");
        }
    }

    fn log(&self, error: &dyn std::error::Error, what: &str) {
        let Target {
            function, trigger, ..
        } = &self.target;
        tracing::error!(function, trigger, error = causes(error), "{what}");
    }
}

/// AWS takes no zero for either; reading nothing for ever would look like a queue that hangs.
fn at_least_one(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX).max(1)
}
