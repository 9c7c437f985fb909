//! Streams: handing a function the changes of a table, in their order, as Lambda's poller does.
//!
//! One batch is under way at a time, since a table's stream has one shard here. The place in the
//! stream is kept when a batch is through; what a stop cuts short comes again from the batch's
//! beginning.

mod discarded;
mod record;
mod retry;
#[cfg(test)]
mod tests;

use std::time::Duration;

use engines::{
    EngineError, Engines, QueueHandle, StreamReader,
    template::{StartingPosition, StreamTrigger},
};
use platform::logging::causes;
use serde_json::Value;
use tokio::time::Instant;

use self::{
    discarded::{Condition, Discarded},
    record::Record,
    retry::{Next, Outcome, Piece, Policy},
};
use super::{Problem, Stopping, Target, answer, event, filter::RecordFilter};

/// The pause after a stream could not be read.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// The pause before a batch is tried again for the first time; it doubles from one to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What moves the changes of one table to one function.
pub(super) struct StreamPump {
    reader: StreamReader,
    batch_size: usize,
    window: Duration,
    reports_failures: bool,
    filter: RecordFilter,
    policy: Policy,
    first_pause: Duration,
    on_failure: Option<QueueHandle>,
    target: Target,
}

impl StreamPump {
    /// Reads the stream of `trigger` for `target`. A trigger that starts at the latest record starts
    /// behind everything that is written by now.
    pub(super) fn new(
        trigger: &StreamTrigger,
        engines: &Engines,
        target: Target,
    ) -> Result<Self, Problem> {
        // Each trigger keeps a place of its own, so that two of them both get everything.
        let name = format!("{}.{}", target.function, target.trigger);
        let mut reader = engines.stream_for(&trigger.stream_arn, &name)?;
        if trigger.starting_position == StartingPosition::Latest && reader.is_new() {
            reader.skip_to_latest()?;
            reader.checkpoint()?;
        }
        let on_failure = match &trigger.on_failure_arn {
            None => None,
            Some(arn) => Some(engines.queue(arn)?),
        };
        Ok(Self {
            reader,
            // AWS takes no zero, and a batch of nothing would be read for ever.
            batch_size: usize::try_from(trigger.batch_size)
                .unwrap_or(usize::MAX)
                .max(1),
            window: Duration::from_secs(trigger.batching_window_seconds.into()),
            reports_failures: trigger.reports_failures,
            filter: RecordFilter::read(&trigger.filters)?,
            policy: Policy::of(trigger),
            first_pause: FIRST_PAUSE,
            on_failure,
            target,
        })
    }

    /// Delivers batches until the platform stops, but lets the invocation under way finish.
    pub(super) async fn run(mut self, stopping: Stopping) {
        while let Some(gathered) = stopping.interrupts(self.gather()).await {
            let records = match gathered {
                Ok(records) => records,
                Err(error) => {
                    self.log(&error, "the stream could not be read");
                    let pause = tokio::time::sleep(PAUSE_AFTER_ERROR);
                    match stopping.interrupts(pause).await {
                        Some(()) => continue,
                        None => return,
                    }
                }
            };
            if self.work_off(records, &stopping).await.is_none() {
                return;
            }
            if let Err(error) = self.reader.checkpoint() {
                self.log(&error, "the place in the stream could not be kept");
            }
        }
    }

    /// A batch as full as the window lets it become; waits until there is something.
    async fn gather(&mut self) -> Result<Vec<Value>, EngineError> {
        let mut records = self.reader.next(self.batch_size)?;
        while records.is_empty() {
            self.reader.changed().await;
            records = self.reader.next(self.batch_size)?;
        }
        let end = Instant::now() + self.window;
        while records.len() < self.batch_size {
            if tokio::time::timeout_at(end, self.reader.changed())
                .await
                .is_err()
            {
                break;
            }
            match self.reader.next(self.batch_size - records.len()) {
                Ok(more) => records.extend(more),
                // The reader has moved past what is here, so it has to go out.
                Err(error) => {
                    self.log(&error, "a batch goes out before it is full");
                    break;
                }
            }
        }
        Ok(records)
    }

