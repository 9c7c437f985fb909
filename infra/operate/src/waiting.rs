//! What waits for a person.

use serde_json::Value;

use crate::api::{Api, ApiError};

/// A list that operators look at, and where in its items stands what a person wants to know.
struct Waiting {
    kind: &'static str,
    path: &'static str,
    /// What it is about.
    about: &'static str,
    /// Since when it is there.
    since: &'static str,
}

const LISTS: [Waiting; 5] = [
    Waiting {
        kind: "organization",
        path: "/v1/organizations/in-state/submitted",
        about: "/name",
        since: "/updated_at",
    },
    Waiting {
        kind: "shop",
        path: "/v1/shops/reviews/shops",
        about: "/name",
        since: "/management/updated_at",
    },
    Waiting {
        kind: "listing",
        path: "/v1/shops/reviews/listings",
        about: "/title",
        since: "/management/updated_at",
    },
    Waiting {
        kind: "rights case",
        path: "/v1/rights-cases?decided=false",
        about: "/state",
        since: "/opened_at",
    },
    Waiting {
        kind: "adjustment",
        path: "/v1/points/adjustments?state=proposed",
        about: "/reason",
        since: "/proposed_at",
    },
];

/// One thing that waits.
#[derive(Debug)]
pub struct Item {
    /// Of which kind.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What it is about, in a line.
    pub about: String,
    /// Since when, as the API writes it.
    pub since: String,
    /// All that the API says of it.
    pub whole: Value,
}

/// Everything that waits for an operator and stands in a list.
///
/// # Errors
/// [`ApiError`] if the API refuses or does not answer.
pub async fn all(api: &Api) -> Result<Vec<Item>, ApiError> {
    let mut items = Vec::new();
    for list in LISTS {
        let waiting = api.list(list.path).await?;
        items.extend(waiting.into_iter().map(|whole| list.item(whole)));
    }
    Ok(items)
}

impl Waiting {
    fn item(&self, whole: Value) -> Item {
        let text = |pointer: &str| {
            let text = whole.pointer(pointer).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        // An adjustment's number says more than its reason alone.
        let about = match whole.get("points").and_then(Value::as_i64) {
            Some(points) => format!("{points:+} points: {}", text(self.about)),
            None => text(self.about),
        };
        Item {
            kind: self.kind,
            id: text("/id"),
            about: about.lines().collect::<Vec<_>>().join(" "),
            since: text(self.since),
            whole,
        }
    }
}
