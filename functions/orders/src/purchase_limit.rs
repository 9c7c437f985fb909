//! How many tickets of a quota one account may buy: the rules, pure.
//!
//! Invariant: what an account has of a limited ticket quota is the sum of what its orders count, and
//! changes by the difference in the transaction in which one of its orders changes. So nothing is
//! counted that is neither bought nor being bought, and nothing is given back twice.
//!
//! The limit is frozen on the line like everything that was agreed: what was ordered while there was
//! none is not counted, though there be one later.

use std::{collections::BTreeMap, num::NonZeroU32};

use kernel::{Id, kind};

use crate::{
    order::{Line, Order, OrderState, Tickets},
    refund::Cause,
};

/// By how much what an account has of a limited ticket quota becomes more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recount {
    pub(crate) buyer: Id<kind::Account>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    /// How many one account may have.
    pub(crate) limit: NonZeroU32,
    /// Tickets; never 0.
    pub(crate) change: i64,
}

/// More tickets than one account may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "one account may buy {limit} tickets of {ticket_quota}: {bought} are bought or being bought, {wanted} more are wanted"
)]
pub(crate) struct OverLimit {
    /// Of which quota.
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    /// How many one account may have.
    pub(crate) limit: NonZeroU32,
    /// How many it has.
    pub(crate) bought: i64,
    /// How many it wants besides.
    pub(crate) wanted: i64,
}

/// What is to be counted anew when orders of one buyer change from `before`, which is nothing for
/// new ones, to `after`: each quota once, since a transaction may change a row once.
pub(crate) fn recounts(before: &[Order], after: &[Order]) -> Vec<Recount> {
    let mut recounts: BTreeMap<Id<kind::TicketQuota>, Recount> = BTreeMap::new();
    let before = before.iter().map(|order| (-1, order));
    for (sign, order) in before.chain(after.iter().map(|order| (1, order))) {
        for line in &order.lines {
            let Some((tickets, limit)) = limited(line) else {
                continue;
            };
            let recount = recounts.entry(tickets.ticket_quota).or_insert(Recount {
                buyer: order.buyer,
                ticket_quota: tickets.ticket_quota,
                limit,
                change: 0,
            });
            // Two offers may have heard of the quota at different times.
            recount.limit = recount.limit.min(limit);
            recount.change += sign * counted(order, line, tickets);
        }
    }
    let changed = recounts.into_values().filter(|recount| recount.change != 0);
    changed.collect()
}

impl Recount {
    /// Whether an account that has so many may have what it then has. Giving back is always allowed,
    /// though the limit be lower by now.
    pub(crate) fn check(&self, bought: i64) -> Result<(), OverLimit> {
        if self.change > 0 && bought > self.room() {
            return Err(OverLimit {
                ticket_quota: self.ticket_quota,
                limit: self.limit,
                bought,
                wanted: self.change,
            });
        }
        Ok(())
    }

    /// How many the account may have before, at most; less than none if this alone is too much.
    pub(crate) fn room(&self) -> i64 {
        i64::from(self.limit.get()) - self.change
    }
}

/// The tickets that a line sells, if an account may have only so many.
fn limited(line: &Line) -> Option<(&Tickets, NonZeroU32)> {
    let tickets = line.tickets.as_ref()?;
    Some((tickets, tickets.per_buyer_limit?))
}

/// How many tickets of a line count: those that can still be paid for, and those that were and are
/// not given up.
fn counted(order: &Order, line: &Line, tickets: &Tickets) -> i64 {
    if order.state != OrderState::AwaitingPayment && !order.state.is_paid() {
        return 0;
    }
    let units = line.quantity.saturating_sub(given_up(order, line.id));
    i64::from(units) * i64::from(tickets.per_unit)
}

/// Of how many units of a line the tickets are worthless, or were never issued and never will be.
fn given_up(order: &Order, line: Id<kind::OrderLine>) -> u32 {
    let refunds = order.refunds.iter().filter(|refund| refund.counts());
    let lines = refunds.flat_map(|refund| refund.lines.iter().map(|line| (refund.cause, line)));
    lines
        .filter(|(_, refunded)| refunded.line == line)
        .map(|(cause, refunded)| match cause {
            // Units of tickets go back on request only once they were recalled.
            Cause::Request(_) | Cause::TicketsVoided | Cause::PaidTooLate => refunded.quantity,
            // A ruling leaves tickets that were issued with whoever has them.
            Cause::Ruling(_) => refunded.withdrawn,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::{
        example::{NOW, line_of, order},
        order::Fulfilment,
    };

    /// The change of the one limited quota of the example.
    fn change(before: &[Order], after: &[Order]) -> i64 {
        match recounts(before, after).as_slice() {
            [] => 0,
            [recount] => recount.change,
            more => panic!("{more:?}"),
        }
    }

    #[test]
    fn a_new_order_counts_its_tickets_and_ending_it_unpaid_gives_them_back() {
        let placed = order(OrderState::AwaitingPayment);
        assert_eq!(change(&[], from_ref(&placed)), 2);
        let ended = [
            placed.clone().expired(NOW).unwrap(),
            placed.clone().cancelled(NOW).unwrap(),
        ];
        for ended in &ended {
            assert_eq!(change(from_ref(&placed), from_ref(ended)), -2);
        }
        let paid = placed.clone().paid(NOW).unwrap();
        assert_eq!(change(from_ref(&placed), from_ref(&paid)), 0);
        let [expired, _] = ended;
        let late = expired.clone().paid(NOW).unwrap();
        assert_eq!(change(from_ref(&expired), from_ref(&late)), 2);
    }

    #[test]
    fn orders_of_one_quota_count_together_under_the_lower_limit() {
        let one = order(OrderState::AwaitingPayment);
        let mut other = one.clone();
        let tickets = other
            .lines
            .iter_mut()
            .find_map(|line| line.tickets.as_mut());
        tickets.unwrap().per_buyer_limit = NonZeroU32::new(3);
        let recounts = recounts(&[], &[one, other]);
        assert_eq!((recounts.len(), recounts[0].change), (1, 4));
        assert_eq!(recounts[0].limit.get(), 3);
        assert!(recounts[0].check(0).is_err());
    }

    #[test]
    fn tickets_without_a_limit_are_not_counted() {
        let mut order = order(OrderState::AwaitingPayment);
        let line = line_of(&order, Fulfilment::Ticket).id;
        for of_order in &mut order.lines {
            if let (true, Some(tickets)) = (of_order.id == line, &mut of_order.tickets) {
                tickets.per_buyer_limit = None;
            }
        }
        assert_eq!(recounts(&[], from_ref(&order)), []);
    }

    #[test]
    fn an_account_may_have_as_many_as_the_limit_and_always_give_back() {
        let recount = |change| Recount {
            buyer: Id::derive(&["a buyer"]),
            ticket_quota: Id::derive(&["a ticket quota"]),
            limit: NonZeroU32::new(4).unwrap(),
            change,
        };
        for (bought, change, is_allowed) in [
            (0, 4, true),
            (3, 1, true),
            (4, 1, false),
            (0, 5, false),
            (9, -1, true),
        ] {
            let allowed = recount(change).check(bought).is_ok();
            assert_eq!(allowed, is_allowed, "{bought} and {change}");
        }
    }
}
