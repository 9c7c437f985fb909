//! `GET /v1/webhook-event-types`

use serde::Serialize;
use utoipa::ToSchema;
use web::{Json, List};

use crate::event_types::{Audience, CATALOGUE};

/// A type of event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventTypeOut {
    /// Its name, as filters and messages have it.
    #[schema(example = "order.paid")]
    name: &'static str,
    /// What it says.
    #[schema(example = "An order was paid.")]
    description: &'static str,
    /// Who is told: `organization`, `partner`.
    #[schema(example = json!(["organization"]))]
    audience: &'static [&'static str],
}

/// List the types of events
///
/// Open to everybody: of what endpoints can be told.
#[utoipa::path(
    get,
    path = "/v1/webhook-event-types",
    tag = "webhooks",
    responses((status = 200, description = "All types", body = List<EventTypeOut>))
)]
pub(crate) async fn list_event_types() -> Json<List<EventTypeOut>> {
    let types = CATALOGUE.iter().map(|described| EventTypeOut {
        name: described.name,
        description: described.sentence,
        audience: match described.audience {
            Audience::Organizations => &["organization"],
            Audience::Partners => &["partner"],
            Audience::Both => &["organization", "partner"],
        },
    });
    Json(List::new(types.collect(), None))
}
