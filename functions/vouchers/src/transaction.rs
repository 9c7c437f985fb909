//! A partner's transaction: whatever a partner asks for under one id is done once, however often it
//! is sent, for as long as money is concerned.

use std::str::FromStr;

use kernel::{Id, kind};
use ring::digest::{Context, SHA256};
use serde_json::Value;
use web::{ApiError, Code};

use crate::{
    member::TransactionId,
    partner::{Mode, Partner},
};

/// One request of a partner under its transaction id.
///
/// Ids of the sandbox are others than those of the real thing, so that what was tried out is in
/// nobody's way later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartnerTransaction {
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) mode: Mode,
    pub(crate) id: TransactionId,
    pub(crate) fingerprint: Fingerprint,
}

/// Tells a request from every other: a hash of what is asked, of whom, and with what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Fingerprint(String);

/// What an earlier request under the same transaction id has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The id of what it created or changed.
    pub(crate) subject: String,
    /// Whether it was the same request.
    pub(crate) same: bool,
}

impl PartnerTransaction {
    /// The request of `partner` to do `operation` at `path` with `body`.
    pub(crate) fn new(
        partner: &Partner,
        id: &TransactionId,
        operation: &str,
        path: &str,
        body: &Value,
    ) -> Self {
        // Objects of `serde_json` are sorted, so that the order of the fields and the space between
        // them make no other request.
        let canonical = body.to_string();
        Self {
            partner: partner.id,
            mode: partner.mode,
            id: id.clone(),
            fingerprint: Fingerprint::of(&[operation, path, &canonical]),
        }
    }

    /// The id in `role` of what this request creates: the same on every try.
    pub(crate) fn derive<K: kernel::Kind>(&self, role: &str) -> Id<K> {
        let partner = self.partner.to_string();
        Id::derive(&[&partner, self.mode.as_str(), self.id.as_str(), role])
    }
}

impl Fingerprint {
    /// Each part stands behind its length, so that no two lists of parts look alike.
    fn of(parts: &[&str]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let hash = context.finish();
        let digits = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Self(digits.collect())
    }
}

impl Recorded {
    /// What the request led to, if it was this one; another request under its id is refused.
    pub(crate) fn of_same<T: FromStr>(&self) -> Result<T, ApiError> {
        if !self.same {
            return Err(ApiError::new(Code::TransactionConflict));
        }
        let unreadable = |_| ApiError::internal("a recorded transaction has no readable subject");
        self.subject.parse().map_err(unreadable)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::partner::tests::partner;

    fn transaction(id: &str, operation: &str, path: &str, body: Value) -> PartnerTransaction {
        PartnerTransaction::new(&partner(), &id.parse().unwrap(), operation, path, &body)
    }

    #[test]
    fn the_order_of_fields_makes_no_other_request_and_anything_else_does() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let one = transaction("t", "grant", "/a", read(r#"{"a":1,"b":[1,2]}"#));
        let same = transaction("t", "grant", "/a", read(r#"{ "b": [1, 2], "a": 1 }"#));
        assert_eq!(one, same);
        for (operation, path, body) in [
            ("revoke", "/a", json!({ "a": 1, "b": [1, 2] })),
            ("grant", "/b", json!({ "a": 1, "b": [1, 2] })),
            ("grant", "/a", json!({ "a": 1, "b": [2, 1] })),
            ("grant", "/a", json!({ "a": "1", "b": [1, 2] })),
        ] {
            let other = transaction("t", operation, path, body);
            assert_ne!(one.fingerprint, other.fingerprint, "{operation} {path}");
            assert_eq!(one.derive::<kind::PartnerGrant>("x"), other.derive("x"));
        }
        let other = transaction("u", "grant", "/a", json!({}));
        assert_ne!(one.derive::<kind::PartnerGrant>("x"), other.derive("x"));
    }

    #[test]
    fn the_sandbox_has_transactions_of_its_own() {
        let sandbox = Partner {
            mode: Mode::Sandbox,
            ..partner()
        };
        let id = "t".parse().unwrap();
        let (one, other) = (
            PartnerTransaction::new(&partner(), &id, "a", "/", &json!({})),
            PartnerTransaction::new(&sandbox, &id, "a", "/", &json!({})),
        );
        assert_ne!(one.derive::<kind::PartnerGrant>("x"), other.derive("x"));
    }

    #[test]
    fn another_request_under_an_id_is_a_conflict() {
        let recorded = |same| Recorded {
            subject: "7".to_owned(),
            same,
        };
        assert_eq!(recorded(true).of_same::<u8>().unwrap(), 7);
        let conflict = recorded(false).of_same::<u8>().unwrap_err();
        assert_eq!(conflict.code(), Code::TransactionConflict);
    }
}
