//! Working out what a template's functions stand for.

use std::{cell::RefCell, collections::BTreeMap};

use serde_json::{Map, Value};

use super::{
    declared::Declared,
    error::{Place, Problem, TemplateError},
    functions,
    properties::text,
};

/// What names can stand for in one template.
pub(super) struct Scope {
    pub(super) parameters: BTreeMap<String, Value>,
    pub(super) conditions: Map<String, Value>,
    pub(super) mappings: Value,
    pub(super) resources: Vec<Declared>,
    /// The names that are being worked out, to notice those that need themselves.
    pub(super) pending: RefCell<Vec<String>>,
}

impl Scope {
    /// What `node` stands for; `None` where it is `AWS::NoValue`.
    pub(super) fn resolve(
        &self,
        node: &Value,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        match node {
            Value::Object(object) => match function_call(object, place)? {
                Some((name, argument)) => functions::call(self, name, argument, place),
                None => self.resolve_object(object, place),
            },
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    resolved.extend(self.resolve(item, &place.child(index.to_string()))?);
                }
                Ok(Some(Value::Array(resolved)))
            }
            Value::String(text) if text.contains("{{resolve:") => {
                Err(place.error(Problem::Unsupported("a dynamic reference ({{resolve:…}})")))
            }
            other => Ok(Some(other.clone())),
        }
    }

    fn resolve_object(
        &self,
        object: &Map<String, Value>,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        let mut resolved = Map::new();
        for (key, value) in object {
            if let Some(value) = self.resolve(value, &place.child(key))? {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(Some(Value::Object(resolved)))
    }

    /// What `node` stands for, as a text.
    pub(super) fn resolve_text(
        &self,
        node: &Value,
        place: &Place,
    ) -> Result<String, TemplateError> {
        match self.resolve(node, place)? {
            Some(value) => text(&value, place),
            None => Err(place.error(Problem::Required)),
        }
    }

    /// Whether the condition called `name` holds.
    pub(super) fn condition(&self, name: &str, place: &Place) -> Result<bool, TemplateError> {
        let Some(definition) = self.conditions.get(name) else {
            return Err(place.error(Problem::MissingReference(name.to_owned())));
        };
        let own_place = Place::section("Conditions").child(name);
        self.guarded(&format!("condition {name}"), place, || {
            functions::holds(self, definition, &own_place)
        })
    }

    /// The resource called `logical_id`, if its condition holds.
    pub(super) fn resource(&self, logical_id: &str) -> Result<Option<&Declared>, TemplateError> {
        match self
            .resources
            .iter()
            .find(|each| each.logical_id == logical_id)
        {
            Some(declared) if self.exists(declared)? => Ok(Some(declared)),
            _ => Ok(None),
        }
    }

    /// Whether the condition of `declared` holds; one without always exists.
    pub(super) fn exists(&self, declared: &Declared) -> Result<bool, TemplateError> {
        match &declared.condition {
            None => Ok(true),
            Some(condition) => self.condition(
                condition,
                &Place::resource(&declared.logical_id).child("Condition"),
            ),
        }
    }

    /// Runs `work` unless it is what is being worked out already.
    pub(super) fn guarded<T>(
        &self,
        name: &str,
        place: &Place,
        work: impl FnOnce() -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.pending.borrow().iter().any(|each| each == name) {
            return Err(place.error(Problem::Circular(name.to_owned())));
        }
        self.pending.borrow_mut().push(name.to_owned());
        let result = work();
        self.pending.borrow_mut().pop();
        result
    }
}

/// A mapping with one key that names a function is a call; one among several keys is a mistake.
fn function_call<'a>(
    object: &'a Map<String, Value>,
    place: &Place,
) -> Result<Option<(&'a str, &'a Value)>, TemplateError> {
    let Some((name, argument)) = object
        .iter()
        .find(|(key, _)| *key == "Ref" || key.starts_with("Fn::"))
    else {
        return Ok(None);
    };
    if object.len() > 1 {
        return Err(place.error(Problem::Arguments {
            function: name.clone(),
            expected: "a place of its own, without other keys beside it",
        }));
    }
    Ok(Some((name, argument)))
}
