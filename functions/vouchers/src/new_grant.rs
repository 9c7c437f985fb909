//! Whether a partner may grant what it asks for, and what the grant is: the rules, pure.

use jiff::SignedDuration;
use kernel::{Id, Money, Points, Timestamp, kind};

use crate::{
    allotment::{Allotment, AllotmentError},
    billing::{Billing, BillingError},
    concert::{ConcertCopy, ConcertState},
    earning::EarningError,
    exchange::UnitPrice,
    grant::{Earns, Grant, State},
    member::{MemberId, TransactionId},
    partner::Partner,
    reward::PartnerName,
};

/// What a partner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: Id<kind::PartnerGrant>,
    pub(crate) transaction: TransactionId,
    pub(crate) member: Option<MemberId>,
    pub(crate) occurred_at: Option<Timestamp>,
    pub(crate) earns: WishedFor,
}

/// For what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WishedFor {
    /// Tickets of an allotment.
    Ticket {
        allotment: Id<kind::Allotment>,
        quantity: std::num::NonZeroU32,
    },
    /// So many points.
    Points(Points),
    /// The points that a purchase is worth.
    Purchase(Money),
}

/// What tickets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) allotment: Allotment,
    pub(crate) concert: ConcertCopy,
}

/// A grant, and what changes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) grant: Grant,
    pub(crate) billing: Billing,
    /// The allotment that has fewer tickets left, if it is of tickets.
    pub(crate) allotment: Option<Allotment>,
}

