//! How a delivery is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::delivery::{Attempt, Delivery, State};

/// A delivery in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryOut {
    /// Names the delivery.
    #[schema(value_type = String, example = "whd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::WebhookDelivery>,
    /// Where it goes.
    #[schema(value_type = String, example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    endpoint_id: Id<kind::WebhookEndpoint>,
    /// The `webhook-id` of all its attempts.
    #[schema(value_type = String, example = "evt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    event_id: Id<kind::Event>,
    /// What happened.
    #[schema(example = "order.paid")]
    event_type: String,
    /// To what.
    #[schema(example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    subject: String,
    /// The subject's version after it happened.
    #[schema(example = 3)]
    sequence: u64,
    /// Where it stands.
    state: State,
    /// When it is sent next.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// How often it was tried.
    #[schema(example = 1)]
    attempts_made: u32,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A delivery with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryDetailOut {
    #[serde(flatten)]
    delivery: DeliveryOut,
    /// What is sent, byte for byte.
    body: String,
    /// The last attempts, the newest last.
    attempts: Vec<AttemptOut>,
}

/// One attempt of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptOut {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// The status of the reply, if one came.
    status: Option<u16>,
    /// Why none came, or was not read.
    error: Option<String>,
    /// How the reply begins, up to 1,024 bytes.
    reply: String,
}

impl DeliveryOut {
    /// The delivery as it is shown in a list.
    pub(super) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint,
            event_id: delivery.event,
            event_type: delivery.event_type.clone(),
            subject: delivery.subject.to_string(),
            sequence: delivery.sequence,
            state: delivery.state,
            due_at: delivery.state.is_open().then_some(delivery.due_at),
            attempts_made: delivery.attempts_made,
            created_at: delivery.created_at,
            updated_at: delivery.updated_at,
        }
    }
}

impl DeliveryDetailOut {
    /// The delivery as it is shown alone.
    pub(super) fn of(delivery: &Delivery) -> Self {
        Self {
            delivery: DeliveryOut::of(delivery),
            body: delivery.body.clone(),
            attempts: delivery.attempts.iter().map(AttemptOut::of).collect(),
        }
    }
}

impl AttemptOut {
    fn of(attempt: &Attempt) -> Self {
        Self {
            at: attempt.at,
            took_ms: attempt.took_ms,
            status: attempt.status,
            error: attempt.error.clone(),
            reply: attempt.reply.clone(),
        }
    }
}
