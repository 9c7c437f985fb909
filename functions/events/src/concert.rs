//! Concerts: what is told of them, and how they move from a draft to their end.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    programme::{Edit, Programme},
    text::Prose,
    ticket_quota::{QuotaEdit, TicketQuota},
    times::TimesError,
};

/// A concert, or any other event that has tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Concert {
    pub(crate) id: Id<kind::Concert>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) programme: Programme,
    pub(crate) state: State,
    pub(crate) cancel_reason: Option<Prose>,
    pub(crate) ticket_quotas: Vec<TicketQuota>,
    pub(crate) created_at: Timestamp,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) updated_at: Timestamp,
    /// Counts its changes.
    pub(crate) version: u64,
}

/// Where a concert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConcertState)]
pub(crate) enum State {
    /// Being prepared; nobody else sees it.
    Draft,
    /// Announced; its tickets can be sold and open the door.
    Published,
    /// It does not take place; its tickets are void.
    Cancelled,
    /// It is over.
    Ended,
}

/// Why a concert cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeError {
    /// It is cancelled or has ended.
    #[error("the concert is over")]
    Over,
    /// It would be published after its end.
    #[error("the concert's end is past")]
    Past,
    /// It would end before it began, or was never published.
    #[error("the concert has not begun")]
    NotBegun,
    /// The new times do not agree.
    #[error(transparent)]
    Times(#[from] TimesError),
    /// Tickets cover a day that the concert would not have.
    #[error("there are tickets for a day that the concert would not have any more")]
    DaysWithTickets,
    /// The tickets would cover a day that the concert does not have.
    #[error("the concert has no such day")]
    NoSuchDay,
    /// It has as many sorts of tickets as it may.
    #[error("a concert has at most {MAX_TICKET_QUOTAS} ticket quotas")]
    TooManyQuotas,
}

/// It bounds the concert's item, which carries its quotas.
const MAX_TICKET_QUOTAS: usize = 20;

impl Concert {
    /// The concert with another programme.
    pub(crate) fn edited(self, edit: Edit, now: Timestamp) -> Result<Self, ChangeError> {
        self.must_be_open()?;
        let programme = self.programme.clone().edited(edit)?;
        let mut quotas = self.ticket_quotas.iter();
        if quotas.any(|quota| !programme.times.days.include(&quota.days)) {
            return Err(ChangeError::DaysWithTickets);
        }
        Ok(Self { programme, ..self }.changed(now))
    }

    /// The concert, announced. One that is announced already stays as it is.
    pub(crate) fn published(self, now: Timestamp) -> Result<Self, ChangeError> {
        match self.state {
            State::Published => Ok(self),
            State::Cancelled | State::Ended => Err(ChangeError::Over),
            State::Draft if self.programme.times.ends_at <= now => Err(ChangeError::Past),
            State::Draft => {
                let published = self.moved(State::Published, now);
                Ok(Self {
                    published_at: Some(now),
                    ..published
                })
            }
        }
    }

    /// The concert, called off. One that is called off already stays as it is.
    pub(crate) fn cancelled(self, reason: Prose, now: Timestamp) -> Result<Self, ChangeError> {
        match self.state {
            State::Cancelled => Ok(self),
            State::Ended => Err(ChangeError::Over),
            State::Draft | State::Published => {
                let cancelled = self.moved(State::Cancelled, now);
                Ok(Self {
                    cancel_reason: Some(reason),
                    ..cancelled
                })
            }
        }
    }

    /// The concert, over. One that is over already stays as it is.
    pub(crate) fn ended(self, now: Timestamp) -> Result<Self, ChangeError> {
        match self.state {
            State::Ended => Ok(self),
            State::Cancelled => Err(ChangeError::Over),
            State::Published if self.programme.times.starts_at <= now => {
                Ok(self.moved(State::Ended, now))
            }
            State::Draft | State::Published => Err(ChangeError::NotBegun),
        }
    }

