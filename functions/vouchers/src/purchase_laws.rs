//! What a purchase does, whatever the partner says and whenever: every aim with every word, and a
//! model of a partner with whom every sequence of calls ends well.

use jiff::SignedDuration;
use kernel::{Currency, Money, Timestamp};
use proptest::prelude::*;

use crate::{
    purchase::{Aim, Call, Next, Offer, Purchase, Reason, Word},
    reward::ValidDays,
};

const BEGUN: Timestamp = Timestamp::constant(1_780_000_000, 0);

fn fen(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

fn begun() -> Purchase {
    let valid = ValidDays::try_from(30).unwrap();
    Purchase::begun("breakfast".parse().unwrap(), valid, fen(1_500), BEGUN, 0)
}

fn voiding() -> Purchase {
    match begun().voiding(Reason::Refused, BEGUN) {
        Next::GoOn(purchase, Some(Call::Void)) => purchase,
        other => panic!("{other:?}"),
    }
}

fn after(minutes: i64) -> Timestamp {
    BEGUN + SignedDuration::from_mins(minutes)
}

fn offer(price: i64, expires_at: Option<Timestamp>) -> Word {
    Word::Issued(Offer {
        code: "CHN-1".parse().unwrap(),
        unit_price: fen(price),
        expires_at,
    })
}

/// What follows, in short: what is done, or the next call and after how many minutes.
#[derive(Debug, PartialEq)]
enum Short {
    Take,
    GiveUp,
    Now(Call),
    In(i64),
}

fn short(purchase: &Purchase, call: Option<Call>, word: Word, at: Timestamp) -> (Short, Aim) {
    match purchase.after(call, word, at, 0) {
        Next::Take(_) => (Short::Take, purchase.aim),
        Next::GiveUp => (Short::GiveUp, purchase.aim),
        Next::GoOn(next, Some(call)) => (Short::Now(call), next.aim),
        Next::GoOn(next, None) => {
            let wait = next.next_at.duration_since(at).as_mins();
            (Short::In(wait), next.aim)
        }
    }
}

#[test]
fn every_aim_with_every_word_leads_somewhere_known() {
    use Call::{Ask, Issue, Void};
    use Short::{GiveUp, In, Now, Take};
    let right = || offer(1_500, None);
    let late = 72 * 60;
    let other = Aim::Void(Reason::OtherTerms);
    let too_late = Aim::Void(Reason::TooLate);
    let refused = Aim::Void(Reason::Refused);
    for (purchase, call, word, minute, expected, aim) in [
        // The code is had, whoever tells it, also at the last moment.
        (begun(), Some(Issue), right(), 0, Take, Aim::Issue),
        (begun(), Some(Ask), right(), 1, Take, Aim::Issue),
        (begun(), None, right(), 0, Take, Aim::Issue),
        (begun(), Some(Ask), right(), late, Take, Aim::Issue),
        (
            begun(),
            None,
            offer(1_500, Some(after(1))),
            0,
            Take,
            Aim::Issue,
        ),
        // Other terms are not taken.
        (
            begun(),
            Some(Issue),
            offer(1_501, None),
            0,
            Now(Void),
            other,
        ),
        (begun(), Some(Ask), offer(1_499, None), 1, Now(Void), other),
        (begun(), None, offer(0, None), 1, Now(Void), other),
        (
            begun(),
            None,
            offer(1_500, Some(after(1))),
            1,
            Now(Void),
            other,
        ),
        // The partner's own word that there is none.
        (begun(), Some(Ask), Word::Void, 1, GiveUp, Aim::Issue),
        (begun(), Some(Issue), Word::Void, 0, GiveUp, Aim::Issue),
        (begun(), None, Word::Void, 0, GiveUp, Aim::Issue),
        // A refusal counts where something was ordered.
        (begun(), Some(Issue), Word::Refused, 0, Now(Void), refused),
        (begun(), Some(Ask), Word::Refused, 1, In(1), Aim::Issue),
        (begun(), None, Word::Refused, 1, In(1), Aim::Issue),
        // Silence is asked about.
        (begun(), Some(Issue), Word::Nothing, 0, In(1), Aim::Issue),
        (begun(), Some(Ask), Word::Nothing, 1, In(1), Aim::Issue),
        (begun(), None, Word::Nothing, 1, In(1), Aim::Issue),
        (begun(), Some(Ask), Word::Nothing, late, Now(Void), too_late),
        // What is unknown while the order may be under way is no answer; later it is one.
        (begun(), Some(Ask), Word::Unknown, 1, In(1), Aim::Issue),
        (begun(), Some(Ask), Word::Unknown, 2, Now(Issue), Aim::Issue),
        (begun(), Some(Issue), Word::Unknown, 2, In(1), Aim::Issue),
        (begun(), None, Word::Unknown, 2, In(1), Aim::Issue),
        (begun(), Some(Ask), Word::Unknown, late, Now(Void), too_late),
        // Whoever was told to void is only heard on that.
        (voiding(), Some(Void), Word::Void, 1, GiveUp, refused),
        (voiding(), Some(Issue), Word::Void, 1, GiveUp, refused),
        (voiding(), Some(Void), right(), 1, In(1), refused),
        (voiding(), Some(Issue), right(), 1, In(1), refused),
        (voiding(), Some(Void), Word::Unknown, 1, In(1), refused),
        (voiding(), Some(Void), Word::Refused, 1, In(1), refused),
        (voiding(), Some(Void), Word::Nothing, late, In(1), refused),
    ] {
        let told = short(&purchase, call, word.clone(), after(minute));
        assert_eq!(
            told,
            (expected, aim),
            "{call:?} {word:?} at minute {minute}"
        );
    }
}

#[test]
fn what_is_said_unasked_while_voiding_changes_nothing() {
    let purchase = voiding();
    let next = purchase.after(None, offer(1_500, None), after(7), 0);
    assert_eq!(next, Next::GoOn(purchase, None));
}

#[test]
fn the_waits_grow_to_an_hour_and_the_last_question_is_asked_in_time() {
    let mut purchase = begun();
    let mut at = BEGUN;
    let mut waits = Vec::new();
    let mut call = Call::Issue;
    loop {
        match purchase.after(Some(call), Word::Nothing, at, u8::MAX) {
            Next::GoOn(next, None) => {
                waits.push(next.next_at.duration_since(at).as_secs());
                at = next.next_at;
                purchase = next;
            }
            Next::GoOn(next, Some(Call::Void)) => {
                assert_eq!(next.aim, Aim::Void(Reason::TooLate));
                break;
            }
            other => panic!("{other:?}"),
        }
        call = purchase.due_call();
    }
    // A tenth is added, for this one as for none before it.
    assert_eq!(waits[..6], [66, 330, 990, 3_960, 3_960, 3_960]);
    assert_eq!(at, BEGUN + SignedDuration::from_hours(72));
}

#[test]
fn a_purchase_is_due_by_itself_if_nobody_calls_at_all() {
    assert_eq!(begun().next_at, after(1));
    assert_eq!(begun().due_call(), Call::Ask);
    assert_eq!(voiding().due_call(), Call::Void);
    assert_eq!(voiding().next_at, BEGUN);
}

/// A partner that keeps the contract, over a line that loses what it likes.
#[derive(Debug, Default)]
struct Partner {
    issued: bool,
    void: bool,
    told_to_issue: u32,
}

/// What happens to one call on its way.
#[derive(Clone, Copy, Debug)]
enum Line {
    Good,
    LostBefore,
    LostAfter,
    Refusing,
}

impl Partner {
    fn hear(&mut self, call: Call, line: Line) -> Word {
        match line {
            Line::LostBefore => return Word::Nothing,
            Line::Refusing => return Word::Refused,
            Line::Good | Line::LostAfter => {}
        }
        let word = match call {
            Call::Issue => {
                self.told_to_issue += 1;
                self.issued = !self.void;
                self.standing()
            }
            Call::Ask => self.standing(),
            Call::Void => {
                (self.issued, self.void) = (false, true);
                Word::Void
            }
        };
        match line {
            Line::LostAfter => Word::Nothing,
            _ => word,
        }
    }

    fn standing(&self) -> Word {
        match (self.issued, self.void) {
            (true, _) => offer(1_500, None),
            (false, true) => Word::Void,
            (false, false) => Word::Unknown,
        }
    }
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        Just(Line::Good),
        Just(Line::LostBefore),
        Just(Line::LostAfter),
        Just(Line::Refusing),
    ]
}

