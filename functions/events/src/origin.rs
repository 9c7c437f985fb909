//! For what tickets are issued: a line of an order that was paid, or a partner's grant that a member
//! claimed.
//!
//! Whatever they are issued for, tickets are issued, transferred, shown and made void alike; who is
//! told of it, and who may take them back, is the origin's matter.

use std::fmt;

use kernel::{Id, kind};
use serde::{Deserialize, Serialize};

/// What tickets are issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of an order that was paid.
    Order {
        order: Id<kind::Order>,
        line: Id<kind::OrderLine>,
    },
    /// A partner's grant that a member claimed.
    Grant { grant: Id<kind::PartnerGrant> },
}

/// Names the tickets of one origin as a whole: by the id of the order line or of the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
// The prefix of an id says of which kind it is, so its text alone is enough.
#[serde(untagged)]
pub(crate) enum LineId {
    /// An order line.
    OrderLine(Id<kind::OrderLine>),
    /// A grant.
    Grant(Id<kind::PartnerGrant>),
}

impl Origin {
    /// What names the tickets of this origin as a whole.
    pub(crate) fn line(self) -> LineId {
        match self {
            Self::Order { line, .. } => LineId::OrderLine(line),
            Self::Grant { grant } => LineId::Grant(grant),
        }
    }
}

impl LineId {
    /// The bytes of the id.
    pub(crate) fn as_bytes(&self) -> [u8; 16] {
        match self {
            Self::OrderLine(line) => line.as_bytes(),
            Self::Grant(grant) => grant.as_bytes(),
        }
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OrderLine(line) => line.fmt(formatter),
            Self::Grant(grant) => grant.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_known_by_the_text_of_its_id_alone() {
        let (line, grant) = (Id::derive(&["line"]), Id::derive(&["grant"]));
        for (id, text) in [
            (LineId::OrderLine(line), line.to_string()),
            (LineId::Grant(grant), grant.to_string()),
        ] {
            assert_eq!(id.to_string(), text);
            assert_eq!(serde_json::to_value(id).unwrap(), json!(text));
            assert_eq!(serde_json::from_value::<LineId>(json!(text)).unwrap(), id);
        }
        let other: Id<kind::Order> = Id::derive(&["order"]);
        assert!(serde_json::from_value::<LineId>(json!(other)).is_err());
    }
}