    /// The concert with one more sort of tickets.
    pub(crate) fn with_quota(
        mut self,
        quota: TicketQuota,
        now: Timestamp,
    ) -> Result<Self, ChangeError> {
        self.must_be_open()?;
        if !self.programme.times.days.include(&quota.days) {
            return Err(ChangeError::NoSuchDay);
        }
        if self.ticket_quotas.len() >= MAX_TICKET_QUOTAS {
            return Err(ChangeError::TooManyQuotas);
        }
        self.ticket_quotas.push(quota);
        Ok(self.changed(now))
    }

    /// The concert with one of its ticket quotas changed.
    pub(crate) fn with_quota_edited(
        mut self,
        id: Id<kind::TicketQuota>,
        edit: &QuotaEdit,
        now: Timestamp,
    ) -> Result<Self, ChangeError> {
        self.must_be_open()?;
        let edited = self.ticket_quotas.into_iter().map(|quota| {
            if quota.id == id {
                quota.edited(edit.clone())
            } else {
                quota
            }
        });
        self.ticket_quotas = edited.collect();
        Ok(self.changed(now))
    }

    /// One of its ticket quotas.
    pub(crate) fn ticket_quota(&self, id: Id<kind::TicketQuota>) -> Option<&TicketQuota> {
        self.ticket_quotas.iter().find(|quota| quota.id == id)
    }

    /// Whether everybody may see it: what was announced stays visible, also when it is called off.
    pub(crate) fn is_public(&self) -> bool {
        self.published_at.is_some()
    }

    fn must_be_open(&self) -> Result<(), ChangeError> {
        match self.state {
            State::Draft | State::Published => Ok(()),
            State::Cancelled | State::Ended => Err(ChangeError::Over),
        }
    }

    fn moved(self, state: State, now: Timestamp) -> Self {
        Self { state, ..self }.changed(now)
    }

