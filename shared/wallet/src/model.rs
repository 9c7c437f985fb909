//! The wallet against a model that is too simple to be wrong: every minute an element of a set,
//! every point a thing of its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date};
use kernel::{Id, Points};
use platform::table::Item;
use proptest::prelude::*;

use crate::{
    EarnRule, HORIZON_DAYS, Play, Reason, Rules, Spent, Terms, Wallet, Zone, item::WalletItem,
};

pub(crate) const ZONES: [&str; 5] = [
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
];

/// One point: when it expires, and from when it can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    expires_at: Timestamp,
    active_from: Timestamp,
}

#[derive(Default)]
struct Model {
    zone: Zone,
    zone_version: u64,
    minutes: BTreeSet<i64>,
    days: BTreeMap<Date, (u32, i64)>,
    points: Vec<Point>,
    holds: BTreeMap<u8, (Timestamp, Vec<Point>)>,
    used_holds: BTreeSet<u8>,
    spent: i64,
    expired: i64,
    debt: i64,
}

/// What may happen to a wallet. Times are in seconds before now.
#[derive(Clone, Debug)]
enum Step {
    Mark(Vec<(i64, i64)>),
    Credit(i64),
    Spend(i64),
    Hold { id: u8, points: i64, lasts_s: i64 },
    Post { id: u8, points: i64 },
    Void(u8),
    ClawBack(i64),
    Adjust(i64),
    Restore(usize),
    SetZone { zone: &'static str, version: u64 },
    Wait { hours: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    let play = (-3_600..30 * 86_400_i64, 1..14_400_i64);
    let recent = (0..86_400_i64, 1..14_400_i64);
    let play = prop_oneof![1 => play, 2 => recent];
    let mark = prop::collection::vec(play, 1..8).prop_map(Step::Mark);
    let set_zone = (prop::sample::select(&ZONES[..]), 0..9_u64)
        .prop_map(|(zone, version)| Step::SetZone { zone, version });
    prop_oneof![
        6 => mark,
        2 => (0..300_i64).prop_map(Step::Credit),
        3 => (0..300_i64).prop_map(Step::Spend),
        2 => (0..6_u8, 0..150_i64, -60..5_000_000_i64)
            .prop_map(|(id, points, lasts_s)| Step::Hold { id, points, lasts_s }),
        2 => (0..6_u8, 0..150_i64).prop_map(|(id, points)| Step::Post { id, points }),
        1 => (0..6_u8).prop_map(Step::Void),
        1 => (0..200_i64).prop_map(Step::ClawBack),
        2 => (-200..200_i64).prop_map(Step::Adjust),
        1 => (0..5_usize).prop_map(Step::Restore),
        1 => set_zone,
        3 => prop_oneof![0..48_i64, 0..2_400_i64].prop_map(|hours| Step::Wait { hours }),
    ]
}

impl Model {
    fn settle(&mut self, now: Timestamp) {
        let ended: Vec<u8> = self.ids(|until| until <= now);
        for id in ended {
            let (until, points) = self.holds.remove(&id).unwrap();
            self.put_back(points, until);
        }
        self.repay(now);
        let before = self.points.len();
        self.points.retain(|point| point.expires_at > now);
        self.expired += (before - self.points.len()) as i64;
    }

    fn ids(&self, ended: impl Fn(Timestamp) -> bool) -> Vec<u8> {
        let holds = self.holds.iter().filter(|(_, (until, _))| ended(*until));
        let mut ids: Vec<u8> = holds.map(|(id, _)| *id).collect();
        ids.sort_by_key(|id| self.holds[id].0);
        ids
    }

    fn put_back(&mut self, points: Vec<Point>, at: Timestamp) {
        for point in points {
            if point.expires_at <= at {
                self.expired += 1;
            } else {
                self.points.push(point);
            }
        }
        self.repay(at);
    }

    fn repay(&mut self, now: Timestamp) {
        while self.debt > 0 && self.take(1, now).len() == 1 {
            self.debt -= 1;
        }
    }

    /// What can be spent now, without the debt.
    fn active(&self, now: Timestamp) -> i64 {
        let active = self.points.iter().filter(|point| point.active_from <= now);
        active.count() as i64
    }

    fn take(&mut self, count: i64, now: Timestamp) -> Vec<Point> {
        self.points.sort();
        let mut taken = Vec::new();
        self.points.retain(|point| {
            let take = (taken.len() as i64) < count && point.active_from <= now;
            if take {
                taken.push(Point {
                    active_from: Timestamp::MIN,
                    ..*point
                });
            }
            !take
        });
        taken
    }

    fn mark(&mut self, plays: &[Play], rules: &Rules, now: Timestamp) -> (u32, i64) {
        let floor = (now.as_second() / 86_400 - i64::from(HORIZON_DAYS)) * 1_440;
        let until = (now.as_second() + 300) / 60;
        let mut by_date = BTreeMap::new();
        for play in plays {
            for minute in play.start_s / 60..=(play.end_s - 1) / 60 {
                if (floor..=until).contains(&minute) && self.minutes.insert(minute) {
                    let at = Timestamp::from_second(minute * 60).unwrap();
                    *by_date.entry(self.zone.date_at(at)).or_insert(0) += 1;
                }
            }
        }
        let mut granted = 0;
        for (date, minutes) in &by_date {
            let rule = rules.on(*date);
            let day = self.days.entry(*date).or_insert((0, 0));
            day.0 += minutes;
            let new = rule.terms.points_for(day.0).get() - day.1;
            let new = new.max(0);
            day.1 += new;
            granted += new;
            let month = crate::Month::after(*date, rule.terms.lot_months());
            let active_date =
                (0..rule.terms.pending_days()).fold(*date, |d, _| d.tomorrow().unwrap());
            let active_from = active_date
                .to_zoned(jiff::tz::TimeZone::UTC)
                .unwrap()
                .timestamp();
            let point = Point {
                expires_at: month.ends_at(),
                active_from,
            };
            let waits = rule.terms.pending_days() > 0 && active_from > now;
            let point = if !waits {
                Point {
                    active_from: Timestamp::MIN,
                    ..point
                }
            } else {
                point
            };
            self.points.extend((0..new).map(|_| point));
        }
        self.repay(now);
        (by_date.values().sum(), granted)
    }

    fn credit(&mut self, count: i64, rules: &Rules, now: Timestamp) {
        let date = self.zone.date_at(now);
        let lot_months = rules.on(date).terms.lot_months();
        let point = Point {
            expires_at: crate::Month::after(date, lot_months).ends_at(),
            active_from: Timestamp::MIN,
        };
        self.points.extend((0..count).map(|_| point));
        self.repay(now);
    }
}

pub(crate) fn rules() -> Rules {
    let rule = |version, from: &str, terms| EarnRule {
        version,
        effective_from: from.parse().unwrap(),
        terms,
    };
    Rules::with(vec![
        rule(2, "2026-03-05", Terms::new(3, 40, 2, 1).unwrap()),
        rule(3, "2026-03-20", Terms::new(2, 600, 0, 2).unwrap()),
    ])
}

fn points(number: i64) -> Points {
    Points::new(number).unwrap()
}

fn reason() -> Reason {
    Reason::new("test").unwrap()
}

fn stored_and_loaded(wallet: &Wallet) -> Wallet {
    let item = Item::of(&WalletItem::of(wallet)).unwrap();
    WalletItem::parse(wallet.account(), item, "test").unwrap()
}

pub(crate) fn plays_before(now: Timestamp, plays: &[(i64, i64)]) -> Vec<Play> {
    let play = |(before_s, length_s): &(i64, i64)| Play {
        start_s: now.as_second() - before_s,
        end_s: now.as_second() - before_s + length_s,
    };
    plays.iter().map(play).collect()
}

proptest! {
    /// Around the weeks in which New York and Lord Howe change their clocks.
    #[test]
    fn any_life_of_a_wallet_is_that_of_its_model(steps in prop::collection::vec(any_step(), 1..50)) {
        let rules = rules();
        let mut now: Timestamp = "2026-03-01T10:20:30Z".parse().unwrap();
        let mut model = Model::default();
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let mut spendings: Vec<(Spent, Vec<Point>)> = Vec::new();
        let (mut issued, mut revoked, mut moved) = (0, 0, 0);
        for step in steps {
            let hold_id = |id: u8| Id::derive(&[&id.to_string()]);
            if !matches!(step, Step::Wait { .. }) {
                model.settle(now);
            }
            match step {
                Step::Mark(plays) => {
                    let plays = plays_before(now, &plays);
                    let accrued = wallet.mark(&plays, &rules, now);
                    let (minutes, points) = model.mark(&plays, &rules, now);
                    prop_assert_eq!((accrued.minutes, accrued.points.get()), (minutes, points));
                    issued += points;
                    let mut again = stored_and_loaded(&wallet);
                    again.mark(&plays, &rules, now);
                    prop_assert!(!again.is_changed());
                }
                Step::Credit(count) => {
                    wallet.credit(points(count), &rules, reason(), now).unwrap();
                    model.credit(count, &rules, now);
                    issued += count;
                }
                Step::Spend(count) => {
                    let available = model.active(now) - model.debt;
                    let spent = wallet.spend(points(count), reason(), now);
                    prop_assert_eq!(spent.is_ok(), count == 0 || count <= available);
                    if let Ok(spent) = spent {
                        let taken = model.take(count, now);
                        let ends = spent.parts.iter().flat_map(|part| {
                            (0..part.points.get()).map(|_| part.expires_at())
                        });
                        let expected = taken.iter().map(|point| point.expires_at);
                        prop_assert!(ends.eq(expected));
                        model.spent += count;
                        spendings.push((spent, taken));
                    }
                }
                Step::Hold { id, points: count, lasts_s } => {
                    let until = Timestamp::from_second(now.as_second() + lasts_s).unwrap();
                    let fits = (1..=model.active(now) - model.debt).contains(&count);
                    let held = wallet.hold(hold_id(id), points(count), until, reason(), now);
                    let same = model.holds.get(&id).is_some_and(|(_, p)| p.len() as i64 == count);
                    let fresh = fits && lasts_s > 0 && !model.used_holds.contains(&id);
                    if !fresh && !same && model.used_holds.contains(&id) && held.is_ok() {
                        // It was resolved more than a day ago and is forgotten.
                        prop_assert!(!model.holds.contains_key(&id));
                    } else {
                        prop_assert_eq!(held.is_ok(), same || fresh);
                    }
                    if held.is_ok() && !same {
                        let taken = model.take(count, now);
                        model.holds.insert(id, (until, taken));
                        model.used_holds.insert(id);
                    }
                }
                Step::Post { id, points: count } => {
                    let posted = wallet.post(hold_id(id), points(count), now);
                    let held = model.holds.get(&id).map(|(_, points)| points.len() as i64);
                    if let Some(held) = held {
                        prop_assert_eq!(posted.is_ok(), count <= held);
                    }
                    if let Ok(crate::Posted::Now(_)) = posted {
                        let (_, mut points) = model.holds.remove(&id).unwrap();
                        points.sort();
                        let rest = points.split_off(count as usize);
                        model.spent += count;
                        model.put_back(rest, now);
                    }
                    if posted.is_ok() {
                        let again = wallet.post(hold_id(id), points(count), now);
                        prop_assert_eq!(again, Ok(crate::Posted::Before));
                        prop_assert!(wallet.post(hold_id(id), points(count + 1), now).is_err());
                        prop_assert!(wallet.void(hold_id(id), now).is_err());
                    }
                }
                Step::Void(id) => {
                    let voided = wallet.void(hold_id(id), now);
                    let held = model.holds.remove(&id);
                    prop_assert_eq!(voided == Ok(crate::Voided::Now), held.is_some());
                    if let Some((_, points)) = held {
                        model.put_back(points, now);
                    }
                }
                Step::ClawBack(count) => {
                    wallet.claw_back(points(count), reason(), now);
                    revoked += count;
                    model.points.sort_by_key(|point| (point.active_from, point.expires_at));
                    let mut left = count;
                    model.points.retain(|point| {
                        let take = left > 0 && point.active_from > now;
                        left -= i64::from(take);
                        !take
                    });
                    model.debt += left;
                    model.repay(now);
                }
                Step::Adjust(by) => {
                    let available = model.active(now) - model.debt;
                    let adjusted = wallet.adjust(by, &rules, reason(), now);
                    prop_assert_eq!(adjusted.is_ok(), by >= 0 || -by <= available);
                    if by > 0 {
                        model.credit(by, &rules, now);
                        issued += by;
                    } else if adjusted.is_ok() {
                        revoked += model.take(-by, now).len() as i64;
                    }
                }
                Step::Restore(index) => {
                    if index < spendings.len() {
                        let (spent, taken) = spendings.swap_remove(index);
                        wallet.restore(&spent, reason(), now).unwrap();
                        model.spent -= taken.len() as i64;
                        model.put_back(taken, now);
                    }
                }
                Step::SetZone { zone, version } => {
                    let zone = Zone::parse(zone).unwrap();
                    wallet.set_time_zone(zone.clone(), version, now);
                    if version > model.zone_version {
                        (model.zone, model.zone_version) = (zone, version);
                    }
                }
                Step::Wait { hours } => {
                    now += SignedDuration::from_hours(hours);
                }
            }

            model.settle(now);
            let balance = wallet.balance(now);
            let held: usize = model.holds.values().map(|(_, points)| points.len()).sum();
            let active = model.active(now);
            let pending = model.points.len() as i64 - active;
            prop_assert_eq!(balance.available, active - model.debt);
            prop_assert_eq!(balance.pending.get(), pending);
            prop_assert_eq!(balance.held.get(), held as i64);
            let expiring: i64 = balance.expiring.iter().map(|lot| lot.points.get()).sum();
            prop_assert_eq!(expiring, active);
            prop_assert!(balance.expiring.len() <= 14);
            // Nothing comes from nowhere, nothing gets lost.
            let somewhere = balance.available + pending + held as i64
                + model.spent + model.expired + revoked;
            prop_assert_eq!(issued, somewhere);
            prop_assert!(wallet.is_conserved());

            // The movements tell the balance, once what time has done is booked.
            let mut settled = wallet.clone();
            settled.settle(now);
            let told: i64 = settled.movements().iter().map(|m| m.balance_change()).sum();
            prop_assert_eq!(moved + told, balance.available + pending);

            // What is stored is what was.
            if wallet.is_changed() {
                let told: i64 = wallet.movements().iter().map(|m| m.balance_change()).sum();
                moved += told;
                let loaded = stored_and_loaded(&wallet);
                prop_assert_eq!(loaded.version(), wallet.version() + 1);
                wallet.version += 1;
                wallet.movements.clear();
                wallet.moved_at = loaded.moved_at;
                prop_assert_eq!(&loaded, &wallet);
            }
        }
    }
}
