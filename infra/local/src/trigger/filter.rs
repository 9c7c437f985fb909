//! Which records a trigger lets through: Lambda's filter patterns.
//!
//! A pattern has the shape of the record. Every field that it names must fit; at a leaf stands a
//! list of rules, of which one must fit. Pure: patterns are read when the platform starts, so that
//! one that nobody here understands stops the start and not a message.
//!
//! Like EventBridge, this sees a record as its leaves: a list fits where one of its elements does,
//! and an object is no leaf, so to a rule it is as good as absent.

mod read;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub(super) use self::read::PatternError;

/// The patterns of a stream's trigger, of which a record must fit one. None lets all pass.
#[derive(Debug, Default)]
pub(super) struct RecordFilter(Vec<Pattern>);

/// The patterns of a queue's trigger, which can see only a message's body.
#[derive(Debug, Default)]
pub(super) struct BodyFilter(Vec<Node>);

/// What an object must be like.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    /// Each of these fields must fit.
    fields: Vec<(String, Node)>,
    /// Of each of these groups (`$or`) one must fit.
    alternatives: Vec<Vec<Pattern>>,
}

/// What the value of a field must be like.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// An object like this.
    Object(Pattern),
    /// A leaf that one of these fits.
    Leaf(Vec<Rule>),
}

/// What a leaf must be like.
#[derive(Clone, Debug, PartialEq)]
enum Rule {
    /// Exactly this text, number, boolean or null.
    Equals(Value),
    /// This text in capitals or small letters.
    EqualsIgnoreCase(String),
    /// A text that begins so.
    Prefix(String),
    /// A text that ends so.
    Suffix(String),
    /// A number that keeps all of these bounds.
    Numeric(Vec<(Comparison, f64)>),
    /// Something that none of these fits.
    AnythingBut(Vec<Rule>),
    /// Whether there is a leaf at all.
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl RecordFilter {
    /// Whether `record` goes on to the function.
    pub(super) fn passes(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.fits(Some(record)))
    }
}

impl BodyFilter {
    /// Whether a message with this body goes on to the function. A pattern for JSON drops a body that
    /// is plain text, and a pattern for plain text drops one that is JSON, whatever else they say.
    pub(super) fn passes(&self, body: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        match serde_json::from_str::<Value>(body) {
            Ok(json) => self
                .0
                .iter()
                .any(|node| matches!(node, Node::Object(pattern) if pattern.fits(Some(&json)))),
            Err(_) => {
                let text = Value::from(body);
                self.0
                    .iter()
                    .any(|node| matches!(node, Node::Leaf(_)) && node.fits(Some(&text)))
            }
        }
    }
}

impl Pattern {
    fn fits(&self, value: Option<&Value>) -> bool {
        if let Some(Value::Array(elements)) = value {
            let mut objects = elements
                .iter()
                .filter(|element| element.is_object() || element.is_array())
                .peekable();
            // One and the same element has to fit everything.
            if objects.peek().is_some() {
                return objects.any(|element| self.fits(Some(element)));
            }
        }
        let field = |name: &str| value.and_then(|value| value.get(name));
        self.fields
            .iter()
            .all(|(name, node)| node.fits(field(name)))
            && self
                .alternatives
                .iter()
                .all(|group| group.iter().any(|pattern| pattern.fits(value)))
    }
}

impl Node {
    fn fits(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Object(pattern) => pattern.fits(value),
            Self::Leaf(rules) => {
                let mut leaves = Vec::new();
                collect_leaves(value, &mut leaves);
                rules.iter().any(|rule| match rule {
                    Rule::Exists(exists) => *exists != leaves.is_empty(),
                    rule => leaves.iter().any(|leaf| rule.fits(leaf)),
                })
            }
        }
    }
}

fn collect_leaves<'a>(value: Option<&'a Value>, leaves: &mut Vec<&'a Value>) {
    match value {
        None | Some(Value::Object(_)) => {}
        Some(Value::Array(elements)) => {
            for element in elements {
                collect_leaves(Some(element), leaves);
            }
        }
        Some(leaf) => leaves.push(leaf),
    }
}

impl Rule {
    /// Whether a leaf that is there fits.
    fn fits(&self, leaf: &Value) -> bool {
        let text = leaf.as_str();
        match self {
            // Lambda compares numbers as they are written: 300 is not 300.0.
            Self::Equals(value) => leaf == value,
            Self::EqualsIgnoreCase(wanted) => {
                text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase())
            }
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::Numeric(bounds) => leaf.as_f64().is_some_and(|number| {
                bounds
                    .iter()
                    .all(|(comparison, bound)| comparison.holds(number, *bound))
            }),
            Self::AnythingBut(rules) => !rules.iter().any(|rule| rule.fits(leaf)),
            Self::Exists(exists) => *exists,
        }
    }
}

impl Comparison {
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number == bound,
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
        }
    }
}
