//! A function's environment variables, read once at start.
//!
//! The environment is a value, not the process's globals: the local platform runs every function in
//! one process and hands each the variables that the template gives it.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

/// The variables one function sees.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process, as Lambda sets them.
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    /// The value of `name`, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Starts reading; every problem is kept until [`Variables::finish`] reports them together.
    pub fn read(&self) -> Variables<'_> {
        Variables {
            environment: self,
            problems: Vec::new(),
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

/// Reads variables and remembers what was missing or malformed, so that an operator sees all of it
/// at once.
#[derive(Debug)]
pub struct Variables<'a> {
    environment: &'a Environment,
    problems: Vec<String>,
}

impl Variables<'_> {
    /// The value of a variable that must be set.
    pub fn required(&mut self, name: &str) -> String {
        match self.environment.get(name) {
            Some(value) => value.to_owned(),
            None => {
                self.problems.push(format!("{name} is not set"));
                String::new()
            }
        }
    }

    /// The value of a variable that must be set to a whole number.
    pub fn required_number(&mut self, name: &str) -> u32 {
        let value = self.required(name);
        if value.is_empty() {
            return 0;
        }
        value.parse().unwrap_or_else(|_| {
            self.problems
                .push(format!("{name} is {value:?}, which is not a whole number"));
            0
        })
    }

    /// The value of a variable that must be set to what a `T` is written as. Where it is not, the
    /// default is answered, which nobody sees: [`Variables::finish`] does not let it out.
    pub fn required_as<T: FromStr<Err: Display> + Default>(&mut self, name: &str) -> T {
        let value = self.required(name);
        if value.is_empty() {
            return T::default();
        }
        value.parse().unwrap_or_else(|error| {
            self.problems.push(format!("{name} is {value:?}: {error}"));
            T::default()
        })
    }

    /// `config`, unless a variable was missing or malformed.
    pub fn finish<T>(self, config: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError {
                problems: self.problems,
            })
        }
    }
}

/// What is wrong with a function's environment: every problem, not only the first.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is unusable: {}", problems.join("; "))]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// One problem that is not about a single variable.
    pub fn of(problem: impl Into<String>) -> Self {
        Self {
            problems: vec![problem.into()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_at_once() {
        let given = [("LIMIT", "many"), ("EMPTY", ""), ("SWITCH", "on")];
        let environment: Environment = given.into_iter().collect();
        let mut variables = environment.read();
        variables.required("TABLE");
        variables.required("EMPTY");
        variables.required_number("LIMIT");
        assert!(!variables.required_as::<bool>("SWITCH"));
        assert!(!variables.required_as::<bool>("DOOR"));
        let error = variables.finish(()).unwrap_err().to_string();
        assert_eq!(
            error,
            "the configuration is unusable: TABLE is not set; EMPTY is not set; LIMIT is \"many\", which is not a whole number; SWITCH is \"on\": provided string was not `true` or `false`; DOOR is not set"
        );
    }
}
