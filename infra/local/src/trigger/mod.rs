//! What starts functions besides HTTP: the template's queues, streams and schedules.
//!
//! This is the part of AWS that nobody sees: Lambda's event source mappings, which read queues and
//! streams and hand out batches, and EventBridge's scheduler.
//!
//! **Invariant:** a message is deleted, and a stream's place moves on, only after the function said
//! that it is done or the template's own limits gave it up. A crash at any moment repeats work and
//! loses none.
//!
//! Start at [`Triggers::start`]; a file for each kind of trigger.

mod answer;
mod cron;
mod event;
mod filter;
mod queue;
mod schedule;
mod stopping;
mod stream;
mod target;
#[cfg(test)]
mod tests;

use std::time::Duration;

use engines::{EngineError, Engines, template::Template};
use kernel::Clock;
use tokio::{sync::watch, task::JoinSet};

use self::{
    cron::CronError, filter::PatternError, queue::QueuePump, schedule::Alarm, stopping::Stopping,
    stream::StreamPump, target::Target,
};
use crate::functions::Functions;

/// How long [`Triggers::stop`] waits for what is under way. Longer than nearly every invocation
/// takes, and as long as somebody who pressed Ctrl-C will wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that starts functions by itself, running. Dropping it ends all of it at once.
#[derive(Debug)]
pub(crate) struct Triggers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// A trigger of the template that cannot be run here.
#[derive(Debug, thiserror::Error)]
#[error("the trigger {trigger} of {function} cannot be run")]
pub struct TriggerError {
    function: String,
    trigger: String,
    #[source]
    problem: Problem,
}

/// What is wrong with a trigger.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error(transparent)]
    Cron(#[from] CronError),
    #[error("there is no time zone {0}")]
    TimeZone(String),
}

impl Triggers {
    /// Starts every trigger of `template` that is enabled, each in a task of its own. All are
    /// checked before the first one starts.
    ///
    /// Must run inside a tokio runtime.
    pub(crate) fn start(
        template: &Template,
        engines: &Engines,
        functions: &Functions,
        clock: &Clock,
    ) -> Result<Self, TriggerError> {
        let mut queues = Vec::new();
        let mut streams = Vec::new();
        let mut alarms = Vec::new();
        for function in &template.functions {
            let target = |event: &str| Target::new(function, event, functions, clock);
            let failed = |event: &str| {
                let (function, trigger) = (function.logical_id.clone(), event.to_owned());
                |problem: Problem| TriggerError {
                    function,
                    trigger,
                    problem,
                }
            };
            for trigger in function.queues.iter().filter(|each| each.is_enabled) {
                let pump = QueuePump::new(trigger, engines, target(&trigger.event));
                queues.push(pump.map_err(failed(&trigger.event))?);
            }
            for trigger in function.streams.iter().filter(|each| each.is_enabled) {
                let pump = StreamPump::new(trigger, engines, target(&trigger.event));
                streams.push(pump.map_err(failed(&trigger.event))?);
            }
            for schedule in function.schedules.iter().filter(|each| each.is_enabled) {
                let alarm = Alarm::new(schedule, target(&schedule.event));
                alarms.push(alarm.map_err(failed(&schedule.event))?);
            }
        }

        let stop = watch::Sender::new(false);
        let stopping = || Stopping::heard_from(&stop);
        let mut tasks = JoinSet::new();
        for pump in queues {
            tasks.spawn(pump.run(stopping()));
        }
        for pump in streams {
            tasks.spawn(pump.run(stopping()));
        }
        for alarm in alarms {
            tasks.spawn(alarm.run(stopping()));
        }
        Ok(Self { stop, tasks })
    }

    /// Starts nothing more, lets the invocations under way finish, and ends those that do not within
    /// ten seconds; their messages and records come again at the next start.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, all_ended).await.is_err() {
            tracing::warn!(
                triggers = self.tasks.len(),
                "ended invocations that did not finish in time"
            );
        }
    }
}
