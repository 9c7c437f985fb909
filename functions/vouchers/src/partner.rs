//! Partners: companies that exchange with the platform, whose rewards members can get and whose
//! customers can earn something here.
//!
//! Invariant: a partner leaves the sandbox once and never comes back to it, so that what is worth
//! something and what is not never mix.

use std::str::FromStr;

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use platform::{SealingError, public::PublicUrl};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webhook_signatures::SymmetricKey;

use crate::{
    partner_key::{KeyMaterial, KeySeal, PartnerKey, Scope},
    terms::Terms,
    text::Name,
};

/// A partner, with all that is agreed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partner {
    pub(crate) id: Id<kind::Partner>,
    pub(crate) name: Name,
    pub(crate) contact_email: Option<ContactEmail>,
    pub(crate) state: State,
    pub(crate) mode: Mode,
    pub(crate) terms: Terms,
    /// Where it sells vouchers on demand, if it does.
    pub(crate) api: Option<PartnerApi>,
    /// Its keys, ended ones included until there are too many.
    pub(crate) keys: Vec<PartnerKey>,
    pub(crate) created_at: Timestamp,
    /// Counts its changes.
    pub(crate) version: u64,
}

/// Whether anything is exchanged with a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerState)]
pub(crate) enum State {
    /// As agreed.
    #[default]
    Active,
    /// Nothing, for now: none of its messages is accepted.
    Suspended,
}

/// Whether what a partner does is worth anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerMode)]
pub(crate) enum Mode {
    /// It tries things out: all is checked and recorded alike, and nothing of it is worth anything.
    Sandbox,
    /// The real thing.
    #[default]
    Live,
}

/// The partner's API, at which the platform buys vouchers on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartnerApi {
    /// What every path of it stands behind.
    pub(crate) base: PublicUrl,
}

/// A change of a partner: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) name: Option<Name>,
    pub(crate) contact_email: Option<Option<ContactEmail>>,
    pub(crate) terms: Option<Terms>,
    pub(crate) api: Option<Option<PartnerApi>>,
}

/// Why a partner cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EditError {
    /// What is reckoned with it already is in its currency.
    #[error("the currency of a live partner does not change")]
    Currency,
}

/// Why a partner's keys cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// It has none of that id, or it has ended.
    #[error("there is no such key")]
    Unknown,
    /// It has as many as one partner may have.
    #[error("a partner has at most {MAX_LIVE_KEYS} keys at a time")]
    TooMany,
    /// It has been rotated before.
    #[error("the key is ending already")]
    Ending,
}

/// Enough for every scope to be rotated on its own.
const MAX_LIVE_KEYS: usize = 8;

/// An address that an operator can write to. Nothing is sent to it by the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ContactEmail(String);

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an e-mail address")]
pub(crate) struct ContactEmailError;

/// The longest address that mail can be sent to (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

impl Mode {
    /// The mode as keys and logs spell it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }
}

impl Partner {
    /// Whether what it does is worth nothing.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.mode == Mode::Sandbox
    }

    /// Its keys that are good for something now.
    pub(crate) fn live_keys(&self, now: Timestamp) -> impl Iterator<Item = &PartnerKey> {
        self.keys.iter().filter(move |key| key.is_live(now))
    }

    /// With what the platform signs its calls to the partner's API: every key of that scope, so that
    /// the partner verifies with its old or its new one while they overlap.
    pub(crate) fn exchange_keys(
        &self,
        seal: &KeySeal,
        now: Timestamp,
    ) -> Result<Vec<SymmetricKey>, SealingError> {
        self.live_keys(now)
            .filter(|key| key.scopes.contains(&Scope::Exchange))
            .filter_map(|key| match &key.key {
                KeyMaterial::Symmetric(sealed) => Some(seal.open(key.id, sealed)),
                KeyMaterial::Public(_) => None,
            })
            .collect()
    }

    /// The partner after `edit`, one version on.
    pub(crate) fn edited(self, edit: Edit) -> Result<Self, EditError> {
        let terms = edit.terms.unwrap_or_else(|| self.terms.clone());
        if terms.currency != self.terms.currency && self.mode == Mode::Live {
            return Err(EditError::Currency);
        }
        Ok(Self {
            name: edit.name.unwrap_or(self.name),
            contact_email: edit.contact_email.unwrap_or(self.contact_email),
            terms,
            api: edit.api.unwrap_or(self.api),
            version: self.version + 1,
            ..self
        })
    }

    /// The partner in another state; as it is, if it is in that state.
    pub(crate) fn in_state(self, state: State) -> Self {
        if self.state == state {
            return self;
        }
        Self {
            state,
            version: self.version + 1,
            ..self
        }
    }

    /// The partner out of the sandbox; as it is, if it has left it.
    pub(crate) fn gone_live(self) -> Self {
        if self.mode == Mode::Live {
            return self;
        }
        Self {
            mode: Mode::Live,
            version: self.version + 1,
            ..self
        }
    }

    /// The partner with one more key. Keys that have ended are forgotten then.
    pub(crate) fn with_key(self, key: PartnerKey, now: Timestamp) -> Result<Self, KeyError> {
        let mut keys: Vec<_> = self.live_keys(now).cloned().collect();
        if keys.len() >= MAX_LIVE_KEYS {
            return Err(KeyError::TooMany);
        }
        keys.push(key);
        Ok(Self {
            keys,
            version: self.version + 1,
            ..self
        })
    }

    /// The partner whose key `old` ends after `overlap`, with `new` in its place; one version on.
    pub(crate) fn with_key_rotated(
        self,
        old: Id<kind::PartnerKey>,
        new: PartnerKey,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        let key = self.live_key(old, now)?;
        // A key that is on its way out has its successor already; another would be one too many.
        if key.ends_at.is_some() {
            return Err(KeyError::Ending);
        }
        let version = self.version + 1;
        let rotated = self.with_key_ended(old, overlap, now)?.with_key(new, now)?;
        Ok(Self { version, ..rotated })
    }

    /// The partner whose key ends after `overlap`; one version on.
    pub(crate) fn with_key_ended(
        self,
        id: Id<kind::PartnerKey>,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        self.live_key(id, now)?;
        let keys = self.keys.iter().map(|key| match key.id == id {
            true => key.ending(now, overlap),
            false => key.clone(),
        });
        Ok(Self {
            keys: keys.collect(),
            version: self.version + 1,
            ..self
        })
    }

    /// The key `id`, if it is good for something now.
    pub(crate) fn live_key(
        &self,
        id: Id<kind::PartnerKey>,
        now: Timestamp,
    ) -> Result<&PartnerKey, KeyError> {
        let mut keys = self.live_keys(now);
        keys.find(|key| key.id == id).ok_or(KeyError::Unknown)
    }
}

