//! How an endpoint is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    endpoint::{DisabledBecause, Endpoint, Signing},
    lane::Health,
};

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointOut {
    /// Names the endpoint.
    #[schema(value_type = String, example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::WebhookEndpoint>,
    /// The organization or the partner that is told.
    #[schema(example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    owner_id: String,
    /// Where it is told.
    #[schema(example = "https://hooks.example.com/planet")]
    url: String,
    /// What its owner says of it.
    description: Option<String>,
    /// Of what it is told; null for everything.
    #[schema(example = json!(["order.paid", "order.refunded"]))]
    event_types: Option<Vec<&'static str>>,
    /// Whether the events of one subject come in the order of their versions.
    ordered: bool,
    /// How messages are signed.
    signing: Signing,
    /// With what they are signed now, the newest last.
    secrets: Vec<EndpointSecretOut>,
    /// Where it stands.
    state: EndpointState,
    /// Why it is disabled.
    disabled_because: Option<DisabledBecause>,
    /// Since when it is disabled.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Since when it has taken nothing, while it fails.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    /// Until when it is left alone: it asked for that, or it fails.
    #[schema(value_type = Option<String>, format = DateTime)]
    paused_until: Option<Timestamp>,
    /// When it took something last.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Timestamp>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Where an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndpointState {
    /// It is told.
    Active,
    /// It has taken nothing for a while, and is probed.
    Failing,
    /// It is not told; what comes for it is kept.
    Disabled,
}

/// A secret, without what is secret of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointSecretOut {
    /// The public half of an Ed25519 key.
    #[schema(example = "whpk_MCowBQYDK2VwAyEAdRbmvmz5PXmBeJy0Dg5uFZ0YzX0Yt3m2b0sVnQ0o1nI=")]
    public_key: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it stops signing; null for the newest.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
}

/// An endpoint with the secret that was made for it just now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointWithSecretOut {
    #[serde(flatten)]
    endpoint: EndpointOut,
    /// Shown this once. Null where the public key is all that a receiver needs.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
}

impl EndpointOut {
    /// The endpoint as it is shown.
    pub(super) fn of(endpoint: &Endpoint, health: &Health, now: Timestamp) -> Self {
        let state = match endpoint.disabled {
            Some(_) => EndpointState::Disabled,
            None if health.is_failing() => EndpointState::Failing,
            None => EndpointState::Active,
        };
        let names = endpoint.event_types.names();
        let secrets = endpoint.live_secrets(now);
        Self {
            id: endpoint.id,
            owner_id: endpoint.owner.to_string(),
            url: endpoint.url.to_string(),
            description: endpoint.description.as_ref().map(ToString::to_string),
            event_types: names.map(|types| types.iter().map(|name| (*name).into()).collect()),
            ordered: endpoint.ordered,
            signing: endpoint.signing,
            secrets: secrets
                .map(|secret| EndpointSecretOut {
                    public_key: secret.public_key.clone(),
                    created_at: secret.created_at,
                    ends_at: secret.ends_at,
                })
                .collect(),
            state,
            disabled_because: endpoint.disabled.map(|disabled| disabled.because),
            disabled_at: endpoint.disabled.map(|disabled| disabled.at),
            failing_since: health
                .failing_since
                .filter(|_| state == EndpointState::Failing),
            paused_until: health
                .not_before
                .filter(|until| *until > now && state != EndpointState::Disabled),
            last_success_at: health.last_success_at,
            created_at: endpoint.created_at,
        }
    }

    /// The same, with its new secret.
    pub(super) fn with_secret(self, secret: Option<String>) -> EndpointWithSecretOut {
        EndpointWithSecretOut {
            endpoint: self,
            secret,
        }
    }
}
