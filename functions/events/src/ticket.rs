//! Tickets: who holds one, what it opens, and how it moves on.
//!
//! A ticket has one live secret. It gets a new one with every new holder, in the same write.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{days::Days, origin::Origin, secret::KeptSecret, text::Name};

/// A ticket: one person on the days it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) id: Id<kind::Ticket>,
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    pub(crate) title: Name,
    pub(crate) name: Name,
    pub(crate) days: Days,
    /// What it was issued for.
    pub(crate) origin: Origin,
    /// Which of the origin's tickets it is, from 1 on.
    pub(crate) number: u32,
    /// Who bought or claimed it.
    pub(crate) recipient: Id<kind::Account>,
    pub(crate) holder: Id<kind::Account>,
    pub(crate) held_since: Timestamp,
    pub(crate) state: State,
    /// On which days it was shown at the door, and when.
    pub(crate) check_ins: BTreeMap<Date, Timestamp>,
    pub(crate) secret: KeptSecret,
    pub(crate) offer: Option<Offer>,
    /// The offer that its holder has taken.
    pub(crate) taken: Option<Id<kind::Request>>,
    /// Counts its changes.
    pub(crate) version: u64,
}

/// Whether a ticket opens the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TicketState)]
pub(crate) enum State {
    /// It does.
    Issued,
    /// It was given back for money.
    Refunded,
    /// The purchase that it came with was taken back.
    Revoked,
    /// Its concert was called off.
    Void,
}

/// A ticket that its holder wants to give away, until somebody takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) id: Id<kind::Request>,
    /// Who may take it; whoever has its code if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Id<kind::Account>>,
    pub(crate) expires_at: Timestamp,
}

/// Why a ticket cannot be given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OfferError {
    /// It was refunded or revoked, or its concert called off.
    #[error("the ticket is not valid any more")]
    NotValid,
    /// It was shown at the door.
    #[error("the ticket has been used")]
    Used,
    /// It is offered to its holder.
    #[error("the ticket is this account's already")]
    ToItsHolder,
}

/// Why a ticket that was offered cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TakeError {
    /// It is not offered, or not so, or not to this account.
    #[error("there is no such offer")]
    NoOffer,
    /// The offer's time is over.
    #[error("the offer has expired")]
    Expired,
    /// It cannot be given away any more.
    #[error(transparent)]
    Offer(#[from] OfferError),
}

impl Ticket {
    /// The ticket, offered. An offer from before is withdrawn by it.
    pub(crate) fn offered(self, offer: Offer) -> Result<Self, OfferError> {
        self.must_be_free()?;
        if offer.to == Some(self.holder) {
            return Err(OfferError::ToItsHolder);
        }
        let offer = Some(offer);
        Ok(Self { offer, ..self }.changed())
    }

    /// The ticket, not offered any more. One that is not offered stays as it is.
    pub(crate) fn withdrawn(self) -> Self {
        if self.offer.is_none() {
            return self;
        }
        let offer = None;
        Self { offer, ..self }.changed()
    }

    /// The ticket in the hands of `taker`, with a secret of its own.
    pub(crate) fn taken(
        self,
        offer: Id<kind::Request>,
        taker: Id<kind::Account>,
        secret: KeptSecret,
        now: Timestamp,
    ) -> Result<Self, TakeError> {
        let open = self.offer.as_ref().filter(|open| open.id == offer);
        let open = open.ok_or(TakeError::NoOffer)?;
        if open.to.is_some_and(|to| to != taker) {
            return Err(TakeError::NoOffer);
        }
        if open.expires_at <= now {
            return Err(TakeError::Expired);
        }
        self.must_be_free()?;
        if taker == self.holder {
            return Err(OfferError::ToItsHolder.into());
        }
        let taken = Self {
            holder: taker,
            held_since: now,
            secret,
            offer: None,
            taken: Some(offer),
            ..self
        };
        Ok(taken.changed())
    }

    /// Whether its buyer can give it back for money: the buyer holds it and nobody has used it.
    /// What was given to somebody else is not the buyer's to give back.
    pub(crate) fn is_returnable(&self) -> bool {
        self.state == State::Issued && self.holder == self.recipient && !self.is_used()
    }

    /// Whether somebody was let in with it.
    pub(crate) fn is_used(&self) -> bool {
        !self.check_ins.is_empty()
    }

    /// Whether it was taken back, for its money or with its grant.
    pub(crate) fn was_taken_back(&self) -> bool {
        matches!(self.state, State::Refunded | State::Revoked)
    }

    /// The ticket, given back.
    pub(crate) fn refunded(self) -> Self {
        self.over(State::Refunded)
    }

    /// The ticket whose grant was revoked, whoever holds it by now.
    pub(crate) fn revoked(self) -> Self {
        self.over(State::Revoked)
    }

    /// The ticket of a concert that was called off.
    pub(crate) fn voided(self) -> Self {
        self.over(State::Void)
    }

    /// The ticket, shown at the door for a day. Who has used it does not give it away.
    pub(crate) fn used(mut self, day: Date, now: Timestamp) -> Self {
        self.check_ins.insert(day, now);
        self.offer = None;
        self.changed()
    }

    fn over(self, state: State) -> Self {
        let offer = None;
        Self {
            state,
            offer,
            ..self
        }
        .changed()
    }

