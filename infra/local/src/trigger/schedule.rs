//! Schedules: firing a function when its time has come, as EventBridge's scheduler does.

#[cfg(test)]
mod tests;
mod timing;

use std::{sync::Arc, time::Duration};

use engines::{
    REGION,
    template::{ACCOUNT_ID, Schedule},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::task::JoinSet;

use self::timing::Timing;
use super::{Problem, Stopping, Target};

/// The pauses before a failed firing is tried again. AWS waits one minute and then two; somebody in
/// front of a laptop wants to see how it ends.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The longest sleep. A laptop that was closed, or a clock that was moved, tells nobody, so the
/// clock is looked at once a second.
const NAP: Duration = Duration::from_secs(1);

/// One schedule of one function.
pub(super) struct Alarm {
    timing: Timing,
    arn: String,
    input: Option<String>,
    pauses: [Duration; 2],
    nap: Duration,
    target: Target,
}

impl Alarm {
    /// Sets an alarm as `schedule` says, which rings `target`.
    pub(super) fn new(schedule: &Schedule, target: Target) -> Result<Self, Problem> {
        let name = schedule.name.as_ref().unwrap_or(&schedule.event);
        Ok(Self {
            timing: Timing::read(schedule)?,
            arn: format!("arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/default/{name}"),
            input: schedule.input.clone(),
            pauses: PAUSES,
            nap: NAP,
            target,
        })
    }

    /// Fires until the platform stops, then waits for the firings under way.
    pub(super) async fn run(self, stopping: Stopping) {
        let alarm = Arc::new(self);
        let clock = &alarm.target.clock;
        let mut firings = JoinSet::new();
        let created = clock.now();
        let mut next = alarm.timing.first(created);
        while let Some(at) = next {
            if stopping.interrupts(alarm.sleep_until(at)).await.is_none() {
                break;
            }
            // Those that ended need no more watching.
            while firings.try_join_next().is_some() {}
            let (alarm_fired, stopping) = (alarm.clone(), stopping.clone());
            firings.spawn(async move { alarm_fired.fire(at, &stopping).await });
            // What was missed meanwhile is made good by this one firing.
            next = alarm.timing.next(created, at.max(clock.now()));
        }
        if next.is_none() {
            let Target {
                function, trigger, ..
            } = &alarm.target;
            tracing::info!(function, trigger, "the schedule never fires again");
        }
        while firings.join_next().await.is_some() {}
    }

    /// Waits until the platform's clock shows `at`.
    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = at.duration_since(self.target.clock.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let left = Duration::try_from(left).unwrap_or(self.nap);
            tokio::time::sleep(left.min(self.nap)).await;
        }
    }

    /// Starts the function, and again after each pause if it fails.
    async fn fire(&self, at: Timestamp, stopping: &Stopping) {
        let Target {
            function, trigger, ..
        } = &self.target;
        let execution_id = self.target.new_request_id();
        let mut pauses = self.pauses.iter();
        for attempt in 1.. {
            let payload = self.payload(at, &execution_id, attempt);
            let request_id = self.target.new_request_id();
            let Err(error) = self.target.invoke(payload, request_id).await else {
                tracing::debug!(function, trigger, %at, "the schedule fired");
                return;
            };
            let Some(pause) = pauses.next() else {
                tracing::error!(function, trigger, attempt, %error, "the firing failed for good");
                return;
            };
            tracing::warn!(function, trigger, attempt, %error, "the firing failed and comes again");
            if stopping
                .interrupts(tokio::time::sleep(*pause))
                .await
                .is_none()
            {
                return;
            }
        }
    }

    /// The template's input with the scheduler's own variables filled in, or what the scheduler
    /// sends where there is none.
    fn payload(&self, at: Timestamp, execution_id: &str, attempt: u32) -> String {
        let time = format!("{at:.0}");
        match &self.input {
            Some(input) => input
                .replace("<aws.scheduler.schedule-arn>", &self.arn)
                .replace("<aws.scheduler.scheduled-time>", &time)
                .replace("<aws.scheduler.execution-id>", execution_id)
                .replace("<aws.scheduler.attempt-number>", &attempt.to_string()),
            None => json!({
                "version": "0",
                "id": execution_id,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": ACCOUNT_ID,
                "time": time,
                "region": REGION,
                "resources": [self.arn],
                "detail": "{}",
            })
            .to_string(),
        }
    }
}
