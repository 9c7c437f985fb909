//! From YAML with CloudFormation's short tags to plain JSON with the long forms.
//!
//! Everything behind this module sees `{"Fn::GetAtt": ["Orders", "Arn"]}` only, whichever way the
//! template wrote it.

use serde_json::{Map, Value};

use super::error::{Place, Problem, TemplateError};

/// The tags that stand for `Fn::<Tag>`.
const FUNCTION_TAGS: [&str; 12] = [
    "And",
    "Equals",
    "FindInMap",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
];

/// Parses `text` and rewrites its tags.
pub(super) fn parse(text: &str) -> Result<Value, TemplateError> {
    plain(yaml_serde::from_str(text)?, &Place::default())
}

fn plain(value: yaml_serde::Value, place: &Place) -> Result<Value, TemplateError> {
    use yaml_serde::Value as Yaml;
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => serde_json::to_value(&number).map_err(|_| {
            place.error(Problem::Expected {
                expected: "a finite number".to_owned(),
                found: number.to_string(),
            })
        })?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| plain(item, &place.child(index.to_string())))
            .collect::<Result<_, _>>()
            .map(Value::Array)?,
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key_text(key, place)?;
                let value = plain(value, &place.child(&key))?;
                object.insert(key, value);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let argument = plain(tagged.value, place)?;
            long_form(tag, argument, place)?
        }
    })
}

fn long_form(tag: &str, argument: Value, place: &Place) -> Result<Value, TemplateError> {
    let (name, argument) = match tag {
        "Ref" | "Condition" => (tag.to_owned(), argument),
        "GetAtt" => ("Fn::GetAtt".to_owned(), split_attribute(argument)),
        _ if FUNCTION_TAGS.contains(&tag) => (format!("Fn::{tag}"), argument),
        _ => return Err(place.error(Problem::UnknownIntrinsic(format!("!{tag}")))),
    };
    Ok(Value::Object(Map::from_iter([(name, argument)])))
}

/// `Orders.Arn` as the long form's two parts; anything else is left for the resolver to refuse.
fn split_attribute(argument: Value) -> Value {
    match argument.as_str().and_then(|text| text.split_once('.')) {
        Some((resource, attribute)) => Value::from(vec![resource, attribute]),
        None => argument,
    }
}

/// YAML allows any key; CloudFormation's are text, and digits or words such as `on` become text.
fn key_text(key: yaml_serde::Value, place: &Place) -> Result<String, TemplateError> {
    match key {
        yaml_serde::Value::String(text) => Ok(text),
        yaml_serde::Value::Number(number) => Ok(number.to_string()),
        yaml_serde::Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(place.error(Problem::Expected {
            expected: "a mapping whose keys are text".to_owned(),
            found: "another kind of key".to_owned(),
        })),
    }
}
