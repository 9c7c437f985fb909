//! What must hold of grants: every move in every state, and any sequence of news.

use std::num::NonZeroU32;

use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Points, Timestamp, kind};
use proptest::prelude::*;

use crate::{
    exchange::{Posting, UnitPrice},
    grant::{Earns, Grant, Move, State},
    grant_effects::{Effects, PointsMove, effects},
    reward::PartnerName,
};

const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);
const STATES: [State; 8] = [
    State::Granted,
    State::Claimed,
    State::TicketIssued,
    State::Attended,
    State::Expired,
    State::Revoking,
    State::Revoked,
    State::Voided,
];

fn member(name: &str) -> Id<kind::Account> {
    Id::derive(&[name])
}

fn tickets() -> Vec<Id<kind::Ticket>> {
    vec![Id::derive(&["ticket"])]
}

fn moves() -> Vec<Move> {
    vec![
        Move::Claim(member("owner")),
        Move::Claim(member("other")),
        Move::Expire,
        Move::Revoke,
        Move::Cancel,
        Move::Issued(tickets()),
        Move::IssueRefused,
        Move::Recalled,
        Move::RecallRefused,
        Move::TicketsVoided,
        Move::CheckedIn,
    ]
}

fn granted(earns: Earns, sandbox: bool) -> Grant {
    let price = Money::new(9_900, Currency::CNY).unwrap();
    Grant {
        id: Id::derive(&["grant"]),
        partner: PartnerName {
            id: Id::derive(&["partner"]),
            name: "A chain".parse().unwrap(),
        },
        transaction: "till-7".parse().unwrap(),
        member: None,
        earns,
        price: UnitPrice::each(price),
        amount: price,
        state: State::Granted,
        granted_at: NOW,
        occurred_at: None,
        claim_by: NOW + SignedDuration::from_hours(48),
        revocable_until: NOW + SignedDuration::from_hours(72),
        claimed: None,
        tickets: Vec::new(),
        is_charged: false,
        sandbox,
        version: 1,
        updated_at: NOW,
    }
}

fn ticket() -> Earns {
    Earns::Ticket {
        allotment: Id::derive(&["allotment"]),
        concert: Id::derive(&["concert"]),
        ticket_quota: Id::derive(&["quota"]),
        quantity: NonZeroU32::MIN,
    }
}

fn points() -> Earns {
    Earns::Points {
        points: Points::new(50).unwrap(),
    }
}

/// The grant after moves that all go well.
fn after(grant: Grant, moves: &[Move]) -> Grant {
    moves.iter().fold(grant, |grant, what| {
        let moved = grant.after(what, NOW);
        moved.unwrap().unwrap()
    })
}

/// A grant of the owner's that came to `state` as most do.
fn in_state(state: State, earns: Earns, sandbox: bool) -> Option<Grant> {
    let claim = Move::Claim(member("owner"));
    let new = granted(earns, sandbox);
    let late = new.claim_by;
    if state == State::Expired {
        return new.after(&Move::Expire, late).unwrap();
    }
    let is_ticket = matches!(earns, Earns::Ticket { .. });
    let path = match state {
        State::Granted | State::Expired => vec![],
        State::Claimed if is_ticket && sandbox => return None,
        State::Claimed => vec![claim],
        State::Revoked => vec![Move::Revoke],
        _ if !is_ticket => return None,
        State::TicketIssued if sandbox => vec![claim],
        State::TicketIssued => vec![claim, Move::Issued(tickets())],
        State::Attended if sandbox => vec![claim, Move::CheckedIn],
        State::Attended => vec![claim, Move::Issued(tickets()), Move::CheckedIn],
        State::Revoking if sandbox => return None,
        State::Revoking => vec![claim, Move::Issued(tickets()), Move::Revoke],
        State::Voided => vec![Move::Cancel],
    };
    let grant = after(new, &path);
    assert_eq!(grant.state, state);
    Some(grant)
}

