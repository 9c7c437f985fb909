//! Schedules that start a function.

use std::time::Duration;

use serde_json::Value;

use super::{
    error::{Place, Problem, TemplateError},
    properties::{Properties, unexpected},
};

/// A schedule that starts a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The event's id in the template.
    pub event: String,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// When it fires.
    pub expression: RateOrCron,
    /// The time zone of a cron expression; UTC if none is given.
    pub time_zone: Option<String>,
    /// What the function is started with, as text of JSON; an event of the scheduler's own if absent.
    pub input: Option<String>,
    /// Whether it fires at all.
    pub is_enabled: bool,
}

/// When a schedule fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateOrCron {
    /// Again and again with this much between.
    Rate(Duration),
    /// AWS's six fields: minutes, hours, day of month, month, day of week, year.
    Cron([String; 6]),
}

impl Schedule {
    /// A `Schedule` event, whose expression is under `Schedule`.
    pub(super) fn read_rule(event: String, mut section: Properties) -> Result<Self, TemplateError> {
        let expression = section.required_text("Schedule")?;
        let expression = parse(&expression, &section.place("Schedule"))?;
        Self::read(event, expression, section)
    }

    /// A `ScheduleV2` event, whose expression is under `ScheduleExpression`.
    pub(super) fn read_scheduler(
        event: String,
        mut section: Properties,
    ) -> Result<Self, TemplateError> {
        let expression = section.required_text("ScheduleExpression")?;
        let expression = parse(&expression, &section.place("ScheduleExpression"))?;
        Self::read(event, expression, section)
    }

    fn read(
        event: String,
        expression: RateOrCron,
        mut section: Properties,
    ) -> Result<Self, TemplateError> {
        let state = section.text("State")?;
        let enabled = section.flag("Enabled")?;
        let schedule = Self {
            event,
            name: section.text("Name")?,
            expression,
            time_zone: section.text("ScheduleExpressionTimezone")?,
            input: input(&mut section)?,
            is_enabled: enabled.unwrap_or(state.as_deref() != Some("DISABLED")),
        };
        section.irrelevant(&[
            "DeadLetterConfig",
            "Description",
            "FlexibleTimeWindow",
            "GroupName",
            "KmsKeyArn",
            "OmitName",
            "PermissionsBoundary",
            "RetryPolicy",
            "RoleArn",
        ]);
        section.finish()?;
        Ok(schedule)
    }
}

/// The input is a text of JSON; checked here, where the error can name the place.
fn input(section: &mut Properties) -> Result<Option<String>, TemplateError> {
    let place = section.place("Input");
    let Some(input) = section.text("Input")? else {
        return Ok(None);
    };
    match serde_json::from_str::<Value>(&input) {
        Ok(_) => Ok(Some(input)),
        Err(_) => Err(unexpected(&place, "a text of JSON", &input.into())),
    }
}

fn parse(expression: &str, place: &Place) -> Result<RateOrCron, TemplateError> {
    let wrong = || unexpected(place, "rate(…) or cron(…)", &expression.into());
    let (kind, arguments) = expression
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .ok_or_else(wrong)?;
    match kind {
        "rate" => rate(arguments).map(RateOrCron::Rate).ok_or_else(wrong),
        "cron" => arguments
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .try_into()
            .map(RateOrCron::Cron)
            .map_err(|_| wrong()),
        "at" => Err(place.error(Problem::Unsupported("a schedule that fires once"))),
        _ => Err(wrong()),
    }
}

/// AWS insists on the singular for one and the plural for more.
fn rate(arguments: &str) -> Option<Duration> {
    let (count, unit) = arguments.split_once(' ')?;
    let count: u64 = count.parse().ok()?;
    let unit_seconds = match (count, unit) {
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 60 * 60,
        (1, "day") | (2.., "days") => 24 * 60 * 60,
        _ => return None,
    };
    Some(Duration::from_secs(count.checked_mul(unit_seconds)?))
}
