//! Reading patterns from the template.

use serde_json::{Map, Value};

use super::{BodyFilter, Comparison, Node, Pattern, RecordFilter, Rule};

/// A pattern that says something which is not understood here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter pattern is wrong at {place}: {problem}")]
pub(in crate::trigger) struct PatternError {
    /// The names of the fields on the way there, joined by dots.
    place: String,
    problem: &'static str,
}

const ALTERNATIVES: &str = "$or";

/// Where in a pattern the reading is.
#[derive(Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    above: Option<&'a Place<'a>>,
}

impl RecordFilter {
    /// Reads the patterns of a stream's trigger.
    pub(in crate::trigger) fn read(patterns: &[Value]) -> Result<Self, PatternError> {
        patterns
            .iter()
            .map(|pattern| pattern_of(pattern, Place::TOP))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl BodyFilter {
    /// Reads the patterns of a queue's trigger.
    pub(in crate::trigger) fn read(patterns: &[Value]) -> Result<Self, PatternError> {
        let body_of = |pattern: &Value| {
            let mut pattern = pattern_of(pattern, Place::TOP)?;
            // Lambda sees nothing else of a message. A pattern for another field would fit none and
            // so delete all of them.
            match (pattern.fields.pop(), pattern.fields.is_empty()) {
                (Some((name, node)), true) if name == "body" && pattern.alternatives.is_empty() => {
                    Ok(node)
                }
                _ => Err(Place::TOP.error("a queue's messages are filtered by `body` alone")),
            }
        };
        patterns
            .iter()
            .map(body_of)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn pattern_of(value: &Value, place: Place<'_>) -> Result<Pattern, PatternError> {
    let fields = value
        .as_object()
        .filter(|fields| !fields.is_empty())
        .ok_or_else(|| place.error("an object with fields is expected"))?;
    let mut pattern = Pattern {
        fields: Vec::new(),
        alternatives: Vec::new(),
    };
    for (name, value) in fields {
        let place = place.child(name);
        if name == ALTERNATIVES {
            pattern.alternatives.push(alternatives_of(value, place)?);
        } else {
            pattern.fields.push((name.clone(), node_of(value, place)?));
        }
    }
    Ok(pattern)
}

fn alternatives_of(value: &Value, place: Place<'_>) -> Result<Vec<Pattern>, PatternError> {
    value
        .as_array()
        .filter(|group| group.len() >= 2)
        .ok_or_else(|| place.error("a list of two patterns or more is expected"))?
        .iter()
        .map(|pattern| pattern_of(pattern, place))
        .collect()
}

fn node_of(value: &Value, place: Place<'_>) -> Result<Node, PatternError> {
    match value {
        Value::Object(_) => pattern_of(value, place).map(Node::Object),
        Value::Array(rules) if !rules.is_empty() => rules
            .iter()
            .map(|rule| rule_of(rule, place))
            .collect::<Result<_, _>>()
            .map(Node::Leaf),
        _ => Err(place.error("an object or a list of rules is expected")),
    }
}

fn rule_of(value: &Value, place: Place<'_>) -> Result<Rule, PatternError> {
    match value {
        Value::Object(rule) => named_rule(rule, place),
        Value::Array(_) => Err(place.error("a rule is a value or an object, not a list")),
        scalar => Ok(Rule::Equals(scalar.clone())),
    }
}

fn named_rule(rule: &Map<String, Value>, place: Place<'_>) -> Result<Rule, PatternError> {
    let mut entries = rule.iter();
    let (Some((name, argument)), None) = (entries.next(), entries.next()) else {
        return Err(place.error("a rule has exactly one name"));
    };
    let place = place.child(name);
    match name.as_str() {
        "prefix" => Ok(Rule::Prefix(text_of(argument, place)?)),
        "suffix" => Ok(Rule::Suffix(text_of(argument, place)?)),
        "equals-ignore-case" => Ok(Rule::EqualsIgnoreCase(text_of(argument, place)?)),
        "numeric" => bounds_of(argument, place).map(Rule::Numeric),
        "anything-but" => excluded_by(argument, place).map(Rule::AnythingBut),
        "exists" => argument
            .as_bool()
            .map(Rule::Exists)
            .ok_or_else(|| place.error("true or false is expected")),
        _ => Err(place.error("this rule is not supported here")),
    }
}

fn text_of(value: &Value, place: Place<'_>) -> Result<String, PatternError> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| place.error("a text is expected"))
}

/// `[">", 0, "<=", 5]`: one comparison, or two for a range.
fn bounds_of(value: &Value, place: Place<'_>) -> Result<Vec<(Comparison, f64)>, PatternError> {
    let parts = value
        .as_array()
        .filter(|parts| matches!(parts.len(), 2 | 4))
        .ok_or_else(|| place.error("one or two comparisons are expected"))?;
    parts
        .chunks_exact(2)
        .map(|pair| {
            let comparison = match pair[0].as_str() {
                Some("=") => Comparison::Equal,
                Some("<") => Comparison::Less,
                Some("<=") => Comparison::LessOrEqual,
                Some(">") => Comparison::Greater,
                Some(">=") => Comparison::GreaterOrEqual,
                _ => return Err(place.error("=, <, <=, > or >= is expected")),
            };
            let bound = pair[1]
                .as_f64()
                .ok_or_else(|| place.error("a number is expected"))?;
            Ok((comparison, bound))
        })
        .collect()
}

/// A value, a list of values, or one rule for texts.
fn excluded_by(value: &Value, place: Place<'_>) -> Result<Vec<Rule>, PatternError> {
    match value {
        Value::Array(values) if !values.is_empty() => values
            .iter()
            .map(|value| match value {
                Value::Object(_) => Err(place.error("a list of values is expected")),
                value => rule_of(value, place),
            })
            .collect(),
        Value::Array(_) => Err(place.error("a list of values is expected")),
        Value::Object(rule) => match named_rule(rule, place)? {
            rule @ (Rule::Prefix(_) | Rule::Suffix(_) | Rule::EqualsIgnoreCase(_)) => {
                Ok(vec![rule])
            }
            _ => Err(place.error("only prefix, suffix and equals-ignore-case are expected")),
        },
        scalar => Ok(vec![Rule::Equals(scalar.clone())]),
    }
}

impl<'a> Place<'a> {
    const TOP: Place<'static> = Place {
        name: "the top",
        above: None,
    };

    fn child(&'a self, name: &'a str) -> Place<'a> {
        Place {
            name,
            above: Some(self),
        }
    }

    fn error(&self, problem: &'static str) -> PatternError {
        let mut names = vec![self.name];
        let mut above = self.above;
        while let Some(place) = above {
            names.push(place.name);
            above = place.above;
        }
        if names.len() > 1 {
            names.pop();
        }
        names.reverse();
        PatternError {
            place: names.join("."),
            problem,
        }
    }
}
