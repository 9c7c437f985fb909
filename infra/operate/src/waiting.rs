//! What waits for a person.

use serde_json::Value;

use crate::api::{Api, ApiError};

/// The code of a refusal because the stage of a capability is not open, for operators neither.
const OFF: &str = "capability_off";

/// A list that operators look at, and what of its items a person wants to know.
struct Waiting {
    kind: &'static str,
    path: &'static str,
    /// What it is about, in a line.
    about: fn(&Value) -> String,
    /// Where it stands since when it is there.
    since: &'static str,
}

const LISTS: [Waiting; 6] = [
    Waiting {
        kind: "organization",
        path: "/v1/organizations/in-state/submitted",
        about: |organization| text(organization, "/name"),
        since: "/updated_at",
    },
    Waiting {
        kind: "shop",
        path: "/v1/shops/reviews/shops",
        about: |shop| text(shop, "/name"),
        since: "/management/updated_at",
    },
    Waiting {
        kind: "listing",
        path: "/v1/shops/reviews/listings",
        about: |listing| text(listing, "/title"),
        since: "/management/updated_at",
    },
    Waiting {
        kind: "rights case",
        path: "/v1/rights-cases?decided=false",
        about: |case| text(case, "/state"),
        since: "/opened_at",
    },
    Waiting {
        kind: "order",
        path: "/v1/orders/waiting",
        about: about_an_order,
        since: "/waiting_since",
    },
    Waiting {
        kind: "adjustment",
        path: "/v1/points/adjustments?state=proposed",
        about: about_an_adjustment,
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

/// A list that this deployment does not open.
#[derive(Debug)]
pub struct Off {
    /// Of which kind its items would be.
    pub kind: &'static str,
    /// Why, as the API says it.
    pub why: String,
}

/// Everything that waits for an operator and stands in a list, and the lists that are off.
///
/// # Errors
/// [`ApiError`] if the API refuses for another reason than a list's stage, or does not answer.
pub async fn all(api: &Api) -> Result<(Vec<Item>, Vec<Off>), ApiError> {
    let (mut items, mut off) = (Vec::new(), Vec::new());
    for list in LISTS {
        match api.list(list.path).await {
            Ok(waiting) => items.extend(waiting.into_iter().map(|whole| list.item(whole))),
            // What waits elsewhere is to be decided all the same.
            Err(ApiError::Refused(problem)) if problem.code == OFF => off.push(Off {
                kind: list.kind,
                why: problem.why().to_owned(),
            }),
            Err(error) => return Err(error),
        }
    }
    Ok((items, off))
}

impl Waiting {
    fn item(&self, whole: Value) -> Item {
        let about = (self.about)(&whole);
        Item {
            kind: self.kind,
            id: text(&whole, "/id"),
            about: about.lines().collect::<Vec<_>>().join(" "),
            since: text(&whole, self.since),
            whole,
        }
    }
}

/// The number says more than the reason alone.
fn about_an_adjustment(adjustment: &Value) -> String {
    let points = adjustment["points"].as_i64().unwrap_or_default();
    format!("{points:+} points: {}", text(adjustment, "/reason"))
}

/// What is to be decided or tried again, by the ids that the commands for it take.
fn about_an_order(order: &Value) -> String {
    let dispute = order.get("dispute").filter(|dispute| dispute.is_object());
    let dispute = dispute.map(|dispute| {
        let (id, reason) = (text(dispute, "/id"), text(dispute, "/reason"));
        format!("{id} {}", reason.replace('_', " "))
    });
    let failed = order["failed_refunds"].as_array().into_iter().flatten();
    let failed = failed.map(|refund| format!("{} failed", text(refund, "/id")));
    dispute
        .into_iter()
        .chain(failed)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A text of an answer; empty if there is none.
fn text(answer: &Value, pointer: &str) -> String {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

    #[test]
    fn every_list_has_its_route() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        for list in LISTS {
            let path = list.path.split('?').next().unwrap();
            let path = path.replace("/submitted", "/{state}");
            let operation = &document["paths"][&path]["get"];
            assert!(operation.is_object(), "{path}");
        }
    }

    #[test]
    fn an_order_says_by_which_ids_it_is_acted_upon() {
        let order = |dispute: Value, failed: Value| json!({ "id": "ord_1", "dispute": dispute, "failed_refunds": failed });
        let dispute = json!({ "id": "dsp_1", "reason": "not_received" });
        let failed = json!([{ "id": "rfd_1" }, { "id": "rfd_2" }]);
        for (order, about) in [
            (order(dispute.clone(), json!([])), "dsp_1 not received"),
            (
                order(Value::Null, failed.clone()),
                "rfd_1 failed, rfd_2 failed",
            ),
            (
                order(dispute, failed),
                "dsp_1 not received, rfd_1 failed, rfd_2 failed",
            ),
        ] {
            assert_eq!(about_an_order(&order), about);
        }
    }
}
