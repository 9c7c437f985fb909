//! The six fields of a cron expression.

use std::collections::BTreeSet;

/// One of the fields: what it is called, what it may hold, and the names of its values.
pub(super) struct Field {
    name: &'static str,
    least: i16,
    most: i16,
    /// The names of the values, beginning with the least.
    names: &'static [&'static str],
}

/// A cron expression that means nothing, or nothing that is known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::trigger) enum CronError {
    /// Both fields for days are `?`.
    #[error("one of day of month and day of week must say something else than `?`")]
    NoDay,
    /// Neither of the fields for days is `?`.
    #[error("one of day of month and day of week must be `?`")]
    TwoDays,
    /// A part of a field is no value, range or step.
    #[error("{field} cannot be {part:?}")]
    Unreadable {
        /// Which field.
        field: &'static str,
        /// What stands there.
        part: String,
    },
    /// A part of a field is outside of what the field may hold.
    #[error("{field} must be between {least} and {most}, and is {part:?}")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// The least value it may hold.
        least: i16,
        /// The greatest one.
        most: i16,
        /// What stands there.
        part: String,
    },
    /// AWS's letters for the last day, the nearest weekday and the weekday's number in the month.
    #[error("{field} is {part:?}: L, W and # are not supported by the local platform")]
    Unsupported {
        /// Which field.
        field: &'static str,
        /// What stands there.
        part: String,
    },
}

pub(super) const MINUTES: Field = Field::numbers("the minute", 0, 59);
pub(super) const HOURS: Field = Field::numbers("the hour", 0, 23);
pub(super) const DAY_OF_MONTH: Field = Field::numbers("the day of month", 1, 31);
pub(super) const YEAR: Field = Field::numbers("the year", 1970, 2199);
pub(super) const MONTH: Field = Field {
    name: "the month",
    least: 1,
    most: 12,
    names: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
};
pub(super) const DAY_OF_WEEK: Field = Field {
    name: "the day of week",
    least: 1,
    most: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

impl Field {
    const fn numbers(name: &'static str, least: i16, most: i16) -> Self {
        Self {
            name,
            least,
            most,
            names: &[],
        }
    }

    /// The values that `text` allows: `*`, values, ranges and steps, joined by commas.
    pub(super) fn parse(&self, text: &str) -> Result<BTreeSet<i16>, CronError> {
        let mut values = BTreeSet::new();
        for part in text.split(',') {
            values.extend(self.part(part)?);
        }
        Ok(values)
    }

    fn part(&self, part: &str) -> Result<impl Iterator<Item = i16>, CronError> {
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) => {
                let step = step.parse::<usize>().ok().filter(|step| *step > 0);
                (range, Some(step.ok_or_else(|| self.unreadable(part))?))
            }
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((first, last)) => (self.value(first, part)?, self.value(last, part)?),
            None => {
                let first = self.value(range, part)?;
                // `5/15` begins at 5 and goes on to the end.
                (first, if step.is_some() { self.most } else { first })
            }
        };
        if first > last {
            return Err(self.unreadable(part));
        }
        Ok((first..=last).step_by(step.unwrap_or(1)))
    }

    fn value(&self, text: &str, part: &str) -> Result<i16, CronError> {
        let named = self
            .names
            .iter()
            .zip(self.least..)
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        if let Some((_, value)) = named {
            return Ok(value);
        }
        let value: i16 = text.parse().map_err(|_| self.unreadable(part))?;
        if (self.least..=self.most).contains(&value) {
            Ok(value)
        } else {
            Err(CronError::OutOfRange {
                field: self.name,
                least: self.least,
                most: self.most,
                part: part.to_owned(),
            })
        }
    }

    fn unreadable(&self, part: &str) -> CronError {
        let is_for_days = [DAY_OF_MONTH.name, DAY_OF_WEEK.name].contains(&self.name);
        let (field, part) = (self.name, part.to_owned());
        if is_for_days && (part.ends_with(['L', 'W']) || part.contains(['#'])) {
            CronError::Unsupported { field, part }
        } else {
            CronError::Unreadable { field, part }
        }
    }
}
