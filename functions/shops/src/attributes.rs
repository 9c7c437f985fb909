//! What a listing says of itself, as its product type demands.
//!
//! Invariant: an [`Attributes`] has passed the rules of its type, so nothing that reads it checks
//! again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{
    Id, MAX_EXACT_INTEGER, kind,
    text::{disturbs_prose, has_length},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::product_type::{ProductType, Referent, ValueRule, Word};

/// The attributes of one listing, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Attributes(BTreeMap<String, Value>);

/// What is wrong with one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, below the attributes: a JSON pointer such as `/recordings/3`.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) detail: String,
}

impl Attributes {
    /// The attributes, if they are as the type's rules want them; else everything that is wrong.
    pub(crate) fn of(
        values: BTreeMap<String, Value>,
        product_type: &ProductType,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        for (name, value) in &values {
            // Attributes have plain names; an unknown one may have any.
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            match product_type.attribute(name) {
                Some(rule) => check(&rule.value, value, pointer, &mut faults),
                None => faults.push(fault(pointer, "this type has no such attribute")),
            }
        }
        for rule in &product_type.attributes {
            if rule.required && !values.contains_key(rule.name.as_str()) {
                faults.push(fault(format!("/{}", rule.name), "it is required"));
            }
        }
        if faults.is_empty() {
            Ok(Self(values))
        } else {
            Err(faults)
        }
    }