/// Why nothing is granted. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefusedGrant {
    /// The partner has no such allotment.
    #[error("there is no such allotment")]
    NoAllotment,
    /// Nobody can have tickets of the concert.
    #[error("the concert is not one that tickets can be had for now")]
    Concert,
    /// The allotment has not enough.
    #[error(transparent)]
    Allotment(#[from] AllotmentError),
    /// The points cannot be earned so.
    #[error(transparent)]
    Earning(#[from] EarningError),
    /// The partner may not have more.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// It was earned in time to come.
    #[error("it cannot have been earned in time to come")]
    Future,
}

/// By how much a partner's clock may be ahead of ours.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Decides on `wish` of `partner`: takes the tickets out of `source`, if it is for tickets and there
/// is one, and reserves the amount on `billing`.
pub(crate) fn grant(
    partner: &Partner,
    wish: Wish,
    source: Option<Source>,
    billing: &Billing,
    now: Timestamp,
) -> Result<Granted, RefusedGrant> {
    let occurred_at = wish.occurred_at;
    if occurred_at.is_some_and(|at| at > later(now, CLOCK_TOLERANCE)) {
        return Err(RefusedGrant::Future);
    }
    let terms = &partner.terms;
    let claim_days = SignedDuration::from_hours(24 * i64::from(terms.claim_days));
    let mut claim_by = later(now, claim_days);
    let mut allotment = None;
    let (earns, price, amount, points) = match wish.earns {
        WishedFor::Ticket { quantity, .. } => {
            let source = source.filter(|source| is_of(&source.allotment, partner));
            let Source {
                allotment: from,
                concert,
            } = source.ok_or(RefusedGrant::NoAllotment)?;
            if concert.state != ConcertState::Published || concert.starts_at <= now {
                return Err(RefusedGrant::Concert);
            }
            allotment = Some(from.taking(quantity, now)?);
            // Nobody comes with a ticket that is claimed when it has begun.
            claim_by = claim_by.min(concert.starts_at);
            let price = UnitPrice::each(from.unit_price);
            let amount = price.amount(quantity.get()).map_err(BillingError::from)?;
            let earns = Earns::Ticket {
                allotment: from.id,
                concert: from.concert,
                ticket_quota: from.ticket_quota,
                quantity,
            };
            (earns, price, amount, Points::ZERO)
        }
        WishedFor::Points(points) => of_points(partner, points)?,
        WishedFor::Purchase(purchase) => of_points(partner, terms.points_for(purchase)?)?,
    };
    let billing = billing.reserve(terms, amount, points, now)?;
    let revocation = SignedDuration::from_hours(i64::from(terms.revocation_hours));
    let grant = Grant {
        id: wish.id,
        partner: PartnerName {
            id: partner.id,
            name: partner.name.clone(),
        },
        transaction: wish.transaction,
        member: wish.member,
        earns,
        price,
        amount,
        state: State::Granted,
        granted_at: now,
        occurred_at,
        claim_by,
        revocable_until: later(now, revocation),
        claimed: None,
        tickets: Vec::new(),
        is_charged: false,
        sandbox: partner.is_sandbox(),
        version: 1,
        updated_at: now,
    };
    Ok(Granted {
        grant,
        billing,
        allotment,
    })
}

/// A partner that has left the sandbox grants nothing of what it tried out there.
fn is_of(allotment: &Allotment, partner: &Partner) -> bool {
    allotment.partner == partner.id && allotment.sandbox == partner.is_sandbox()
}

fn of_points(
    partner: &Partner,
    points: Points,
) -> Result<(Earns, UnitPrice, Money, Points), EarningError> {
    let priced = partner.terms.price_points(points)?;
    let earns = Earns::Points { points };
    Ok((earns, priced.price, priced.amount, points))
}

/// Only a clock at the end of time is out of range.
fn later(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use kernel::Currency;

    use super::*;
    use crate::{
        allotment::tests::{NOW, allotment},
        exchange::Book,
        partner::{Mode, tests::partner},
        terms::{BillingMode, PointsPrice, Terms},
    };

    fn fen(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn source() -> Source {
        let allotment = allotment();
        let concert = ConcertCopy {
            id: allotment.concert,
            organization: allotment.organization,
            state: ConcertState::Published,
            starts_at: NOW + SignedDuration::from_hours(24 * 7),
            ticket_quotas: Vec::new(),
            version: 1,
        };
        Source { allotment, concert }
    }

    fn wish(earns: WishedFor) -> Wish {
        Wish {
            id: Id::derive(&["grant"]),
            transaction: "till-7".parse().unwrap(),
            member: None,
            occurred_at: None,
            earns,
        }
    }

    fn tickets(quantity: u32) -> Wish {
        wish(WishedFor::Ticket {
            allotment: allotment().id,
            quantity: NonZeroU32::new(quantity).unwrap(),
        })
    }

    fn billing(partner: &Partner) -> Billing {
        let book = Book {
            partner: partner.id,
            sandbox: partner.is_sandbox(),
        };
        Billing::empty(book, partner.terms.currency)
    }

    fn decide(
        partner: &Partner,
        wish: Wish,
        source: Option<Source>,
    ) -> Result<Granted, RefusedGrant> {
        grant(partner, wish, source, &billing(partner), NOW)
    }

    #[test]
    fn tickets_come_out_of_the_allotment_at_its_price_until_the_concert_begins() {
        let granted = decide(&partner(), tickets(3), Some(source())).unwrap();
        assert_eq!(granted.allotment.unwrap().free(), 7);
        assert_eq!(granted.grant.amount, fen(3 * 9_900));
        assert_eq!(granted.billing.used, fen(3 * 9_900));
        assert_eq!(granted.grant.claim_by, source().concert.starts_at);
        let hours = SignedDuration::from_hours(72);
        assert_eq!(granted.grant.revocable_until, NOW + hours);
    }

    #[test]
    fn what_is_not_the_partners_or_not_now_is_not_granted() {
        let mut other = source();
        other.allotment.partner = Id::derive(&["other"]);
        let mut tried_out = source();
        tried_out.allotment.sandbox = true;
        let mut cancelled = source();
        cancelled.concert.state = ConcertState::Cancelled;
        let mut draft = source();
        draft.concert.state = ConcertState::Draft;
        let mut begun = source();
        begun.concert.starts_at = NOW;
        for (source, refusal) in [
            (Some(begun), RefusedGrant::Concert),
            (None, RefusedGrant::NoAllotment),
            (Some(other), RefusedGrant::NoAllotment),
            (Some(tried_out), RefusedGrant::NoAllotment),
            (Some(cancelled), RefusedGrant::Concert),
            (Some(draft), RefusedGrant::Concert),
        ] {
            assert_eq!(decide(&partner(), tickets(1), source), Err(refusal));
        }
        let free = 10;
        let refused = decide(&partner(), tickets(11), Some(source()));
        let exhausted = AllotmentError::Exhausted { free };
        assert_eq!(refused, Err(exhausted.into()));
        let early = Wish {
            occurred_at: Some(NOW + SignedDuration::from_mins(6)),
            ..tickets(1)
        };
        let refused = decide(&partner(), early, Some(source()));
        assert_eq!(refused, Err(RefusedGrant::Future));
    }

    #[test]
    fn a_partner_that_cannot_pay_grants_nothing() {
        let poor = Partner {
            terms: Terms {
                billing: BillingMode::Prepaid,
                ..Terms::default()
            },
            ..partner()
        };
        let refused = decide(&poor, tickets(1), Some(source()));
        assert_eq!(refused, Err(BillingError::Exhausted.into()));
    }

    #[test]
    fn a_sandbox_partner_is_granted_alike_and_marked() {
        let trying = Partner {
            mode: Mode::Sandbox,
            ..partner()
        };
        let mut source = source();
        source.allotment.sandbox = true;
        let granted = decide(&trying, tickets(1), Some(source)).unwrap();
        assert!(granted.grant.sandbox && granted.billing.book.sandbox);
    }

    #[test]
    fn points_are_priced_as_agreed() {
        let mut partner = partner();
        partner.terms.points_price = Some(PointsPrice {
            per_points: 100,
            price: fen(50),
        });
        let points = Points::new(300).unwrap();
        let granted = decide(&partner, wish(WishedFor::Points(points)), None).unwrap();
        assert_eq!(granted.grant.amount, fen(150));
        assert_eq!(granted.grant.earns, Earns::Points { points });
        assert_eq!(granted.billing.today.points, points);
        let days = SignedDuration::from_hours(30 * 24);
        assert_eq!(granted.grant.claim_by, NOW + days);
    }
}