impl ContactEmail {
    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContactEmail {
    type Err = ContactEmailError;

    fn from_str(text: &str) -> Result<Self, ContactEmailError> {
        let (local, domain) = text.rsplit_once('@').ok_or(ContactEmailError)?;
        let disturbs = |letter: char| letter.is_control() || letter.is_whitespace();
        if local.is_empty()
            || !domain.contains('.')
            || text.len() > MAX_EMAIL_BYTES
            || text.contains(disturbs)
        {
            return Err(ContactEmailError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ContactEmail {
    type Error = ContactEmailError;

    fn try_from(text: String) -> Result<Self, ContactEmailError> {
        text.parse()
    }
}

impl From<ContactEmail> for String {
    fn from(email: ContactEmail) -> Self {
        email.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);
    /// The public half of the first test vector in RFC 8032.
    const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    /// A partner for tests: live, active, on the usual terms, without keys.
    pub(crate) fn partner() -> Partner {
        Partner {
            id: Id::derive(&["partner"]),
            name: "A chain".parse().unwrap(),
            contact_email: None,
            state: State::Active,
            mode: Mode::Live,
            terms: Terms::default(),
            api: None,
            keys: Vec::new(),
            created_at: NOW,
            version: 1,
        }
    }

    fn key(name: &str) -> PartnerKey {
        PartnerKey {
            id: Id::derive(&[name]),
            scopes: [Scope::Grants].into(),
            key: KeyMaterial::Public(PUBLIC.to_owned().try_into().unwrap()),
            created_at: NOW,
            ends_at: None,
        }
    }

    #[test]
    fn every_change_is_one_version_on_and_no_change_is_none() {
        let with_key = partner().with_key(key("a"), NOW).unwrap();
        assert_eq!(with_key.version, 2);
        let hour = SignedDuration::from_hours(1);
        let old = with_key.keys[0].id;
        let rotated = with_key.with_key_rotated(old, key("b"), hour, NOW).unwrap();
        assert_eq!((rotated.version, rotated.keys.len()), (3, 2));
        let ended = rotated
            .with_key_ended(old, SignedDuration::ZERO, NOW)
            .unwrap();
        assert_eq!(ended.version, 4);
        let suspended = ended.in_state(State::Suspended);
        assert_eq!(suspended.clone().in_state(State::Suspended), suspended);
        assert_eq!(suspended.version, 5);
        assert_eq!(suspended.clone().gone_live(), suspended);
        assert_eq!(suspended.edited(Edit::default()).unwrap().version, 6);
    }

    #[test]
    fn a_key_that_has_ended_is_forgotten_when_there_is_a_new_one() {
        let partner = partner().with_key(key("a"), NOW).unwrap();
        let old = partner.keys[0].id;
        let partner = partner
            .with_key_ended(old, SignedDuration::ZERO, NOW)
            .unwrap();
        let partner = partner.with_key(key("b"), NOW).unwrap();
        assert_eq!(partner.keys, [key("b")]);
        assert_eq!(partner.live_key(old, NOW), Err(KeyError::Unknown));
    }
}