    /// The attributes, to be shown.
    pub(crate) fn values(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// The texts under a name: one, those of a list, or none.
    pub(crate) fn texts(&self, name: &Word) -> Vec<&str> {
        match self.0.get(name.as_str()) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

fn check(rule: &ValueRule, value: &Value, pointer: String, faults: &mut Vec<Fault>) {
    let detail = match (rule, value) {
        (ValueRule::Text { max_characters }, Value::String(text)) => {
            let max = usize::try_from(*max_characters).unwrap_or(usize::MAX);
            let fits = has_length(text, max) && text.trim() == text;
            (!fits || text.contains(disturbs_prose))
                .then(|| format!("it is not a text of 1 to {max} characters"))
        }
        (ValueRule::Number { min, max }, Value::Number(number)) => {
            let fits = number
                .as_i64()
                .is_some_and(|number| (*min..=*max).contains(&number));
            (!fits).then(|| format!("it is not a whole number from {min} to {max}"))
        }
        (ValueRule::Flag, Value::Bool(_)) => None,
        (ValueRule::Date, Value::String(text)) => {
            let is_date = text
                .parse::<Date>()
                .is_ok_and(|date| date.to_string() == *text);
            (!is_date).then(|| "it is not a day such as 2026-06-01".to_owned())
        }
        (ValueRule::Enum { values }, Value::String(text)) => {
            (!values.contains(text)).then(|| format!("it is none of {}", values.join(", ")))
        }
        (ValueRule::Id { of }, Value::String(text)) => {
            (!of.is_named_by(text)).then(|| format!("it is not the id of a {}", of.as_str()))
        }
        (ValueRule::List { items, max_items }, Value::Array(values)) => {
            let max = usize::try_from(*max_items).unwrap_or(usize::MAX);
            let distinct: BTreeSet<_> = values.iter().map(Value::to_string).collect();
            if !(1..=max).contains(&values.len()) || distinct.len() != values.len() {
                Some(format!("it is not a list of 1 to {max} different values"))
            } else {
                for (index, value) in values.iter().enumerate() {
                    check(items, value, format!("{pointer}/{index}"), faults);
                }
                None
            }
        }
        (rule, _) => Some(format!("it is not {}", rule.noun())),
    };
    faults.extend(detail.map(|detail| Fault { pointer, detail }));
}

fn fault(pointer: String, detail: &str) -> Fault {
    Fault {
        pointer,
        detail: detail.to_owned(),
    }
}

impl ValueRule {
    fn noun(&self) -> &'static str {
        match self {
            Self::Text { .. } => "a text",
            Self::Number { .. } => "a whole number",
            Self::Flag => "true or false",
            Self::Date => "a day such as 2026-06-01",
            Self::Enum { .. } => "one of the words that it may be",
            Self::Id { .. } => "an id",
            Self::List { .. } => "a list",
        }
    }

    /// Whether this is or lists ids of works or recordings, so that rights can be asked about it.
    pub(crate) fn names_subjects(&self) -> bool {
        match self {
            Self::Id { of } => matches!(of, Referent::Work | Referent::Recording),
            Self::List { items, .. } => items.names_subjects(),
            Self::Text { .. }
            | Self::Number { .. }
            | Self::Flag
            | Self::Date
            | Self::Enum { .. } => false,
        }
    }

    /// What is wrong with the rule itself.
    pub(crate) fn defect(&self) -> Option<&'static str> {
        match self {
            Self::Text { max_characters } => {
                (!(1..=4_000).contains(max_characters)).then_some("a text has 1 to 4000 characters")
            }
            Self::Number { min, max } => {
                let exact = -MAX_EXACT_INTEGER..=MAX_EXACT_INTEGER;
                (min > max || !exact.contains(min) || !exact.contains(max))
                    .then_some("the least is more than the greatest, or one is too large")
            }
            Self::Enum { values } => values.is_empty().then_some("there is no word"),
            Self::List { items, max_items } => {
                if matches!(**items, Self::List { .. }) {
                    Some("a list of lists")
                } else if !(1..=500).contains(max_items) {
                    Some("a list has 1 to 500 items")
                } else {
                    items.defect()
                }
            }
            Self::Flag | Self::Date | Self::Id { .. } => None,
        }
    }
}

impl Referent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Recording => "recording",
            Self::Concert => "concert",
        }
    }

    fn is_named_by(self, text: &str) -> bool {
        match self {
            Self::Work => text.parse::<Id<kind::Work>>().is_ok(),
            Self::Recording => text.parse::<Id<kind::Recording>>().is_ok(),
            Self::Concert => text.parse::<Id<kind::Concert>>().is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(rule: Value, value: Value) -> Vec<String> {
        let rule: ValueRule = serde_json::from_value(rule).unwrap();
        let mut faults = Vec::new();
        check(&rule, &value, "/it".to_owned(), &mut faults);
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_value_is_as_its_rule_wants_it() {
        let recording = Id::<kind::Recording>::derive(&["one"]).to_string();
        let work = Id::<kind::Work>::derive(&["one"]).to_string();
        let text = json!({ "kind": "text", "max_characters": 3 });
        let number = json!({ "kind": "number", "min": 1, "max": 3 });
        let day = json!({ "kind": "date" });
        let word = json!({ "kind": "enum", "values": ["a", "b"] });
        let id = json!({ "kind": "id", "of": "recording" });
        let list = json!({ "kind": "list", "items": id, "max_items": 2 });
        for (rule, good, bad) in [
            (
                &text,
                json!("夜来香"),
                vec![
                    json!(""),
                    json!("abcd"),
                    json!(" a"),
                    json!("a\u{0}"),
                    json!(1),
                    json!(null),
                ],
            ),
            (
                &number,
                json!(3),
                vec![json!(0), json!(4), json!(1.0), json!("1"), json!(null)],
            ),
            (
                &json!({ "kind": "flag" }),
                json!(false),
                vec![json!("true"), json!(1)],
            ),
            (
                &day,
                json!("2026-02-28"),
                vec![json!("2026-02-29"), json!("2026-2-8"), json!("20260228")],
            ),
            (&word, json!("b"), vec![json!("c"), json!(["a"])]),
            (
                &id,
                json!(recording),
                vec![json!(work), json!(recording.to_lowercase()), json!("")],
            ),
            (
                &list,
                json!([recording]),
                vec![json!([]), json!([recording, recording]), json!(recording)],
            ),
        ] {
            assert_eq!(
                faults(rule.clone(), good.clone()),
                [""; 0],
                "{rule}: {good}"
            );
            for bad in bad {
                assert_eq!(faults(rule.clone(), bad.clone()), ["/it"], "{rule}: {bad}");
            }
        }
        assert_eq!(faults(list, json!([recording, work])), ["/it/1"]);
    }
}
