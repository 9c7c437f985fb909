//! An organization's answer to one requirement.

use kernel::{Id, Timestamp, kind};

use super::{Requirement, RequirementKind};

/// What was answered, by whom and when: an agreement is worth no more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The text, the document's media id, or [`ACCEPTED`].
    pub(crate) value: String,
    pub(crate) answered_by: Id<kind::Account>,
    pub(crate) answered_at: Timestamp,
}

/// How an agreement is answered.
const ACCEPTED: &str = "accepted";
const MAX_TEXT_CHARACTERS: usize = 500;

/// Why a value does not answer a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerError {
    /// It is no text, or too long a one.
    #[error("it is not one line of 1 to {MAX_TEXT_CHARACTERS} characters")]
    Text,
    /// It does not look as the requirement says.
    #[error("it does not match the requirement's pattern")]
    Pattern,
    /// It names no upload.
    #[error("it is not the id of an uploaded document, such as med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    Document,
    /// An agreement is accepted or left open.
    #[error("an agreement is answered with `{ACCEPTED}`")]
    Agreement,
}

impl Answer {
    /// `value` as an answer to `requirement`.
    pub(crate) fn to(
        requirement: &Requirement,
        value: &str,
        answered_by: Id<kind::Account>,
        answered_at: Timestamp,
    ) -> Result<Self, AnswerError> {
        let value = value.trim();
        match requirement.kind {
            RequirementKind::Text => {
                let length = value.chars().take(MAX_TEXT_CHARACTERS + 1).count();
                if !(1..=MAX_TEXT_CHARACTERS).contains(&length) || value.contains(char::is_control)
                {
                    return Err(AnswerError::Text);
                }
                let pattern = requirement.pattern.as_ref();
                if pattern.is_some_and(|pattern| !pattern.matches(value)) {
                    return Err(AnswerError::Pattern);
                }
            }
            RequirementKind::Document => {
                value
                    .parse::<Id<kind::Media>>()
                    .map_err(|_| AnswerError::Document)?;
            }
            RequirementKind::Agreement => {
                if value != ACCEPTED {
                    return Err(AnswerError::Agreement);
                }
            }
        }
        Ok(Self {
            value: value.to_owned(),
            answered_by,
            answered_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::{Kinds, OrganizationKind};

    fn answer(code: &str, value: &str) -> Result<Answer, AnswerError> {
        let kinds = Kinds::embedded().unwrap();
        let terms = kinds.terms(OrganizationKind::RecordCompany).unwrap();
        let requirement = terms.requirement(&code.parse().unwrap()).unwrap();
        Answer::to(
            requirement,
            value,
            Id::from_bytes([1; 16]),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_value_answers_what_it_fits() {
        for (code, value) in [
            ("legal_name", " 滚石唱片 "),
            ("registration_number", "91310000MA1FL0AB12"),
            ("registration_document", "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
            ("seller_agreement", "accepted"),
        ] {
            assert_eq!(answer(code, value).unwrap().value, value.trim());
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused() {
        for (code, value, error) in [
            ("legal_name", "", AnswerError::Text),
            ("legal_name", "a\nb", AnswerError::Text),
            ("registration_number", "no number!", AnswerError::Pattern),
            ("registration_document", "report.pdf", AnswerError::Document),
            (
                "registration_document",
                "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
                AnswerError::Document,
            ),
            ("seller_agreement", "yes", AnswerError::Agreement),
        ] {
            assert_eq!(answer(code, value), Err(error), "{code} {value:?}");
        }
        let long = "a".repeat(501);
        assert_eq!(answer("legal_name", &long), Err(AnswerError::Text));
    }
}
