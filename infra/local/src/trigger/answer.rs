//! What a function's answer says about its batch, where the template lets it report failures.
//!
//! Lambda reads these answers in the function's favour when they say nothing and against it when
//! they say something wrong: silence is success, and a name that makes no sense fails all of it.

use serde_json::Value;

/// An answer from which one cannot tell what was done; Lambda takes the whole batch for failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AnswerProblem {
    /// It is no JSON.
    #[error("the answer is no JSON")]
    NotJson,
    /// It is no object, or its list of failures is no list.
    #[error("the answer has no list `batchItemFailures`")]
    NoList,
    /// An entry of the list names nothing.
    #[error("a failure in the answer has no `itemIdentifier`")]
    NoIdentifier,
    /// An entry names what was not in the batch.
    #[error("the answer names {0:?}, which was not in the batch")]
    NotInBatch(String),
}

/// The identifiers of what failed; none means that all was done. `is_in_batch` tells whether an
/// identifier is one of the batch's.
pub(super) fn failures_in(
    answer: &str,
    is_in_batch: impl Fn(&str) -> bool,
) -> Result<Vec<String>, AnswerProblem> {
    if answer.trim().is_empty() {
        return Ok(Vec::new());
    }
    let answer: Value = serde_json::from_str(answer).map_err(|_| AnswerProblem::NotJson)?;
    let list = match &answer {
        Value::Null => return Ok(Vec::new()),
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(AnswerProblem::NoList),
        },
        _ => return Err(AnswerProblem::NoList),
    };
    list.iter()
        .map(|failure| {
            let identifier = failure
                .get("itemIdentifier")
                .and_then(Value::as_str)
                .filter(|identifier| !identifier.is_empty())
                .ok_or(AnswerProblem::NoIdentifier)?;
            if is_in_batch(identifier) {
                Ok(identifier.to_owned())
            } else {
                Err(AnswerProblem::NotInBatch(identifier.to_owned()))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Result<Vec<String>, AnswerProblem> {
        failures_in(answer, |identifier| ["a", "b"].contains(&identifier))
    }

    #[test]
    fn an_answer_that_names_nothing_is_success() {
        for answer in [
            r#"{"batchItemFailures":[]}"#,
            r#"{"batchItemFailures":null}"#,
            "{}",
            "null",
            "",
        ] {
            assert_eq!(read(answer), Ok(Vec::new()), "{answer}");
        }
    }

    #[test]
    fn an_answer_names_what_failed() {
        let answer =
            r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"a"}],"more":1}"#;
        assert_eq!(read(answer), Ok(vec!["b".to_owned(), "a".to_owned()]));
    }

    #[test]
    fn an_answer_that_makes_no_sense_fails_the_whole_batch() {
        use AnswerProblem::{NoIdentifier, NoList, NotInBatch, NotJson};
        for (answer, problem) in [
            ("done", NotJson),
            (r#""done""#, NoList),
            ("[]", NoList),
            (r#"{"batchItemFailures":"a"}"#, NoList),
            (r#"{"batchItemFailures":["a"]}"#, NoIdentifier),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
                NoIdentifier,
            ),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
                NoIdentifier,
            ),
            (
                r#"{"batchItemFailures":[{"identifier":"a"}]}"#,
                NoIdentifier,
            ),
            (
                r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#,
                NotInBatch("c".to_owned()),
            ),
        ] {
            assert_eq!(read(answer), Err(problem), "{answer}");
        }
    }
}
