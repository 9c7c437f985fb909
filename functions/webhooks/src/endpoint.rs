//! Endpoints: where an owner wants to be told, of what, and how it knows that it is us.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind, text::Line};
use platform::public::PublicUrl;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{event_types::EventFilter, owner::Owner, schedule::later, signing::SealedSecret};

/// How many endpoints one owner may have.
pub(crate) const MAX_ENDPOINTS: u32 = 20;
/// How many secrets may be good at once; a receiver need not look at more than eight signatures.
const MAX_SECRETS: usize = 4;

/// What an owner says of an endpoint.
pub(crate) type Description = Line<200>;

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) id: Id<kind::WebhookEndpoint>,
    pub(crate) owner: Owner,
    pub(crate) url: PublicUrl,
    pub(crate) description: Option<Description>,
    pub(crate) event_types: EventFilter,
    /// Whether the events of one subject come in the order of their versions. It is fixed: what
    /// waits is kept in another way.
    pub(crate) ordered: bool,
    pub(crate) signing: Signing,
    /// The newest last.
    pub(crate) secrets: Vec<EndpointSecret>,
    pub(crate) disabled: Option<Disabled>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

/// How messages are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signing {
    /// With a secret that both sides know (`v1`).
    #[default]
    Hmac,
    /// With a key of which the receiver knows the public half (`v1a`).
    Ed25519,
}

/// What messages are signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointSecret {
    pub(crate) sealed: SealedSecret,
    /// The public half, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    pub(crate) created_at: Timestamp,
    /// When it stops signing; the newest has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<Timestamp>,
}

/// That an endpoint gets nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Disabled {
    pub(crate) because: DisabledBecause,
    pub(crate) at: Timestamp,
}

/// Why an endpoint is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisabledBecause {
    /// Whoever manages it wanted it so.
    Request,
    /// It answered 410.
    Gone,
    /// A delivery was tried as often as can be, and nothing else got through meanwhile.
    Exhausted,
}

/// What is to be changed; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) url: Option<PublicUrl>,
    pub(crate) description: Option<Option<Description>>,
    pub(crate) event_types: Option<EventFilter>,
}

/// Too many secrets would be good at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("four secrets are good already; wait until one has ended, or rotate without an overlap")]
pub(crate) struct TooManySecrets;

impl Endpoint {
    /// Whether it gets nothing.
    pub(crate) fn is_disabled(&self) -> bool {
        self.disabled.is_some()
    }

    /// The secrets that sign now.
    pub(crate) fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &EndpointSecret> {
        let live = move |secret: &&EndpointSecret| secret.ends_at.is_none_or(|end| end > now);
        self.secrets.iter().filter(live)
    }

    /// The endpoint after an edit; the same if it changes nothing.
    pub(crate) fn edited(self, edit: Edit, now: Timestamp) -> Self {
        let before = self.clone();
        let mut after = self;
        after.url = edit.url.unwrap_or(after.url);
        after.description = edit.description.unwrap_or(after.description);
        after.event_types = edit.event_types.unwrap_or(after.event_types);
        if after == before {
            before
        } else {
            after.moved(now)
        }
    }

    /// The endpoint with a new secret; those before it sign for `overlap` more, and no longer than
    /// they would have.
    pub(crate) fn rotated(
        mut self,
        secret: EndpointSecret,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, TooManySecrets> {
        let end = later(now, overlap);
        for before in &mut self.secrets {
            let earlier = before.ends_at.map_or(end, |known| known.min(end));
            before.ends_at = Some(earlier);
        }
        self.secrets
            .retain(|secret| secret.ends_at.is_some_and(|end| end > now));
        self.secrets.push(secret);
        if self.secrets.len() > MAX_SECRETS {
            return Err(TooManySecrets);
        }
        Ok(self.moved(now))
    }

    /// The endpoint without anything that keeps it from being told.
    pub(crate) fn enabled(self, now: Timestamp) -> Self {
        if !self.is_disabled() {
            return self;
        }
        let disabled = None;
        Self { disabled, ..self }.moved(now)
    }

    /// The endpoint that gets nothing any more; the first reason stays.
    pub(crate) fn disabled(self, because: DisabledBecause, now: Timestamp) -> Self {
        if self.is_disabled() {
            return self;
        }
        let disabled = Some(Disabled { because, at: now });
        Self { disabled, ..self }.moved(now)
    }

    fn moved(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::SealedSecret;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn secret(second: i64) -> EndpointSecret {
        EndpointSecret {
            sealed: SealedSecret::of_text(&second.to_string()),
            public_key: None,
            created_at: at(second),
            ends_at: None,
        }
    }

    fn endpoint() -> Endpoint {
        Endpoint {
            id: Id::derive(&["e"]),
            owner: Owner::Partner(Id::derive(&["p"])),
            url: "https://example.com/hook".parse().unwrap(),
            description: None,
            event_types: EventFilter::All,
            ordered: false,
            signing: Signing::Hmac,
            secrets: vec![secret(0)],
            disabled: None,
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn signing_at(endpoint: &Endpoint, second: i64) -> Vec<i64> {
        let live = endpoint.live_secrets(at(second));
        live.map(|secret| secret.created_at.as_second()).collect()
    }

    #[test]
    fn both_secrets_sign_during_the_overlap_and_one_before_and_after() {
        let hour = SignedDuration::from_hours(1);
        let rotated = endpoint().rotated(secret(100), hour, at(100)).unwrap();
        assert_eq!(rotated.version, 2);
        assert_eq!(signing_at(&rotated, 3_699), [0, 100]);
        assert_eq!(signing_at(&rotated, 3_700), [100]);
        // A later rotation with a longer overlap does not prolong what was to end.
        let day = SignedDuration::from_hours(24);
        let again = rotated.rotated(secret(200), day, at(200)).unwrap();
        assert_eq!(signing_at(&again, 3_699), [0, 100, 200]);
        assert_eq!(signing_at(&again, 3_700), [100, 200]);
        // Without an overlap the others end now.
        let leaked = again
            .rotated(secret(300), SignedDuration::ZERO, at(300))
            .unwrap();
        assert_eq!(signing_at(&leaked, 300), [300]);
        assert_eq!(leaked.secrets.len(), 1);
    }

    #[test]
    fn no_more_than_four_secrets_are_good_at_once() {
        let day = SignedDuration::from_hours(24);
        let mut full = endpoint();
        for second in 1..=3 {
            full = full.rotated(secret(second), day, at(second)).unwrap();
        }
        assert_eq!(
            full.clone().rotated(secret(4), day, at(4)),
            Err(TooManySecrets)
        );
        assert!(full.rotated(secret(4), SignedDuration::ZERO, at(4)).is_ok());
    }

    #[test]
    fn the_first_reason_stays_and_enabling_forgets_it() {
        let gone = endpoint().disabled(DisabledBecause::Gone, at(1));
        let again = gone.clone().disabled(DisabledBecause::Request, at(2));
        assert_eq!(again, gone);
        let enabled = gone.enabled(at(3));
        assert_eq!((enabled.disabled, enabled.version), (None, 3));
        assert_eq!(enabled.clone().enabled(at(4)), enabled);
    }

    #[test]
    fn an_edit_that_changes_nothing_makes_no_version() {
        let same = Edit {
            url: Some(endpoint().url),
            ..Edit::default()
        };
        assert_eq!(endpoint().edited(same, at(9)).version, 1);
        let other = Edit {
            description: Some(Some("billing".parse().unwrap())),
            ..Edit::default()
        };
        assert_eq!(endpoint().edited(other, at(9)).version, 2);
    }
}