    /// Hands `records` to the function until it has done or the template has given up each of them.
    /// `None` if the platform stopped before.
    async fn work_off(&self, records: Vec<Value>, stopping: &Stopping) -> Option<()> {
        let wanted = records
            .into_iter()
            .filter(|record| self.filter.passes(record))
            .map(|record| Record::new(&record))
            .collect();
        // The piece to be tried next stands at the end.
        let mut pieces: Vec<Piece> = event::split(wanted, |record| record.json.len())
            .into_iter()
            .rev()
            .map(Piece::new)
            .collect();
        while let Some(mut piece) = pieces.pop() {
            if stopping.has_begun() {
                return None;
            }
            let expired = self
                .policy
                .take_expired(&mut piece, self.target.clock.now());
            if let Some(expired) = expired {
                self.discard(&expired, Condition::RecordAgeExceeded).await;
            }
            if piece.records.is_empty() {
                continue;
            }
            let request_id = self.target.new_request_id();
            let outcome = self.deliver(&piece.records, request_id.clone()).await;
            match self.policy.after(piece, outcome, request_id) {
                Next::Done => {}
                Next::Again(again) => {
                    let retries = again.first().map_or(0, |piece| piece.retries);
                    pieces.extend(again.into_iter().rev());
                    let pause = tokio::time::sleep(self.pause_after(retries));
                    stopping.interrupts(pause).await?;
                }
                Next::GiveUp(piece) => {
                    self.discard(&piece, Condition::RetryAttemptsExhausted)
                        .await;
                }
            }
        }
        Some(())
    }

    fn pause_after(&self, retries: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(retries);
        self.first_pause.saturating_mul(doubled).min(LONGEST_PAUSE)
    }

    async fn deliver(&self, records: &[Record], request_id: String) -> Outcome {
        let payload = event::of_records(records.iter().map(|record| record.json.as_str()));
        let answer = match self.target.invoke(payload, request_id).await {
            Ok(answer) => answer,
            Err(error) => {
                self.log(&error, "the whole batch failed");
                return Outcome::Failed;
            }
        };
        if !self.reports_failures {
            return Outcome::Done;
        }
        let place_of = |number: &str| {
            let mut numbers = records.iter().map(|record| &record.sequence_number);
            numbers.position(|each| each == number)
        };
        let failures = match answer::failures_in(&answer, |number| place_of(number).is_some()) {
            Ok(failures) => failures,
            Err(problem) => {
                self.log(&problem, "the whole batch counts as failed");
                return Outcome::Failed;
            }
        };
        // Records stand in the order of their numbers, so the lowest number is the first place.
        match failures.iter().filter_map(|number| place_of(number)).min() {
            None => Outcome::Done,
            Some(first) => {
                let Target {
                    function, trigger, ..
                } = &self.target;
                let left = records.len() - first;
                tracing::warn!(
                    function,
                    trigger,
                    left,
                    batch = records.len(),
                    "a record failed; it and what follows come again"
                );
                Outcome::FailedFrom(first)
            }
        }
    }

    /// Gives `piece` up: tells the template's queue where it stood, and goes on without it.
    async fn discard(&self, piece: &Piece, condition: Condition) {
        let discarded = Discarded {
            piece,
            condition,
            function_arn: &self.target.function_arn,
            stream_arn: self.reader.stream_arn(),
            at: self.target.clock.now(),
        };
        let Target {
            function, trigger, ..
        } = &self.target;
        let Some(document) = discarded.document() else {
            return;
        };
        tracing::error!(
            function,
            trigger,
            records = piece.records.len(),
            condition = condition.name(),
            "records were given up"
        );
        if let Some(queue) = &self.on_failure
            && let Err(error) = queue.send(document.to_string()).await
        {
            let what = format!("nobody was told of what was given up: {document}");
            self.log(&error, &what);
        }
    }

    fn log(&self, error: &dyn std::error::Error, what: &str) {
        let Target {
            function, trigger, ..
        } = &self.target;
        tracing::error!(function, trigger, error = causes(error), "{what}");
    }
}
