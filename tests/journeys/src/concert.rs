//! A concert: announced, and its door.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{Broken, Request, Teller};

/// A published concert for today, with a hundred places.
pub(crate) struct Concert {
    pub(crate) id: String,
    pub(crate) quota: String,
    pub(crate) starts_at: Timestamp,
}

impl Concert {
    /// Announces it for the organization of the token.
    pub(crate) async fn announce(teller: &mut Teller<'_>, token: &str) -> Result<Self, Broken> {
        teller.step("It announces a concert for today, with a hundred places.");
        let starts_at = Timestamp::now() + SignedDuration::from_mins(10);
        let body = json!({
            "title": "The Lanterns, live", "venue": "Mao Livehouse", "region": "CN-SH",
            "starts_at": starts_at, "ends_at": starts_at + SignedDuration::from_hours(1),
            "time_zone": "Asia/Shanghai",
        });
        let request = Request::post("/v1/events", &body).bearer(token);
        let id = teller.expect(201, request).await?.text_at("/id");
        let body = json!({ "name": "Standing", "capacity": 100, "shards": 4 });
        let path = format!("/v1/events/{id}");
        let request = Request::post(format!("{path}/quotas"), &body)
            .bearer(token)
            .header("idempotency-key", "standing");
        let quota = teller.expect(201, request).await?.text_at("/id");
        let publish = Request::post(format!("{path}/publish"), &json!({})).bearer(token);
        teller.expect(200, publish).await?;
        Ok(Self {
            id,
            quota,
            starts_at,
        })
    }
}

/// Somebody shows a ticket's secret at the door.
pub(crate) fn check_in(organizer: &str, ticket_code: &str, day: &str, key: &str) -> Request {
    let body = json!({ "ticket_code": ticket_code, "day": day });
    Request::post("/v1/check-ins", &body)
        .bearer(organizer)
        .header("idempotency-key", key)
}
