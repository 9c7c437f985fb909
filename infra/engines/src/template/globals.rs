//! SAM's `Globals`: what every function and every HTTP API begins with.

use serde_json::{Map, Value};

use super::{
    declared::Declared,
    error::{Place, Problem, TemplateError},
};

/// The parts of `Globals` that are known, and the resources each goes into.
const SECTIONS: [(&str, &str); 2] = [
    ("Function", "AWS::Serverless::Function"),
    ("HttpApi", "AWS::Serverless::HttpApi"),
];

/// Merges `globals` into the `resources` they are for.
pub(super) fn merge(globals: Value, resources: &mut [Declared]) -> Result<(), TemplateError> {
    let place = Place::section("Globals");
    let Value::Object(globals) = globals else {
        return Ok(());
    };
    for (section, value) in globals {
        let place = place.child(&section);
        let Some((_, kind)) = SECTIONS.iter().find(|(name, _)| *name == section) else {
            return Err(place.error(Problem::Unknown));
        };
        for resource in resources.iter_mut().filter(|each| each.kind == *kind) {
            let own = std::mem::take(&mut resource.properties);
            resource.properties = merged(value.clone(), own);
        }
    }
    Ok(())
}

/// As SAM does it: mappings merge key by key, lists are joined with the global one first, and
/// everything else is the resource's own where it has one.
fn merged(global: Value, own: Value) -> Value {
    match (global, own) {
        (global, Value::Null) => global,
        (Value::Object(global), Value::Object(own))
            if !is_intrinsic(&global) && !is_intrinsic(&own) =>
        {
            let mut result = global;
            for (key, value) in own {
                let value = match result.remove(&key) {
                    Some(existing) => merged(existing, value),
                    None => value,
                };
                result.insert(key, value);
            }
            Value::Object(result)
        }
        (Value::Array(mut global), Value::Array(own)) => {
            global.extend(own);
            Value::Array(global)
        }
        (_, own) => own,
    }
}

/// A function call looks like a mapping with one key and must not be merged into.
fn is_intrinsic(object: &Map<String, Value>) -> bool {
    object
        .keys()
        .any(|key| key == "Ref" || key.starts_with("Fn::"))
}
