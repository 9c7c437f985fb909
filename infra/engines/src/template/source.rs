//! A template's top-level sections.

use serde_json::{Map, Value};

use super::{
    error::{Place, Problem, TemplateError},
    properties::Properties,
    yaml,
};

/// The sections that are worked with.
pub(super) struct Source {
    pub(super) parameters: Value,
    pub(super) mappings: Value,
    pub(super) conditions: Map<String, Value>,
    pub(super) globals: Value,
    pub(super) resources: Value,
}

impl Source {
    /// Parses `text` and refuses sections that are not known.
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut sections = Properties::of(yaml::parse(text)?, Place::default())?;
        sections.irrelevant(&[
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Outputs",
        ]);
        if let Some(transform) = sections.text("Transform")?
            && transform != "AWS::Serverless-2016-10-31"
        {
            return Err(Place::section("Transform")
                .error(Problem::Unsupported("a transform other than SAM's")));
        }
        let mut section = |name: &str| sections.value(name).unwrap_or(Value::Null);
        let source = Self {
            parameters: section("Parameters"),
            mappings: section("Mappings"),
            conditions: match section("Conditions") {
                Value::Object(conditions) => conditions,
                _ => Map::new(),
            },
            globals: section("Globals"),
            resources: section("Resources"),
        };
        if source.resources.is_null() {
            return Err(Place::section("Resources").error(Problem::Required));
        }
        sections.finish()?;
        Ok(source)
    }
}