    fn changed(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::{SignedDuration, civil::date};

    use super::*;
    use crate::{
        ticket_quota::{Capacity, Shards},
        times::{Times, TimesEdit},
    };

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A published concert of two nights, with one ticket quota for both.
    pub(crate) fn concert() -> Concert {
        let times = Times::new(
            at("2026-07-01T20:00:00+08:00"),
            at("2026-07-03T01:00:00+08:00"),
            "Asia/Shanghai".parse().unwrap(),
            None,
        );
        let programme = Programme {
            title: "Two Nights".parse().unwrap(),
            venue: "Mao Livehouse".parse().unwrap(),
            region: "CN-SH".parse().unwrap(),
            times: times.unwrap(),
            about: None,
        };
        let quota = TicketQuota {
            id: Id::derive(&["quota"]),
            name: "Both nights".parse().unwrap(),
            capacity: Capacity::try_from(100).unwrap(),
            shards: Shards::ONE,
            days: programme.times.days.clone(),
            per_buyer_limit: None,
        };
        Concert {
            id: Id::derive(&["concert"]),
            organization: Id::derive(&["organization"]),
            programme,
            state: State::Published,
            cancel_reason: None,
            ticket_quotas: vec![quota],
            created_at: at("2026-06-01T00:00:00Z"),
            published_at: Some(at("2026-06-01T00:00:00Z")),
            updated_at: at("2026-06-01T00:00:00Z"),
            version: 3,
        }
    }

    fn in_state(state: State) -> Concert {
        Concert { state, ..concert() }
    }

    #[test]
    fn every_move_is_allowed_or_refused_by_name() {
        use State::{Cancelled, Draft, Ended, Published};
        let reason: Prose = "The singer is ill.".parse().unwrap();
        let before = at("2026-06-30T00:00:00Z");
        let during = at("2026-07-02T00:00:00Z");
        for (from, publish, cancel, end_before, end_during) in [
            (
                Draft,
                Ok(Published),
                Ok(Cancelled),
                Err(ChangeError::NotBegun),
                Err(ChangeError::NotBegun),
            ),
            (
                Published,
                Ok(Published),
                Ok(Cancelled),
                Err(ChangeError::NotBegun),
                Ok(Ended),
            ),
            (
                Cancelled,
                Err(ChangeError::Over),
                Ok(Cancelled),
                Err(ChangeError::Over),
                Err(ChangeError::Over),
            ),
            (
                Ended,
                Err(ChangeError::Over),
                Err(ChangeError::Over),
                Ok(Ended),
                Ok(Ended),
            ),
        ] {
            let concert = || in_state(from);
            let state = |moved: Result<Concert, ChangeError>| moved.map(|concert| concert.state);
            assert_eq!(state(concert().published(before)), publish, "{from:?}");
            let cancelled = concert().cancelled(reason.clone(), before);
            assert_eq!(state(cancelled), cancel, "{from:?}");
            assert_eq!(state(concert().ended(before)), end_before, "{from:?}");
            assert_eq!(state(concert().ended(during)), end_during, "{from:?}");
        }
    }

    #[test]
    fn a_move_to_where_it_is_changes_nothing() {
        let now = at("2026-07-02T00:00:00Z");
        let published = in_state(State::Published);
        assert_eq!(published.clone().published(now), Ok(published));
        let cancelled = in_state(State::Cancelled);
        let other: Prose = "another reason".parse().unwrap();
        assert_eq!(cancelled.clone().cancelled(other, now), Ok(cancelled));
    }

    #[test]
    fn what_is_over_is_not_announced_and_what_was_announced_stays_visible() {
        let late = in_state(State::Draft).published(at("2026-07-03T01:00:00+08:00"));
        assert_eq!(late, Err(ChangeError::Past));
        let draft = Concert {
            published_at: None,
            ..in_state(State::Draft)
        };
        let now = at("2026-06-30T00:00:00Z");
        let reason: Prose = "no money".parse().unwrap();
        assert!(
            !draft
                .clone()
                .cancelled(reason.clone(), now)
                .unwrap()
                .is_public()
        );
        let announced = draft.published(now).unwrap();
        assert!(announced.cancelled(reason, now).unwrap().is_public());
    }

    #[test]
    fn a_concert_moves_but_never_away_from_days_with_tickets() {
        let now = at("2026-06-02T00:00:00Z");
        let until = |end| Edit {
            times: TimesEdit {
                ends_at: Some(at(end)),
                ..TimesEdit::default()
            },
            ..Edit::default()
        };
        let longer = until("2026-07-04T01:00:00+08:00");
        let longer = concert().edited(longer, now).unwrap();
        assert_eq!(longer.programme.times.days.iter().count(), 3);
        assert_eq!((longer.version, longer.updated_at), (4, now));
        let shorter = until("2026-07-02T01:00:00+08:00");
        let refused = concert().edited(shorter.clone(), now);
        assert_eq!(refused, Err(ChangeError::DaysWithTickets));
        let unsold = Concert {
            ticket_quotas: Vec::new(),
            ..concert()
        };
        let moved = unsold.edited(shorter, now).unwrap();
        assert_eq!(moved.programme.times.days.iter().count(), 1);
    }

    #[test]
    fn tickets_are_for_days_of_the_concert_and_of_few_sorts() {
        let now = at("2026-06-02T00:00:00Z");
        let quota = concert().ticket_quotas.remove(0);
        let stray = TicketQuota {
            days: vec![date(2026, 7, 3)].try_into().unwrap(),
            ..quota.clone()
        };
        let refused = concert().with_quota(stray, now);
        assert_eq!(refused, Err(ChangeError::NoSuchDay));
        let full = (1..MAX_TICKET_QUOTAS).try_fold(concert(), |concert, _| {
            concert.with_quota(quota.clone(), now)
        });
        let refused = full.unwrap().with_quota(quota, now);
        assert_eq!(refused, Err(ChangeError::TooManyQuotas));
    }

    #[test]
    fn what_is_over_is_changed_no_more() {
        let now = at("2026-07-10T00:00:00Z") + SignedDuration::from_secs(1);
        for state in [State::Cancelled, State::Ended] {
            let edited = in_state(state).edited(Edit::default(), now);
            assert_eq!(edited, Err(ChangeError::Over));
            let quota = concert().ticket_quotas.remove(0);
            let id = quota.id;
            assert_eq!(
                in_state(state).with_quota(quota, now),
                Err(ChangeError::Over)
            );
            let edited = in_state(state).with_quota_edited(id, &QuotaEdit::default(), now);
            assert_eq!(edited, Err(ChangeError::Over));
        }
    }
}
