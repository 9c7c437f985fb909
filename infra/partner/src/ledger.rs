//! What the chain owes and is owed, in its own words.
//!
//! It is kept from what the chain did and from what it was told, in whatever order that came: facts
//! are only ever added, and a statement is read off them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kernel::{Id, Money, kind};
use serde::{Deserialize, Serialize};
use wallet::Month;

/// One line of a statement, as either side writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The name both sides know the exchange by.
    pub reference: String,
    /// Whether it was given or taken back.
    pub posting: Posting,
    /// Who gave.
    pub direction: Direction,
    /// What was given.
    pub item: Item,
    /// How many.
    pub quantity: u32,
    /// What they are worth together.
    pub amount: Money,
}

/// Whether something was given or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posting {
    /// It was given.
    Charge,
    /// What was given has been taken back.
    Reversal,
}

/// Who gave something to whose guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The chain gave a voucher for a member's points: the platform owes.
    Outbound,
    /// The platform gave points or tickets for a purchase at the chain: the chain owes.
    Inbound,
}

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Vouchers of the chain.
    Voucher,
    /// Tickets for a concert.
    Ticket,
    /// Listening points.
    Points,
}

/// What one contract's account is read off.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    vouchers: BTreeMap<(Id<kind::Partner>, String), Voucher>,
    grants: BTreeMap<(Id<kind::Partner>, Id<kind::PartnerGrant>), Grant>,
}

#[derive(Debug, Default)]
struct Voucher {
    /// For what it was given, and when.
    given: Option<(Money, Timestamp)>,
    taken_back_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Grant {
    asked: Option<GrantAsked>,
    claimed_at: Option<Timestamp>,
    issued_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

/// A purchase at the chain for which the platform gives something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GrantAsked {
    /// The chain's own transaction.
    pub(crate) transaction: String,
    pub(crate) item: Item,
    pub(crate) quantity: u32,
    pub(crate) amount: Money,
}

impl Ledger {
    /// A voucher was given to one of the platform's members. Told again it changes nothing.
    pub(crate) fn voucher_given(
        &mut self,
        partner: Id<kind::Partner>,
        reference: &str,
        price: Money,
        at: Timestamp,
    ) {
        let voucher = self.voucher(partner, reference);
        voucher.given.get_or_insert((price, at));
    }

    /// A voucher never was: nobody owes anything for it.
    pub(crate) fn voucher_voided(&mut self, partner: Id<kind::Partner>, reference: &str) {
        self.vouchers.remove(&(partner, reference.to_owned()));
    }

    /// A voucher that was given has been taken back.
    pub(crate) fn voucher_taken_back(
        &mut self,
        partner: Id<kind::Partner>,
        reference: &str,
        at: Timestamp,
    ) {
        let voucher = self.voucher(partner, reference);
        voucher.taken_back_at.get_or_insert(at);
    }

    /// The platform has taken up a purchase.
    pub(crate) fn granted(
        &mut self,
        partner: Id<kind::Partner>,
        grant: Id<kind::PartnerGrant>,
        asked: GrantAsked,
    ) {
        self.grant(partner, grant).asked.get_or_insert(asked);
    }

    /// The chain's guest has claimed what the purchase earned: points are his with that.
    pub(crate) fn grant_claimed(
        &mut self,
        partner: Id<kind::Partner>,
        grant: Id<kind::PartnerGrant>,
        at: Timestamp,
    ) {
        self.grant(partner, grant).claimed_at.get_or_insert(at);
    }

    /// The chain's guest has the tickets that the purchase earned.
    pub(crate) fn grant_issued(
        &mut self,
        partner: Id<kind::Partner>,
        grant: Id<kind::PartnerGrant>,
        at: Timestamp,
    ) {
        self.grant(partner, grant).issued_at.get_or_insert(at);
    }

    /// The grant is revoked, expired or void.
    pub(crate) fn grant_ended(
        &mut self,
        partner: Id<kind::Partner>,
        grant: Id<kind::PartnerGrant>,
        at: Timestamp,
    ) {
        self.grant(partner, grant).ended_at.get_or_insert(at);
    }

    /// Every line of a month of UTC, by reference, charges first.
    pub(crate) fn statement(&self, partner: Id<kind::Partner>, month: Month) -> Vec<Line> {
        let vouchers = self.vouchers.iter().filter(|((of, _), _)| *of == partner);
        let grants = self.grants.iter().filter(|((of, _), _)| *of == partner);
        let lines = vouchers
            .flat_map(|((_, reference), voucher)| voucher.lines(reference))
            .chain(grants.flat_map(|(_, grant)| grant.lines()));
        let mut lines: Vec<Line> = lines
            .filter(|(at, _)| Month::of(*at) == month)
            .map(|(_, line)| line)
            .collect();
        sort(&mut lines);
        lines
    }

    fn voucher(&mut self, partner: Id<kind::Partner>, reference: &str) -> &mut Voucher {
        let key = (partner, reference.to_owned());
        self.vouchers.entry(key).or_default()
    }