proptest! {
    #[test]
    fn with_a_partner_that_keeps_its_word_points_and_codes_never_both_end_up_with_one_side(
        lines in prop::collection::vec(line(), 0..60), spread in any::<u8>(),
    ) {
        let (mut purchase, mut partner, mut at) = (begun(), Partner::default(), BEGUN);
        let mut call = Call::Issue;
        // After all that goes wrong the line is good for ever.
        let mut lines = lines.into_iter().chain(std::iter::repeat(Line::Good));
        for _ in 0..200 {
            let line = lines.next().unwrap();
            let told_before = partner.told_to_issue;
            let word = partner.hear(call, line);
            prop_assert!(call != Call::Issue || told_before == 0 || !partner.issued
                || purchase.aim == Aim::Issue);
            match purchase.after(Some(call), word, at, spread) {
                Next::Take(_) => {
                    prop_assert!(partner.issued && !partner.void);
                    return Ok(());
                }
                Next::GiveUp => {
                    prop_assert!(partner.void && !partner.issued);
                    return Ok(());
                }
                Next::GoOn(next, Some(now)) => {
                    // Nothing is issued twice: who is told again did not know of it.
                    prop_assert!(now != Call::Issue || !partner.issued);
                    (purchase, call) = (next, now);
                }
                Next::GoOn(next, None) => {
                    prop_assert!(next.next_at > at);
                    at = next.next_at;
                    purchase = next;
                    call = purchase.due_call();
                }
            }
        }
        prop_assert!(false, "it never ends");
    }
}
