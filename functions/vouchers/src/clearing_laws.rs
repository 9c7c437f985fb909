//! The laws of the clearing, tried on whatever can be entered at whatever time.

use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Timestamp};
use proptest::prelude::*;
use wallet::Month;

use crate::{
    clearing::{Entry, Head, Line, Sums, Tally, post},
    exchange::{Book, Direction, Exchange, Item, Posting, Subject, UnitPrice},
    settlement::{PaidAmount, Settlement, Way},
};

fn fen(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

fn book() -> Book {
    Book {
        partner: Id::derive(&["partner"]),
        sandbox: false,
    }
}

fn beginning() -> Timestamp {
    "2026-05-30T00:00:00Z".parse().unwrap()
}

fn entry() -> impl Strategy<Value = Entry> {
    let exchange = (
        any::<u64>(),
        prop::sample::select(vec![Direction::Inbound, Direction::Outbound]),
        prop::sample::select(vec![Item::Voucher, Item::Ticket, Item::Points]),
        prop::sample::select(vec![Posting::Charge, Posting::Reversal]),
        1u32..10,
        0i64..1_000,
    );
    let settlement = (
        any::<u64>(),
        prop::sample::select(vec![Way::Received, Way::Paid]),
        1i64..10_000,
    );
    prop_oneof![
        4 => exchange.prop_map(|(name, direction, item, posting, quantity, price)| {
            let subject = Subject::Grant(Id::derive(&[&name.to_string()]));
            let price = UnitPrice::each(fen(price));
            Entry::Exchange(Exchange {
                id: Exchange::id_of(subject, posting),
                partner: book().partner,
                direction,
                item,
                posting,
                quantity,
                price,
                amount: price.amount(quantity).unwrap(),
                reference: name.to_string().parse().unwrap(),
                subject,
                sandbox: false,
                occurred_at: beginning(),
            })
        }),
        1 => settlement.prop_map(|(name, way, amount)| {
            let reference = name.to_string().parse().unwrap();
            Entry::Settlement(Settlement {
                id: Settlement::id_of(book(), way, &reference),
                book: book(),
                way,
                amount: PaidAmount::try_from(fen(amount)).unwrap(),
                reference,
                entered_by: Id::derive(&["operator"]),
                occurred_at: beginning(),
            })
        }),
    ]
}

/// What an account comes to after postings of some entries each, hours after the last: below zero
/// where the next one's clock is behind.
fn run(postings: Vec<(i64, Vec<Entry>)>) -> (Head, Vec<Line>, Vec<Sums>, Money) {
    let (mut head, mut lines) = (Head::empty(book(), Currency::CNY), Vec::new());
    let (mut months, mut now): (Vec<Sums>, _) = (Vec::new(), beginning());
    let mut earned = fen(0);
    for (hours, entries) in postings {
        now += SignedDuration::from_hours(hours);
        let posted_at = head.next_posting(now);
        let month = Month::of(posted_at);
        let sums = match months.last() {
            Some(sums) if sums.month == month => months.pop().unwrap(),
            _ => Sums::empty(month, head.balance, head.sequence),
        };
        let posted = post(head, sums, entries, posted_at).unwrap();
        head = posted.head;
        lines.extend(posted.lines);
        months.push(posted.sums);
        earned = earned.checked_add(posted.earned).unwrap();
    }
    (head, lines, months, earned)
}

/// By how much the partner owes more, reckoned apart from the code under test.
fn effect(entry: &Entry) -> i64 {
    match entry {
        Entry::Exchange(exchange) => {
            let amount = exchange.amount.minor();
            let sign = match exchange.direction {
                Direction::Inbound => 1,
                Direction::Outbound => -1,
            };
            match exchange.posting {
                Posting::Charge => sign * amount,
                Posting::Reversal => -sign * amount,
            }
        }
        Entry::Settlement(settlement) => {
            let amount = settlement.amount.money().minor();
            match settlement.way {
                Way::Received => -amount,
                Way::Paid => amount,
            }
        }
    }
}

fn tally(lines: &[&Line], counts: impl Fn(&Entry) -> Option<(u32, Money)>) -> Tally {
    let counted: Vec<_> = lines
        .iter()
        .filter_map(|line| counts(&line.entry))
        .collect();
    Tally {
        lines: counted.len() as u64,
        quantity: counted
            .iter()
            .map(|(quantity, _)| u64::from(*quantity))
            .sum(),
        amount: fen(counted.iter().map(|(_, amount)| amount.minor()).sum()),
    }
}

proptest! {
    #[test]
    fn what_is_entered_together_stands_in_one_order_however_it_arrived(
        entries in prop::collection::vec(entry(), 2..6),
    ) {
        let mut backwards = entries.clone();
        backwards.reverse();
        prop_assert_eq!(run(vec![(0, entries)]), run(vec![(0, backwards)]));
    }

    #[test]
    fn closing_is_opening_and_exchanges_less_settlements_line_by_line_and_month_by_month(
        postings in prop::collection::vec(
            (-50i64..500, prop::collection::vec(entry(), 1..6)),
            1..12,
        ),
    ) {
        let (head, lines, months, earned) = run(postings.clone());
        let entered: usize = postings.iter().map(|(_, entries)| entries.len()).sum();
        prop_assert_eq!(lines.len(), entered);

        let (mut balance, mut owed) = (0, 0);
        for (place, line) in lines.iter().enumerate() {
            prop_assert_eq!(line.sequence, place as u64 + 1);
            prop_assert_eq!(line.balance_change, fen(effect(&line.entry)));
            balance += effect(&line.entry);
            prop_assert_eq!(line.balance_after, fen(balance));
            if let Entry::Exchange(exchange) = &line.entry
                && exchange.direction == Direction::Outbound
            {
                owed -= effect(&line.entry);
            }
        }
        prop_assert!(lines.is_sorted_by_key(|line| line.posted_at));
        prop_assert_eq!((head.sequence, head.balance), (lines.len() as u64, fen(balance)));
        prop_assert_eq!(earned, fen(owed));

        let mut opening = fen(0);
        for sums in &months {
            let of_month: Vec<_> = lines
                .iter()
                .filter(|line| Month::of(line.posted_at) == sums.month)
                .collect();
            let (first, last) = (of_month.first().unwrap(), of_month.last().unwrap());
            prop_assert_eq!(sums.opening, opening);
            prop_assert_eq!(sums.closing, last.balance_after);
            prop_assert_eq!(sums.first_sequence..=sums.last_sequence, first.sequence..=last.sequence);
            let mut recounted = opening.minor();
            for sum in &sums.exchanges {
                for (posting, told) in [
                    (Posting::Charge, sum.charges),
                    (Posting::Reversal, sum.reversals),
                ] {
                    let counted = tally(&of_month, |entry| match entry {
                        Entry::Exchange(exchange)
                            if (exchange.direction, exchange.item, exchange.posting)
                                == (sum.direction, sum.item, posting) =>
                        {
                            Some((exchange.quantity, exchange.amount))
                        }
                        _ => None,
                    });
                    prop_assert_eq!(told, counted);
                }
                recounted += match sum.direction {
                    Direction::Inbound => sum.net().unwrap().minor(),
                    Direction::Outbound => -sum.net().unwrap().minor(),
                };
            }
            for (way, told) in [(Way::Received, sums.received), (Way::Paid, sums.paid)] {
                let counted = tally(&of_month, |entry| match entry {
                    Entry::Settlement(settlement) if settlement.way == way => {
                        Some((0, settlement.amount.money()))
                    }
                    _ => None,
                });
                prop_assert_eq!(told, counted);
            }
            recounted += sums.paid.amount.minor() - sums.received.amount.minor();
            prop_assert_eq!(sums.closing, fen(recounted));
            opening = sums.closing;
        }
    }
}