/// What every move comes to in every state: the next state, `same`, or why not.
fn table(earns: Earns, sandbox: bool, now: Timestamp) -> Vec<String> {
    let told = |grant: &Grant, what: &Move| match grant.after(what, now) {
        Ok(Some(next)) => format!("{:?}", next.state),
        Ok(None) => "same".to_owned(),
        Err(error) => format!("!{error:?}"),
    };
    let row = |grant: Grant| {
        let told: Vec<_> = moves().iter().map(|what| told(&grant, what)).collect();
        format!("{:?}: {}", grant.state, told.join(" "))
    };
    let grants = STATES.map(|state| in_state(state, earns, sandbox));
    grants.into_iter().flatten().map(row).collect()
}

#[test]
fn each_move_of_a_grant_of_tickets_is_allowed_or_refused_by_name() {
    // By owner, by another, expire, revoke, cancel | issued, refused, recalled, kept, voided, came.
    assert_eq!(
        table(ticket(), false, NOW),
        [
            "Granted: Claimed Claimed !NotYet Revoked Voided \
         !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets",
            "Claimed: same !ClaimedByAnother same Revoking same \
         TicketIssued Voided Revoked same Voided Attended",
            "TicketIssued: same !ClaimedByAnother same Revoking same \
         same same Revoked same Voided Attended",
            "Attended: same !ClaimedByAnother same !Attended same \
         same same same same same same",
            "Expired: !Expired !Expired same !Expired same \
         !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets",
            "Revoking: same !ClaimedByAnother same !Revoking same \
         same Revoked Revoked TicketIssued Revoked Attended",
            "Revoked: !Revoked !Revoked same !Revoked same \
         !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets",
            "Voided: !Voided !Voided same !Voided same \
         !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets",
        ]
    );
}

#[test]
fn each_move_of_a_grant_of_points_is_allowed_or_refused_by_name() {
    let no_news = "!NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets !NoTickets";
    let expected = [
        "Granted: Claimed Claimed !NotYet Revoked",
        "Claimed: same !ClaimedByAnother same Revoked",
        "Expired: !Expired !Expired same !Expired",
        "Revoked: !Revoked !Revoked same !Revoked",
    ];
    let expected = expected.map(|row| format!("{row} {no_news}"));
    assert_eq!(table(points(), false, NOW), expected);
}

#[test]
fn what_is_tried_out_needs_nobody_to_issue_or_to_recall() {
    let rows = table(ticket(), true, NOW);
    let claimed: Vec<_> = rows
        .iter()
        .map(|row| row.split(' ').take(5).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        claimed,
        [
            "Granted: TicketIssued TicketIssued !NotYet Revoked",
            "TicketIssued: same !ClaimedByAnother same Revoked",
            "Attended: same !ClaimedByAnother same !Attended",
            "Expired: !Expired !Expired same !Expired",
            "Revoked: !Revoked !Revoked same !Revoked",
            "Voided: !Voided !Voided same !Voided",
        ]
    );
}

#[test]
fn past_its_times_a_grant_is_neither_claimed_nor_taken_back() {
    let grant = granted(ticket(), false);
    let owner = Move::Claim(member("owner"));
    let just_before = grant.claim_by - SignedDuration::from_nanos(1);
    assert!(grant.after(&owner, just_before).is_ok());
    assert!(grant.after(&owner, grant.claim_by).is_err());
    let just_before = grant.revocable_until - SignedDuration::from_nanos(1);
    for grant in [grant.clone(), after(grant, &[owner])] {
        assert!(grant.after(&Move::Revoke, just_before).is_ok());
        assert!(grant.after(&Move::Revoke, grant.revocable_until).is_err());
    }
}

#[test]
fn who_comes_before_the_news_of_the_tickets_is_charged_once() {
    let claimed = after(granted(ticket(), false), &[Move::Claim(member("owner"))]);
    let attended = after(claimed.clone(), &[Move::CheckedIn]);
    let charged = effects(&claimed, &attended);
    assert_eq!(charged.exchanges.len(), 1);
    let late = after(attended.clone(), &[Move::Issued(tickets())]);
    assert_eq!(
        (late.state, late.tickets.as_slice()),
        (State::Attended, &tickets()[..])
    );
    assert_eq!(effects(&attended, &late), Effects::default());
}

