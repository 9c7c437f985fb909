//! Every decision that an operator can take about something, by the kind that its id tells.

use serde_json::{Value, json};

/// A decision: a verb, what it can be said of, and the route that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is typed.
    pub verb: &'static str,
    /// What the ids begin with of those it can be said of.
    pub prefix: &'static str,
    /// The route, always a `POST`.
    pub path: &'static str,
    /// What goes along.
    pub with: With,
}

/// What goes along with a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// Nothing.
    Nothing,
    /// A reason, which must be given.
    Reason,
    /// A reason, if one is given.
    MaybeReason,
    /// A fixed body with this decision in it.
    Ruling(&'static str),
}

/// Why a decision cannot be put into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// Nothing like that can be said of such a thing.
    #[error("that cannot be said of what this id names; see --help")]
    Unknown,
    /// It needs a reason.
    #[error("this needs --reason")]
    ReasonMissing,
    /// It takes no reason.
    #[error("--reason means nothing here")]
    ReasonUnheard,
}

macro_rules! decisions {
    ($($verb:literal $prefix:literal $path:literal $with:expr;)*) => {
        /// All decisions.
        pub const DECISIONS: &[Decision] = &[
            $(Decision { verb: $verb, prefix: $prefix, path: $path, with: $with }),*
        ];
    };
}

decisions! {
    "approve" "org" "/v1/organizations/{id}/approve" With::Nothing;
    "approve" "shp" "/v1/shops/{id}/approve" With::Nothing;
    "approve" "lst" "/v1/listings/{id}/approve" With::Nothing;
    "approve" "adj" "/v1/points/adjustments/{id}/approve" With::Nothing;
    "reject" "org" "/v1/organizations/{id}/reject" With::Reason;
    "reject" "shp" "/v1/shops/{id}/reject" With::Reason;
    "reject" "lst" "/v1/listings/{id}/reject" With::Reason;
    "reject" "adj" "/v1/points/adjustments/{id}/reject" With::Reason;
    "suspend" "org" "/v1/organizations/{id}/suspend" With::Reason;
    "suspend" "shp" "/v1/shops/{id}/suspend" With::Reason;
    "suspend" "lst" "/v1/listings/{id}/suspend" With::MaybeReason;
    "suspend" "prt" "/v1/partners/{id}/suspend" With::Nothing;
    "suspend" "rcs" "/v1/rights-cases/{id}/suspend-listing" With::Nothing;
    "reinstate" "org" "/v1/organizations/{id}/reinstate" With::Nothing;
    "reinstate" "shp" "/v1/shops/{id}/reinstate" With::Nothing;
    "reinstate" "lst" "/v1/listings/{id}/reinstate" With::Nothing;
    "reinstate" "prt" "/v1/partners/{id}/reinstate" With::Nothing;
    "take-down" "lst" "/v1/listings/{id}/takedown" With::Nothing;
    "terminate" "shp" "/v1/shops/{id}/terminate" With::Reason;
    "go-live" "prt" "/v1/partners/{id}/go-live" With::Nothing;
    "uphold" "rcs" "/v1/rights-cases/{id}/uphold" With::Reason;
    "dismiss" "rcs" "/v1/rights-cases/{id}/dismiss" With::Reason;
    "release" "dsp" "/v1/disputes/{id}/ruling" With::Ruling("release");
}

/// Whether a word is the verb of any decision.
#[must_use]
pub fn is_verb(word: &str) -> bool {
    DECISIONS.iter().any(|decision| decision.verb == word)
}

impl Decision {
    /// The decision that this verb is for what this id names.
    ///
    /// # Errors
    /// [`DecisionError::Unknown`] if there is none.
    pub fn of(verb: &str, id: &str) -> Result<Decision, DecisionError> {
        let prefix = prefix(id);
        let mut decisions = DECISIONS.iter();
        decisions
            .find(|decision| decision.verb == verb && Some(decision.prefix) == prefix)
            .copied()
            .ok_or(DecisionError::Unknown)
    }

    /// Where it is sent for this id.
    #[must_use]
    pub fn path_for(&self, id: &str) -> String {
        self.path.replace("{id}", id)
    }

