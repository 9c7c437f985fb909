//! The types of events that endpoints are told of: the catalogue, and filters over it.
//!
//! A type that was once in the catalogue stays in it: filters that name it are kept.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A type of event, and what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it says, in a sentence.
    pub(crate) sentence: &'static str,
    /// Who is told.
    pub(crate) audience: Audience,
}

/// Who is told of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The organization that is concerned.
    Organizations,
    /// The partner that is concerned.
    Partners,
    /// Whichever of them is concerned.
    Both,
}

use Audience::{Both, Organizations, Partners};

/// Asked for by hand, to see whether an endpoint works.
pub(crate) const TEST: &str = "webhook.test";
/// An endpoint gets nothing any more.
pub(crate) const ENDPOINT_DISABLED: &str = "webhook_endpoint.disabled";

macro_rules! catalogue {
    ($($name:expr, $audience:ident, $sentence:literal;)+) => {
        /// All types, in the order of the documentation.
        pub(crate) const CATALOGUE: &[Described] = &[
            $(Described { name: $name, sentence: $sentence, audience: $audience }),+
        ];
    };
}

catalogue! {
    "organization.approved", Organizations, "The organization was approved.";
    "organization.suspended", Organizations, "The organization was suspended.";
    "organization.reinstated", Organizations, "The organization may act again.";
    "shop.opened", Organizations, "A shop takes orders.";
    "shop.changed", Organizations, "What a shop says of itself has changed.";
    "shop.on_leave", Organizations, "A shop is on leave.";
    "shop.suspended", Organizations, "A shop was suspended.";
    "shop.terminated", Organizations, "A shop was closed for good.";
    "listing.published", Organizations, "A listing is for sale.";
    "listing.changed", Organizations, "A listing that is for sale has changed.";
    "listing.paused", Organizations, "A listing is not for sale for a while.";
    "listing.suspended", Organizations, "A listing was taken off sale by the platform.";
    "listing.removed", Organizations, "A listing was removed.";
    "order.paid", Organizations, "An order was paid.";
    "order.fulfilled", Organizations, "All of an order was sent or handed over.";
    "order.received", Organizations, "The buyer has received an order.";
    "order.completed", Organizations, "An order is over: it cannot be sent back any more.";
    "order.cancelled", Organizations, "An order was cancelled.";
    "order.expired", Organizations, "An order was not paid in time.";
    "order.refunded", Organizations, "Money of an order was paid back.";
    "order.disputed", Organizations, "The buyer disputes an order.";
    "order.ruled", Organizations, "A dispute over an order was decided.";
    "concert.published", Organizations, "A concert was announced.";
    "concert.changed", Organizations, "An announced concert has changed.";
    "concert.cancelled", Organizations, "A concert was called off.";
    "ticket.checked_in", Organizations, "Somebody was let in with a ticket.";
    "allotment.offered", Partners, "Tickets were set aside for the partner.";
    "allotment.accepted", Organizations, "The partner takes the tickets that were set aside.";
    "allotment.declined", Organizations, "The partner does not want the tickets that were set aside.";
    "allotment.closed", Both, "An allotment has ended; what was not used is on sale again.";
    "partner_grant.claimed", Partners, "A member has claimed a grant.";
    "partner_grant.issued", Partners, "The tickets of a grant were issued.";
    "partner_grant.attended", Partners, "Somebody was let in with a ticket of a grant.";
    "partner_grant.expired", Partners, "Nobody claimed a grant in time.";
    "partner_grant.revoked", Partners, "A grant was taken back.";
    "partner_grant.revocation_refused", Partners, "A grant could not be taken back any more.";
    "partner_grant.voided", Partners, "A grant is worth nothing: its concert was called off.";
    "partner_link.linked", Partners, "A member id of the partner belongs to an account here.";
    "partner_link.unlinked", Partners, "A member id of the partner belongs to no account here any more.";
    "partner.balance_low", Partners, "The partner's balance has fallen below its threshold.";
    "voucher.issued", Partners, "A voucher was issued.";
    "voucher.redeemed", Partners, "A voucher was used.";
    "voucher.reversed", Partners, "A voucher was given back.";
    "voucher.expired", Partners, "A voucher was not used in time.";
    "voucher.failed", Partners, "A voucher could not be issued.";
    ENDPOINT_DISABLED, Both, "Another endpoint of the same owner was disabled and gets nothing any more.";
    TEST, Both, "Sent on request, to one endpoint, whatever its filter is.";
}

/// The name of a type in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventType(&'static str);

/// There is no such type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no event type {0:?}")]
pub(crate) struct UnknownType(String);

/// Which events an endpoint is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventFilter {
    /// All that its owner may know, also of types to come.
    All,
    /// These, at least one.
    Only(BTreeSet<EventType>),
}

/// A filter that lets nothing through is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it names no event type; leave it out to be told of all")]
pub(crate) struct EmptyFilter;

impl EventFilter {
    /// The filter that lets the named types through, or all of them.
    pub(crate) fn of(types: Option<BTreeSet<EventType>>) -> Result<Self, EmptyFilter> {
        match types {
            None => Ok(Self::All),
            Some(types) if types.is_empty() => Err(EmptyFilter),
            Some(types) => Ok(Self::Only(types)),
        }
    }

    /// The types that are named, unless all are let through.
    pub(crate) fn names(&self) -> Option<&BTreeSet<EventType>> {
        match self {
            Self::All => None,
            Self::Only(types) => Some(types),
        }
    }

    /// Whether events of the type go through. A context may tell of a type before this catalogue knows
    /// it: nobody can have asked for it by name, and who takes all takes it too.
    pub(crate) fn admits(&self, event_type: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(types) => types.iter().any(|admitted| admitted.0 == event_type),
        }
    }
}

impl FromStr for EventType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let found = CATALOGUE.iter().find(|described| described.name == text);
        found
            .map(|described| Self(described.name))
            .ok_or_else(|| UnknownType(text.to_owned()))
    }
}

// By hand: derived, it would want to borrow its name from the text that is read.
impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl From<EventType> for &'static str {
    fn from(event_type: EventType) -> Self {
        event_type.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_name_of_two_words_and_a_sentence() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|described| described.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for described in CATALOGUE {
            let lower = |word: &str| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            };
            let words: Vec<_> = described.name.split('.').collect();
            assert!(
                words.len() == 2 && words.iter().all(|word| lower(word)),
                "{described:?}"
            );
            assert!(described.sentence.ends_with('.'), "{described:?}");
        }
    }

    #[test]
    fn a_filter_lets_through_what_it_names_and_an_open_one_everything() {
        let only = EventFilter::of(Some(["order.paid".parse().unwrap()].into())).unwrap();
        assert!(only.admits("order.paid") && !only.admits("order.cancelled"));
        assert!(!only.admits("order.unheard_of"));
        let all = EventFilter::of(None).unwrap();
        assert!(all.admits("order.paid") && all.admits("order.unheard_of"));
        assert_eq!(EventFilter::of(Some(BTreeSet::new())), Err(EmptyFilter));
        assert!("order.unheard_of".parse::<EventType>().is_err());
    }
}