#[test]
fn a_refused_revocation_leads_back_to_where_the_grant_was() {
    let claimed = after(granted(ticket(), false), &[Move::Claim(member("owner"))]);
    let issued = after(claimed.clone(), &[Move::Issued(tickets())]);
    for before in [claimed, issued] {
        let back = after(before.clone(), &[Move::Revoke, Move::RecallRefused]);
        assert_eq!((back.state, &back.tickets), (before.state, &before.tickets));
        assert_eq!(effects(&before, &back), Effects::default());
    }
}

#[test]
fn news_that_comes_after_the_end_changes_nothing() {
    let claimed = after(granted(ticket(), false), &[Move::Claim(member("owner"))]);
    for end in [Move::Recalled, Move::IssueRefused, Move::TicketsVoided] {
        let ended = after(claimed.clone(), &[end]);
        assert!(ended.state.is_unused() && !ended.is_charged);
        // From the news of the tickets on.
        for news in moves().split_off(5) {
            assert_eq!(
                ended.after(&news, NOW),
                Ok(None),
                "{news:?} after {:?}",
                ended.state
            );
        }
    }
}

#[test]
fn tickets_that_are_issued_while_they_are_asked_back_are_charged_and_credited() {
    let asked = [Move::Claim(member("owner")), Move::Revoke];
    let revoking = after(granted(ticket(), false), &asked);
    let issued = after(revoking.clone(), &[Move::Issued(tickets())]);
    assert_eq!((issued.state, issued.is_charged), (State::Revoking, true));
    let revoked = after(issued.clone(), &[Move::Recalled]);
    let postings: Vec<_> = [(&revoking, &issued), (&issued, &revoked)]
        .into_iter()
        .flat_map(|(old, new)| effects(old, new).exchanges)
        .map(|exchange| exchange.posting)
        .collect();
    assert_eq!(postings, [Posting::Charge, Posting::Reversal]);
}

/// What a whole life of a grant has come to.
#[derive(Debug, Default)]
struct Books {
    charges: u32,
    reversals: u32,
    released_units: u32,
    releases: u32,
    points: i64,
}

impl Books {
    fn enter(&mut self, effects: &Effects) {
        for exchange in &effects.exchanges {
            match exchange.posting {
                Posting::Charge => self.charges += 1,
                Posting::Reversal => self.reversals += 1,
            }
        }
        self.released_units += effects.units.map_or(0, |units| units.quantity.get());
        self.releases += u32::from(effects.releases);
        self.points += match effects.points {
            Some(PointsMove::Credit(_, points)) => points.get(),
            Some(PointsMove::ClawBack(_, points)) => -points.get(),
            None => 0,
        };
    }
}

proptest! {
    /// Whatever comes, in whatever order and however often: charged at most once, reversed only what
    /// was charged, released once and only what is unused; and who came stays in.
    #[test]
    fn any_life_of_a_grant_gives_and_owes_once(
        is_ticket: bool,
        sandbox: bool,
        steps in prop::collection::vec((prop::sample::select(moves()), 0..30_i64), 0..40),
    ) {
        let mut grant = granted(if is_ticket { ticket() } else { points() }, sandbox);
        let (mut now, mut books) = (NOW, Books::default());
        for (what, hours) in steps {
            now += SignedDuration::from_hours(hours / 8);
            let Ok(Some(next)) = grant.after(&what, now) else {
                continue;
            };
            prop_assert_eq!(next.version, grant.version + 1);
            prop_assert!(grant.state != State::Attended || next.state == State::Attended);
            prop_assert!(!grant.state.is_unused(), "{:?} after {:?}", next.state, grant.state);
            prop_assert!(grant.claimed.is_none() || next.claimed == grant.claimed);
            books.enter(&effects(&grant, &next));
            grant = next;
        }
        let unused = u32::from(grant.state.is_unused());
        prop_assert_eq!(books.charges, u32::from(grant.is_charged));
        prop_assert_eq!(books.reversals, books.charges * unused);
        prop_assert_eq!(books.releases, unused);
        prop_assert_eq!(books.released_units, if is_ticket { unused } else { 0 });
        let gives_points = !is_ticket && !sandbox && grant.state == State::Claimed;
        prop_assert_eq!(books.points, if gives_points { 50 } else { 0 });
        // Everything that was given is owed for.
        let is_given = matches!(grant.state, State::TicketIssued | State::Attended);
        prop_assert!(!is_given || grant.is_charged);
    }
}