    fn must_be_free(&self) -> Result<(), OfferError> {
        match self.state {
            State::Refunded | State::Revoked | State::Void => Err(OfferError::NotValid),
            State::Issued if self.is_used() => Err(OfferError::Used),
            State::Issued => Ok(()),
        }
    }

    fn changed(self) -> Self {
        Self {
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::SignedDuration;
    use platform::Secret;

    use super::*;
    use crate::{concert::tests::concert, secret::TicketKeys};

    pub(crate) fn account(name: &str) -> Id<kind::Account> {
        Id::derive(&[name])
    }

    pub(crate) fn keys() -> TicketKeys {
        TicketKeys::new(&Secret::of("for tests"))
    }

    /// Ada's ticket for both nights.
    pub(crate) fn ticket() -> Ticket {
        let concert = concert();
        let quota = &concert.ticket_quotas[0];
        let id = Id::derive(&["ticket"]);
        Ticket {
            id,
            concert: concert.id,
            organization: concert.organization,
            ticket_quota: quota.id,
            title: concert.programme.title.clone(),
            name: quota.name.clone(),
            days: quota.days.clone(),
            origin: Origin::Order {
                order: Id::derive(&["order"]),
                line: Id::derive(&["line"]),
            },
            number: 1,
            recipient: account("ada"),
            holder: account("ada"),
            held_since: now(),
            state: State::Issued,
            check_ins: BTreeMap::new(),
            secret: keys().mint(id).unwrap(),
            offer: None,
            taken: None,
            version: 1,
        }
    }

    fn now() -> Timestamp {
        "2026-06-10T12:00:00Z".parse().unwrap()
    }

    fn offer(to: Option<&str>) -> Offer {
        Offer {
            id: Id::derive(&["offer"]),
            to: to.map(account),
            expires_at: now() + SignedDuration::from_hours(1),
        }
    }

    fn take(ticket: Ticket, taker: &str, at: Timestamp) -> Result<Ticket, TakeError> {
        let secret = keys().mint(ticket.id).unwrap();
        ticket.taken(Id::derive(&["offer"]), account(taker), secret, at)
    }

    #[test]
    fn a_new_holder_gets_a_new_secret_and_the_old_one_is_gone() {
        let offered = ticket().offered(offer(None)).unwrap();
        let code = keys().code(offered.id, &offered.secret).unwrap();
        let taken = take(offered, "ben", now()).unwrap();
        assert_eq!((taken.holder, taken.version), (account("ben"), 3));
        assert_eq!(taken.offer, None);
        assert!(!keys().recognise(&code, &taken.secret));
    }

    #[test]
    fn an_offer_is_taken_once_in_time_and_by_whom_it_was_made_for() {
        assert_eq!(take(ticket(), "ben", now()), Err(TakeError::NoOffer));
        let for_cem = ticket().offered(offer(Some("cem"))).unwrap();
        assert_eq!(take(for_cem.clone(), "ben", now()), Err(TakeError::NoOffer));
        let late = now() + SignedDuration::from_hours(1);
        assert_eq!(take(for_cem.clone(), "cem", late), Err(TakeError::Expired));
        let taken = take(for_cem.clone(), "cem", now()).unwrap();
        assert_eq!(take(taken, "cem", now()), Err(TakeError::NoOffer));
        let withdrawn = for_cem.withdrawn();
        assert_eq!(take(withdrawn, "cem", now()), Err(TakeError::NoOffer));
    }

    #[test]
    fn nobody_gives_a_ticket_to_oneself() {
        let refused = ticket().offered(offer(Some("ada")));
        assert_eq!(refused, Err(OfferError::ToItsHolder));
        let offered = ticket().offered(offer(None)).unwrap();
        let refused = take(offered, "ada", now());
        assert_eq!(refused, Err(OfferError::ToItsHolder.into()));
    }

    #[test]
    fn what_is_used_or_over_is_given_to_nobody() {
        let day = ticket().days.iter().next().unwrap();
        for (ticket, error) in [
            (ticket().used(day, now()), OfferError::Used),
            (ticket().refunded(), OfferError::NotValid),
            (ticket().revoked(), OfferError::NotValid),
            (ticket().voided(), OfferError::NotValid),
        ] {
            assert_eq!(ticket.clone().offered(offer(None)), Err(error));
            let open = Ticket {
                offer: Some(offer(None)),
                ..ticket
            };
            assert_eq!(take(open, "ben", now()), Err(error.into()));
        }
    }

    #[test]
    fn using_a_ticket_withdraws_its_offer() {
        let offered = ticket().offered(offer(None)).unwrap();
        let day = offered.days.iter().next().unwrap();
        assert_eq!(offered.used(day, now()).offer, None);
    }

    #[test]
    fn a_buyer_gives_back_what_is_unused_and_still_held() {
        assert!(ticket().is_returnable());
        let day = ticket().days.iter().next().unwrap();
        let offered = ticket().offered(offer(None)).unwrap();
        assert!(offered.is_returnable());
        for ticket in [
            ticket().used(day, now()),
            ticket().refunded(),
            ticket().revoked(),
            ticket().voided(),
            take(offered, "ben", now()).unwrap(),
        ] {
            assert!(!ticket.is_returnable(), "{ticket:?}");
        }
    }
}
