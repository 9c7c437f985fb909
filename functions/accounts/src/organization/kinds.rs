//! What each kind of organization may do and is asked for: data, embedded.
//!
//! A new requirement is a line of `kinds.json`. It is asked of whoever submits from then on; what was
//! approved before stays approved.

use std::{collections::BTreeMap, str::FromStr};

use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OrganizationKind;

const KINDS: &str = include_str!("kinds.json");

/// The terms of every kind.
#[derive(Clone, Debug)]
pub(crate) struct Kinds(BTreeMap<OrganizationKind, KindTerms>);

/// What one kind may do and is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindTerms {
    pub(crate) kind: OrganizationKind,
    /// For people.
    pub(crate) title: String,
    /// Whether organizations of this kind may act for others.
    pub(crate) may_represent: bool,
    pub(crate) requirements: Vec<Requirement>,
}

/// One thing that is asked before an organization is approved.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirement {
    pub(crate) code: RequirementCode,
    /// For people.
    pub(crate) title: String,
    pub(crate) kind: RequirementKind,
    /// What a text must look like.
    pub(crate) pattern: Option<Pattern>,
}

/// How a requirement is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequirementKind {
    /// By a line of text.
    Text,
    /// By the id of an uploaded document.
    Document,
    /// By `accepted`.
    Agreement,
}

/// Names a requirement: 1 to 40 of `a-z`, `0-9` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RequirementCode(String);

/// Why a text names no requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the code of a requirement")]
pub(crate) struct CodeError;

/// A regular expression over a whole text.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Regex);

/// Why the embedded data cannot be used: a defect that the tests of this file find.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KindsError {
    /// The file does not have its shape.
    #[error("the organization kinds cannot be read")]
    Shape(#[from] serde_json::Error),
    /// A kind is in it twice or not at all.
    #[error("the file does not tell each kind once")]
    Kinds,
}

impl Kinds {
    /// The terms that this build carries.
    pub(crate) fn embedded() -> Result<Self, KindsError> {
        let terms: Vec<KindTerms> = serde_json::from_str(KINDS)?;
        let count = terms.len();
        let kinds: BTreeMap<_, _> = terms.into_iter().map(|each| (each.kind, each)).collect();
        if kinds.len() == count && count == OrganizationKind::ALL.len() {
            Ok(Self(kinds))
        } else {
            Err(KindsError::Kinds)
        }
    }

    /// The terms of `kind`; there are some of every kind.
    pub(crate) fn terms(&self, kind: OrganizationKind) -> Option<&KindTerms> {
        self.0.get(&kind)
    }

    /// The terms of every kind, in the order of the kinds.
    pub(crate) fn all(&self) -> impl Iterator<Item = &KindTerms> {
        self.0.values()
    }
}

impl KindTerms {
    /// The requirement that `code` names.
    pub(crate) fn requirement(&self, code: &RequirementCode) -> Option<&Requirement> {
        self.requirements.iter().find(|each| each.code == *code)
    }
}

impl RequirementCode {
    /// The code.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RequirementCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=40).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeError)
        }
    }
}

impl TryFrom<String> for RequirementCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        text.parse()
    }
}

impl From<RequirementCode> for String {
    fn from(code: RequirementCode) -> Self {
        code.0
    }
}

impl Pattern {
    /// The expression, as clients may check it beforehand.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `text` is one of the texts that the pattern describes.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !text.starts_with('^') || !text.ends_with('$') {
            return Err(format!("{text} does not describe a whole text"));
        }
        Regex::new(&text)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_asked_for_something_and_nothing_twice() {
        let kinds = Kinds::embedded().unwrap();
        for kind in OrganizationKind::ALL {
            let terms = kinds.terms(kind).unwrap();
            let codes: BTreeSet<_> = terms.requirements.iter().map(|each| &each.code).collect();
            assert!(!codes.is_empty(), "{kind:?}");
            assert_eq!(codes.len(), terms.requirements.len(), "{kind:?}");
            for requirement in &terms.requirements {
                assert!(!requirement.title.is_empty());
                let is_text = requirement.kind == RequirementKind::Text;
                assert!(is_text || requirement.pattern.is_none());
            }
        }
    }

    #[test]
    fn agencies_and_press_offices_alone_act_for_others() {
        let kinds = Kinds::embedded().unwrap();
        let agents: Vec<_> = kinds
            .all()
            .filter(|terms| terms.may_represent)
            .map(|terms| terms.kind)
            .collect();
        assert_eq!(
            agents,
            [OrganizationKind::ArtistAgency, OrganizationKind::PrFirm]
        );
    }

    #[test]
    fn a_pattern_describes_a_whole_text() {
        assert!(Pattern::try_from("^[0-9]+$".to_owned()).is_ok());
        for text in ["[0-9]+", "^[0-9]+", "^([0-9]+$"] {
            assert!(Pattern::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
