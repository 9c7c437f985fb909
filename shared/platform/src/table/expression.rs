//! Names and values of an expression.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue as SdkValue;
use serde::Serialize;

use super::item::ToItemError;

/// The values bound to one operation's expressions.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(HashMap<String, SdkValue>);

impl Values {
    pub(super) fn bind(&mut self, name: &str, value: impl Serialize) -> Result<(), ToItemError> {
        self.0
            .insert(name.to_owned(), serde_dynamo::to_attribute_value(value)?);
        Ok(())
    }

    pub(super) fn into_sdk(self) -> Option<HashMap<String, SdkValue>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// `#status` stands for the attribute `status`: the map that DynamoDB wants beside `expressions`.
pub(super) fn names(expressions: &[Option<&str>]) -> Option<HashMap<String, String>> {
    let mut names = HashMap::new();
    for expression in expressions.iter().flatten() {
        for part in expression.split('#').skip(1) {
            let name: String = part
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                .collect();
            names.insert(format!("#{name}"), name);
        }
    }
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hashed_word_of_every_expression_is_a_name() {
        let names = names(&[
            Some("SET #status = :s, #count = #count + :one"),
            None,
            Some("attribute_exists(pk) AND #held_until<:now"),
        ])
        .unwrap();
        let mut keys: Vec<_> = names.into_iter().collect();
        keys.sort();
        let expected = [
            ("#count", "count"),
            ("#held_until", "held_until"),
            ("#status", "status"),
        ];
        assert_eq!(
            keys,
            expected.map(|(key, name)| (key.to_owned(), name.to_owned()))
        );
    }
}
