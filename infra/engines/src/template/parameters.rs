//! The values a template is run with.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    error::{Place, Problem, TemplateError},
    properties::{Properties, unexpected},
};

/// Values that replace a template's defaults, by parameter name.
pub type Parameters = BTreeMap<String, String>;

/// The value of every parameter of the section `declared`.
pub(super) fn resolve(
    declared: Value,
    given: &Parameters,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let place = Place::section("Parameters");
    let mut section = Properties::of(
        Value::Object(serde_json::Map::from_iter([(
            "Parameters".to_owned(),
            declared,
        )])),
        Place::default(),
    )?;
    let mut values = BTreeMap::new();
    for (name, parameter) in section.named_sections("Parameters")? {
        let value = value_of(&place.child(&name), parameter, given.get(&name))?;
        values.insert(name, value);
    }
    match given.keys().find(|name| !values.contains_key(*name)) {
        Some(unknown) => Err(place.child(unknown).error(Problem::Unknown)),
        None => Ok(values),
    }
}

fn value_of(
    place: &Place,
    mut parameter: Properties,
    given: Option<&String>,
) -> Result<Value, TemplateError> {
    let kind = parameter.required_text("Type")?;
    let default = parameter.text("Default")?;
    let allowed = parameter.texts("AllowedValues")?;
    parameter.irrelevant(&[
        "AllowedPattern",
        "ConstraintDescription",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
    ]);
    parameter.finish()?;
    let value = given
        .cloned()
        .or(default)
        .ok_or_else(|| place.error(Problem::Required))?;
    if !allowed.is_empty() && !allowed.contains(&value) {
        let expected = format!("one of {}", allowed.join(", "));
        return Err(unexpected(place, &expected, &Value::String(value)));
    }
    match kind.as_str() {
        "String" | "Number" => Ok(Value::String(value)),
        "CommaDelimitedList" | "List<Number>" | "List<String>" => Ok(value
            .split(',')
            .map(|item| Value::from(item.trim()))
            .collect()),
        kind if kind.starts_with("AWS::") && !kind.starts_with("AWS::SSM::") => {
            Ok(Value::String(value))
        }
        _ => Err(place.error(Problem::UnsupportedType(kind))),
    }
}
