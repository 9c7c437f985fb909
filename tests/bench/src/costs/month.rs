//! What a month costs in which nothing happens: what is there, and what the clock does.

use std::time::Duration;

use engines::template::{RateOrCron, Schedule};
use serde_json::Value;

use super::{
    assumptions::{DAYS_A_MONTH, IDLE_RECEIVES_A_MINUTE},
    deployment::{Deployment, Traffic, template, template_text},
    log_bytes::LogBytes,
    standing::{self, Standing},
    tally::Tally,
};

const MINUTES_A_MONTH: u64 = DAYS_A_MONTH * 24 * 60;

/// A month without anybody.
#[derive(Clone, Debug, Default)]
pub(super) struct Month {
    /// What schedules do that find nothing to do.
    pub(super) tally: Tally,
    /// How often schedules run.
    pub(super) schedule_runs: u64,
    /// How often Lambda looks into queues for nothing.
    pub(super) idle_receives: u64,
    pub(super) standing: Standing,
}

/// Counts a month.
pub(super) async fn count(log_bytes: LogBytes) -> Month {
    let template = template();
    let polled = template
        .functions
        .iter()
        .map(|function| function.queues.len() as u64)
        .sum::<u64>();
    let mut month = Month {
        idle_receives: polled * MINUTES_A_MONTH * IDLE_RECEIVES_A_MINUTE,
        standing: standing::of(&template_text()),
        ..Month::default()
    };
    let mut deployment = Deployment::start(Traffic::Sparse, log_bytes).await;
    for function in &template.functions {
        for schedule in function.schedules.iter().filter(|each| each.is_enabled) {
            deployment.begin();
            let name = name_of(schedule);
            deployment.run_schedule(&function.logical_id, &name).await;
            let run = deployment.finish().await;
            let runs = runs_a_month(&schedule.expression);
            month.schedule_runs += runs;
            month.tally.add_runs(&function.logical_id, &run, runs);
        }
    }
    month
}

/// By what its function knows the schedule.
fn name_of(schedule: &Schedule) -> String {
    let input = schedule.input.as_deref().unwrap_or("null");
    let input: Value = serde_json::from_str(input).expect("the template was checked");
    let name = input["schedule"].as_str();
    name.unwrap_or_else(|| panic!("{}: the input names no schedule", schedule.event))
        .to_owned()
}

fn runs_a_month(expression: &RateOrCron) -> u64 {
    match expression {
        RateOrCron::Rate(every) => {
            let month = Duration::from_secs(MINUTES_A_MONTH * 60);
            month.as_secs().div_ceil(every.as_secs().max(1))
        }
        RateOrCron::Cron([minutes, hours, rest @ ..]) => {
            let is_daily = rest.iter().all(|field| field == "*" || field == "?");
            assert!(
                is_daily,
                "{expression:?}: of crons only daily ones are known"
            );
            DAYS_A_MONTH * times(hours, 24) * times(minutes, 60)
        }
    }
}

/// How many values a field has: a list of numbers, or all that there are.
fn times(field: &str, all: u64) -> u64 {
    if field == "*" {
        return all;
    }
    let values = field.split(',').inspect(|value| {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        assert!(
            is_number,
            "{field}: of a cron's fields only lists are known"
        );
    });
    values.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_and_a_daily_cron_run_so_often() {
        let every_minute = RateOrCron::Rate(Duration::from_secs(60));
        assert_eq!(runs_a_month(&every_minute), 43_200);
        let twice_a_day = ["0", "3,15", "*", "*", "?", "*"].map(str::to_owned);
        assert_eq!(runs_a_month(&RateOrCron::Cron(twice_a_day)), 60);
    }
}
