//! The intrinsic functions, one by one.

use serde_json::Value;

use super::{
    error::{Place, Problem, TemplateError},
    properties::{text, unexpected},
    references,
    resolve::Scope,
};

/// Calls the function `name`.
pub(super) fn call(
    scope: &Scope,
    name: &str,
    argument: &Value,
    place: &Place,
) -> Result<Option<Value>, TemplateError> {
    match name {
        "Ref" => match argument {
            Value::String(target) => references::reference(scope, target, place),
            _ => Err(arguments(
                place,
                name,
                "the name of a parameter or resource",
            )),
        },
        "Fn::GetAtt" => get_attribute(scope, argument, place).map(Some),
        "Fn::Sub" => substitute(scope, argument, place).map(Some),
        "Fn::Join" => join(scope, argument, place).map(Some),
        "Fn::Split" => split(scope, argument, place).map(Some),
        "Fn::Select" => select(scope, argument, place).map(Some),
        "Fn::FindInMap" => find_in_map(scope, argument, place).map(Some),
        "Fn::If" => choose(scope, argument, place),
        "Fn::ImportValue" => {
            Err(place.error(Problem::Unsupported("a value imported from another stack")))
        }
        _ => Err(place.error(Problem::UnknownIntrinsic(name.to_owned()))),
    }
}

/// Whether a condition's definition holds.
pub(super) fn holds(
    scope: &Scope,
    definition: &Value,
    place: &Place,
) -> Result<bool, TemplateError> {
    const EXPECTED: &str = "a condition function: Equals, Not, And, Or or Condition";
    let Some((name, argument)) = definition
        .as_object()
        .filter(|object| object.len() == 1)
        .and_then(|object| object.iter().next())
    else {
        return Err(unexpected(place, EXPECTED, definition));
    };
    let operands = argument.as_array().map(Vec::as_slice);
    match (name.as_str(), argument, operands) {
        ("Condition", Value::String(other), _) => scope.condition(other, place),
        ("Fn::Equals", _, Some([left, right])) => {
            Ok(scope.resolve_text(left, place)? == scope.resolve_text(right, place)?)
        }
        ("Fn::Not", _, Some([operand])) => Ok(!holds(scope, operand, place)?),
        ("Fn::And", _, Some(operands @ [_, _, ..])) => {
            let results = all(scope, operands, place)?;
            Ok(results.into_iter().all(|holds| holds))
        }
        ("Fn::Or", _, Some(operands @ [_, _, ..])) => {
            let results = all(scope, operands, place)?;
            Ok(results.into_iter().any(|holds| holds))
        }
        ("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" | "Condition", ..) => Err(arguments(
            place,
            name,
            "two values (Equals), one condition (Not), two or more (And, Or) or a name",
        )),
        _ => Err(place.error(Problem::UnknownIntrinsic(name.clone()))),
    }
}

/// Every operand is worked out, so that a mistake in one is not hidden by another.
fn all(scope: &Scope, operands: &[Value], place: &Place) -> Result<Vec<bool>, TemplateError> {
    operands
        .iter()
        .map(|operand| holds(scope, operand, place))
        .collect()
}

fn get_attribute(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let wrong = || arguments(place, "Fn::GetAtt", "a resource and an attribute");
    // The long form, too, may be written as one text with a dot.
    let parts = match argument {
        Value::String(text) => text.split_once('.').map(|(resource, attribute)| {
            (resource.to_owned(), Value::String(attribute.to_owned()))
        }),
        Value::Array(items) => match items.as_slice() {
            [Value::String(resource), attribute] => Some((resource.clone(), attribute.clone())),
            _ => None,
        },
        _ => None,
    };
    let (resource, attribute) = parts.ok_or_else(wrong)?;
    let attribute = scope.resolve_text(&attribute, place)?;
    references::attribute(scope, &resource, &attribute, place).map(Value::String)
}

/// `${Name}`, `${Resource.Attribute}`, names given beside the text, and `${!Literal}`.
fn substitute(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let wrong = || {
        arguments(
            place,
            "Fn::Sub",
            "a text, or a text and a mapping of names to values",
        )
    };
    let (pattern, names) = match argument {
        Value::String(pattern) => (pattern, None),
        Value::Array(items) => match items.as_slice() {
            [Value::String(pattern), Value::Object(names)] => (pattern, Some(names)),
            _ => return Err(wrong()),
        },
        _ => return Err(wrong()),
    };
    let mut result = String::with_capacity(pattern.len());
    let mut rest = pattern.as_str();
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        let Some((name, following)) = after[2..].split_once('}') else {
            return Err(wrong());
        };
        result.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            }
            None => {
                let value = match (
                    names.and_then(|names| names.get(name)),
                    name.split_once('.'),
                ) {
                    (Some(given), _) => scope.resolve_text(given, place)?,
                    (None, Some((resource, attribute))) => {
                        references::attribute(scope, resource, attribute, place)?
                    }
                    (None, None) => match references::reference(scope, name, place)? {
                        Some(value) => text(&value, place)?,
                        None => return Err(wrong()),
                    },
                };
                result.push_str(&value);
            }
        }
        rest = following;
    }
    result.push_str(rest);
    scope
        .resolve(&Value::String(result), place)?
        .ok_or_else(wrong)
}

fn join(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let wrong = || arguments(place, "Fn::Join", "a delimiter and a list of texts");
    let Some([Value::String(delimiter), list]) = argument.as_array().map(Vec::as_slice) else {
        return Err(wrong());
    };
    let Some(Value::Array(items)) = scope.resolve(list, place)? else {
        return Err(wrong());
    };
    let texts = items
        .iter()
        .map(|item| text(item, place))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Value::String(texts.join(delimiter)))
}

fn split(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let Some([Value::String(delimiter), source]) = argument.as_array().map(Vec::as_slice) else {
        return Err(arguments(place, "Fn::Split", "a delimiter and a text"));
    };
    let source = scope.resolve_text(source, place)?;
    Ok(source.split(delimiter.as_str()).map(Value::from).collect())
}

fn select(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let wrong = || {
        arguments(
            place,
            "Fn::Select",
            "an index and a list that is long enough",
        )
    };
    let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
        return Err(wrong());
    };
    let index: usize = scope
        .resolve_text(index, place)?
        .parse()
        .map_err(|_| wrong())?;
    match scope.resolve(list, place)? {
        Some(Value::Array(items)) => items.get(index).cloned().ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn find_in_map(scope: &Scope, argument: &Value, place: &Place) -> Result<Value, TemplateError> {
    let Some(keys @ [_, _, _]) = argument.as_array().map(Vec::as_slice) else {
        return Err(arguments(place, "Fn::FindInMap", "a map and two keys"));
    };
    let mut found = &scope.mappings;
    for key in keys {
        let key = scope.resolve_text(key, place)?;
        found = match found.get(&key) {
            Some(value) => value,
            None => return Err(place.error(Problem::MissingReference(key))),
        };
    }
    Ok(found.clone())
}

fn choose(scope: &Scope, argument: &Value, place: &Place) -> Result<Option<Value>, TemplateError> {
    let Some([Value::String(condition), yes, no]) = argument.as_array().map(Vec::as_slice) else {
        return Err(arguments(
            place,
            "Fn::If",
            "the name of a condition and two values",
        ));
    };
    let chosen = if scope.condition(condition, place)? {
        yes
    } else {
        no
    };
    scope.resolve(chosen, place)
}

fn arguments(place: &Place, function: &str, expected: &'static str) -> TemplateError {
    place.error(Problem::Arguments {
        function: function.to_owned(),
        expected,
    })
}