    fn grant(&mut self, partner: Id<kind::Partner>, grant: Id<kind::PartnerGrant>) -> &mut Grant {
        self.grants.entry((partner, grant)).or_default()
    }
}

impl Voucher {
    fn lines(&self, reference: &str) -> Vec<(Timestamp, Line)> {
        let Some((price, given_at)) = self.given else {
            return Vec::new();
        };
        let charge = Line {
            reference: reference.to_owned(),
            posting: Posting::Charge,
            direction: Direction::Outbound,
            item: Item::Voucher,
            quantity: 1,
            amount: price,
        };
        charge_and_reversal(charge, given_at, self.taken_back_at)
    }
}

impl Grant {
    fn lines(&self) -> Vec<(Timestamp, Line)> {
        let Some(asked) = &self.asked else {
            return Vec::new();
        };
        let given_at = match asked.item {
            Item::Points => self.claimed_at,
            Item::Ticket | Item::Voucher => self.issued_at,
        };
        let Some(given_at) = given_at else {
            return Vec::new();
        };
        let charge = Line {
            reference: asked.transaction.clone(),
            posting: Posting::Charge,
            direction: Direction::Inbound,
            item: asked.item,
            quantity: asked.quantity,
            amount: asked.amount,
        };
        charge_and_reversal(charge, given_at, self.ended_at)
    }
}

fn charge_and_reversal(
    charge: Line,
    given_at: Timestamp,
    taken_back_at: Option<Timestamp>,
) -> Vec<(Timestamp, Line)> {
    let reversal = taken_back_at.map(|at| {
        let posting = Posting::Reversal;
        (
            at,
            Line {
                posting,
                ..charge.clone()
            },
        )
    });
    [(given_at, charge)].into_iter().chain(reversal).collect()
}

/// Puts lines into the one order in which two statements can be laid side by side.
pub fn sort(lines: &mut [Line]) {
    lines.sort_by(|left, right| {
        (&left.reference, left.posting).cmp(&(&right.reference, right.posting))
    });
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn fen(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn chain() -> Id<kind::Partner> {
        Id::derive(&["chain"])
    }

    fn june(day: i8) -> Timestamp {
        format!("2026-06-{day:02}T12:00:00Z").parse().unwrap()
    }

    fn asked() -> GrantAsked {
        GrantAsked {
            transaction: "till-7".to_owned(),
            item: Item::Ticket,
            quantity: 2,
            amount: fen(30_000),
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Fact {
        Given,
        TakenBack,
        Granted,
        GrantClaimed,
        GrantIssued,
        GrantEnded,
    }

    fn tell(ledger: &mut Ledger, fact: Fact) {
        let grant = Id::derive(&["grant"]);
        match fact {
            Fact::Given => ledger.voucher_given(chain(), "vch_1", fen(500), june(1)),
            Fact::TakenBack => ledger.voucher_taken_back(chain(), "vch_1", june(2)),
            Fact::Granted => ledger.granted(chain(), grant, asked()),
            Fact::GrantClaimed => ledger.grant_claimed(chain(), grant, june(3)),
            Fact::GrantIssued => ledger.grant_issued(chain(), grant, june(3)),
            Fact::GrantEnded => ledger.grant_ended(chain(), grant, june(4)),
        }
    }

    const ALL: [Fact; 6] = [
        Fact::Given,
        Fact::TakenBack,
        Fact::Granted,
        Fact::GrantClaimed,
        Fact::GrantIssued,
        Fact::GrantEnded,
    ];

    #[test]
    fn what_was_given_and_taken_back_are_two_lines_of_their_months() {
        let mut ledger = Ledger::default();
        for fact in ALL {
            tell(&mut ledger, fact);
        }
        let lines = ledger.statement(chain(), "2026-06".parse().unwrap());
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.reference.as_str(), line.posting, line.amount.minor()))
            .collect();
        assert_eq!(
            seen,
            [
                ("till-7", Posting::Charge, 30_000),
                ("till-7", Posting::Reversal, 30_000),
                ("vch_1", Posting::Charge, 500),
                ("vch_1", Posting::Reversal, 500),
            ]
        );
        assert_eq!(ledger.statement(chain(), "2026-07".parse().unwrap()), []);
        let other = Id::derive(&["another"]);
        assert_eq!(ledger.statement(other, "2026-06".parse().unwrap()), []);
    }

    #[test]
    fn what_ended_before_it_was_given_is_owed_by_nobody() {
        let mut ledger = Ledger::default();
        for fact in [
            Fact::Granted,
            Fact::GrantClaimed,
            Fact::GrantEnded,
            Fact::TakenBack,
        ] {
            tell(&mut ledger, fact);
        }
        ledger.voucher_given(chain(), "vch_2", fen(500), june(1));
        ledger.voucher_voided(chain(), "vch_2");
        assert_eq!(ledger.statement(chain(), "2026-06".parse().unwrap()), []);
    }

    proptest! {
        #[test]
        fn facts_may_come_in_any_order_and_repeatedly(
            order in Just(ALL.repeat(2)).prop_shuffle(),
        ) {
            let (mut sorted, mut shuffled) = (Ledger::default(), Ledger::default());
            for fact in ALL {
                tell(&mut sorted, fact);
            }
            for fact in order {
                tell(&mut shuffled, fact);
            }
            let month: Month = "2026-06".parse().unwrap();
            prop_assert_eq!(
                sorted.statement(chain(), month),
                shuffled.statement(chain(), month)
            );
        }
    }
}