    /// What is sent along.
    ///
    /// # Errors
    /// [`DecisionError`] if a reason is missing, or given where nobody hears it.
    pub fn body(&self, reason: Option<String>) -> Result<Value, DecisionError> {
        match (self.with, reason) {
            (With::Reason | With::MaybeReason, Some(reason)) => Ok(json!({ "reason": reason })),
            (With::Reason, None) => Err(DecisionError::ReasonMissing),
            (With::Nothing | With::Ruling(_), Some(_)) => Err(DecisionError::ReasonUnheard),
            (With::Nothing | With::MaybeReason, None) => Ok(json!({})),
            (With::Ruling(decision), None) => Ok(json!({ "decision": decision })),
        }
    }
}

/// Where what an id names is read by an operator.
#[must_use]
pub fn read_path(id: &str) -> Option<String> {
    let path = match prefix(id)? {
        "org" => "/v1/organizations/{id}",
        "shp" => "/v1/shops/{id}/management",
        "adj" => "/v1/points/adjustments/{id}",
        "rcs" => "/v1/rights-cases/{id}",
        "dsp" => "/v1/disputes/{id}",
        "ord" => "/v1/orders/{id}",
        "prt" => "/v1/partners/{id}",
        _ => return None,
    };
    Some(path.replace("{id}", id))
}

/// The word before an id's underscore, if the rest could be in a path.
fn prefix(id: &str) -> Option<&str> {
    let (prefix, rest) = id.split_once('_')?;
    let is_plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then_some(prefix)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

    fn document() -> Value {
        serde_json::from_slice(&std::fs::read(DOCUMENT).unwrap()).unwrap()
    }

    #[test]
    fn every_decision_has_its_route_and_every_read_too() {
        let document = document();
        for decision in DECISIONS {
            let operation = &document["paths"][decision.path]["post"];
            assert!(operation.is_object(), "{}", decision.path);
        }
        for prefix in ["org", "shp", "adj", "rcs", "dsp", "ord", "prt"] {
            let path = read_path(&format!("{prefix}_X")).unwrap();
            let path = path.replace(&format!("{prefix}_X"), "{id}");
            let operation = &document["paths"][&path]["get"];
            assert!(operation.is_object(), "{path}");
        }
    }

    #[test]
    fn every_route_that_moves_one_thing_by_a_verb_has_its_decision() {
        // What is not done to one thing by its id, and has commands or files of its own.
        let elsewhere = [
            "/v1/code-batches/{id}/load",
            "/v1/earn-rules/{id}/versions",
            "/v1/partners/{id}/keys",
            "/v1/partners/{id}/settlements",
            "/v1/payment-intents/{id}/chargebacks",
            "/v1/rewards/{id}/code-batches",
        ];
        let document = document();
        let known: BTreeSet<&str> = DECISIONS.iter().map(|decision| decision.path).collect();
        for (path, item) in document["paths"].as_object().unwrap() {
            let description = item["post"]["description"].as_str().unwrap_or_default();
            let is_decision = path.matches('{').count() == 1
                && path.contains("/{id}/")
                && description.starts_with("For operators");
            if is_decision && !elsewhere.contains(&path.as_str()) {
                assert!(known.contains(path.as_str()), "{path}");
            }
        }
    }

    #[test]
    fn the_kind_of_an_id_says_what_can_be_decided() {
        let path = |verb, id| Decision::of(verb, id).map(|decision| decision.path_for(id));
        assert_eq!(
            path("approve", "shp_1").as_deref(),
            Ok("/v1/shops/shp_1/approve")
        );
        for (verb, id) in [
            ("approve", "prt_1"),
            ("uphold", "shp_1"),
            ("approve", "shp"),
            ("approve", "shp_"),
            ("approve", "shp_1/../x"),
            ("approve", "shp_1?x"),
            ("delete", "shp_1"),
        ] {
            assert_eq!(path(verb, id), Err(DecisionError::Unknown), "{verb} {id}");
        }
    }

    #[test]
    fn a_reason_is_given_where_it_is_heard() {
        let reject = Decision::of("reject", "org_1").unwrap();
        assert_eq!(reject.body(None), Err(DecisionError::ReasonMissing));
        let reason = || Some("no licence".to_owned());
        let expected = json!({ "reason": "no licence" });
        assert_eq!(reject.body(reason()), Ok(expected));
        let approve = Decision::of("approve", "org_1").unwrap();
        assert_eq!(approve.body(reason()), Err(DecisionError::ReasonUnheard));
        let release = Decision::of("release", "dsp_1").unwrap();
        assert_eq!(release.body(None), Ok(json!({ "decision": "release" })));
    }
}
