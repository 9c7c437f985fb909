//! Reading a resource's resolved properties, so that none is overlooked.
//!
//! Every reader takes what it names out of the map; [`Properties::finish`] refuses what is left. A
//! property is therefore read, or named as irrelevant here, or an error.

use serde_json::{Map, Value};

use super::error::{Place, Problem, TemplateError};

/// Properties that are still to be read, and where they stand.
#[derive(Debug)]
pub(super) struct Properties {
    place: Place,
    map: Map<String, Value>,
}

impl Properties {
    /// `value`, which must be a mapping.
    pub(super) fn of(value: Value, place: Place) -> Result<Self, TemplateError> {
        match value {
            Value::Object(map) => Ok(Self { place, map }),
            Value::Null => Ok(Self {
                place,
                map: Map::new(),
            }),
            other => Err(unexpected(&place, "a mapping", &other)),
        }
    }

    /// Where `name` stands.
    pub(super) fn place(&self, name: &str) -> Place {
        self.place.child(name)
    }

    /// The error that `name` is missing.
    pub(super) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, TemplateError> {
        value.ok_or_else(|| self.place(name).error(Problem::Required))
    }

    /// Any value.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// A text, or a number or flag written as one.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, TemplateError> {
        let place = self.place(name);
        self.value(name)
            .map(|value| text(&value, &place))
            .transpose()
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, name: &str) -> Result<String, TemplateError> {
        let value = self.text(name)?;
        self.required(name, value)
    }

    /// A whole number, or text that is one.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<i64>, TemplateError> {
        let place = self.place(name);
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .map(Some)
            .ok_or_else(|| unexpected(&place, "a whole number", &value))
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, name: &str) -> Result<Option<u32>, TemplateError> {
        let place = self.place(name);
        self.number(name)?
            .map(|number| {
                u32::try_from(number)
                    .map_err(|_| unexpected(&place, "a whole number from 0", &number.into()))
            })
            .transpose()
    }

    /// A number that may have a fraction.
    pub(super) fn decimal(&mut self, name: &str) -> Result<Option<f64>, TemplateError> {
        let place = self.place(name);
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .map(Some)
            .ok_or_else(|| unexpected(&place, "a number", &value))
    }

    /// True or false, or text that says so.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, TemplateError> {
        let place = self.place(name);
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let flag = match &value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        flag.map(Some)
            .ok_or_else(|| unexpected(&place, "true or false", &value))
    }

    /// A list of anything; an absent one is empty.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, TemplateError> {
        let place = self.place(name);
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(unexpected(&place, "a list", &other)),
        }
    }

    /// A list of texts; an absent one is empty.
    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, TemplateError> {
        let place = self.place(name);
        self.list(name)?
            .iter()
            .map(|item| text(item, &place))
            .collect()
    }

    /// A list of mappings; an absent one is empty.
    pub(super) fn sections(&mut self, name: &str) -> Result<Vec<Properties>, TemplateError> {
        let place = self.place(name);
        self.list(name)?
            .into_iter()
            .enumerate()
            .map(|(index, item)| Self::of(item, place.child(index.to_string())))
            .collect()
    }

    /// A mapping.
    pub(super) fn section(&mut self, name: &str) -> Result<Option<Properties>, TemplateError> {
        let place = self.place(name);
        self.value(name)
            .map(|value| Self::of(value, place))
            .transpose()
    }

    /// A mapping's entries, each a mapping; an absent one has none.
    pub(super) fn named_sections(
        &mut self,
        name: &str,
    ) -> Result<Vec<(String, Properties)>, TemplateError> {
        let Some(section) = self.section(name)? else {
            return Ok(Vec::new());
        };
        section
            .map
            .into_iter()
            .map(|(key, value)| {
                let place = section.place.child(&key);
                Ok((key, Self::of(value, place)?))
            })
            .collect()
    }

    /// A mapping's entries, each a text; an absent one has none.
    pub(super) fn named_texts(
        &mut self,
        name: &str,
    ) -> Result<Vec<(String, String)>, TemplateError> {
        let Some(section) = self.section(name)? else {
            return Ok(Vec::new());
        };
        section
            .map
            .into_iter()
            .map(|(key, value)| {
                let value = text(&value, &section.place.child(&key))?;
                Ok((key, value))
            })
            .collect()
    }

    /// Names properties that matter on AWS and to nothing here.
    pub(super) fn irrelevant(&mut self, names: &[&str]) {
        for name in names {
            self.map.remove(*name);
        }
    }

    /// Refuses whatever has not been read.
    pub(super) fn finish(self) -> Result<(), TemplateError> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.place(name).error(Problem::Unknown)),
        }
    }
}

/// `value` as a text; CloudFormation takes numbers and flags for text as well.
pub(super) fn text(value: &Value, place: &Place) -> Result<String, TemplateError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(unexpected(place, "a text", other)),
    }
}

/// The error that `found` is not what is `expected`.
pub(super) fn unexpected(place: &Place, expected: &str, found: &Value) -> TemplateError {
    place.error(Problem::Expected {
        expected: expected.to_owned(),
        found: match found {
            Value::Object(_) => "a mapping".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Null => "nothing".to_owned(),
            other => other.to_string(),
        },
    })
}
