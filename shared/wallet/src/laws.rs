//! What must hold of all listening, whatever its order.

use jiff::Timestamp;
use kernel::Id;
use proptest::prelude::*;

use crate::{
    Play, Rules, Wallet, Zone,
    model::{ZONES, plays_before, rules},
};

proptest! {
    #[test]
    fn replayed_reordered_and_overlapping_plays_come_to_the_same_wallet(
        plays in prop::collection::vec((0..28 * 86_400_i64, 1..20_000_i64), 1..30),
        deliveries in prop::collection::vec(any::<prop::sample::Index>(), 0..90),
        zone in prop::sample::select(&ZONES[..]),
    ) {
        let rules = rules();
        let now: Timestamp = "2026-04-10T10:20:30Z".parse().unwrap();
        let plays = plays_before(now, &plays);
        let mut at_once = Wallet::empty(Id::derive(&["member"]));
        at_once.set_time_zone(Zone::parse(zone).unwrap(), 1, now);
        let mut one_by_one = at_once.clone();

        let accrued = at_once.mark(&plays, &rules, now);
        for delivery in &deliveries {
            one_by_one.mark(&[*delivery.get(&plays)], &rules, now);
        }
        one_by_one.mark(&plays, &rules, now);
        prop_assert_eq!(&one_by_one.minutes, &at_once.minutes);
        prop_assert_eq!(&one_by_one.days, &at_once.days);
        prop_assert_eq!(&one_by_one.book, &at_once.book);
        let balance = at_once.balance(now);
        prop_assert_eq!(balance.available + balance.pending.get(), accrued.points.get());
    }

    #[test]
    fn nobody_listens_longer_than_time_passes(
        plays in prop::collection::vec((-40_000..40_000_i64, 1..40_000_i64), 1..40),
    ) {
        let now: Timestamp = "2026-04-10T10:20:30Z".parse().unwrap();
        let plays = plays_before(now, &plays);
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let accrued = wallet.mark(&plays, &Rules::founding(), now);
        let first_s = plays.iter().map(|play| play.start_s).min().unwrap();
        // The minute it began in, and those by which clocks may part.
        let passed = (now.as_second() + 300 - first_s.min(now.as_second() + 300)) / 60 + 2;
        prop_assert!(i64::from(accrued.minutes) <= passed);
    }

    #[test]
    fn a_change_of_zone_counts_no_minute_twice_and_no_day_beyond_its_cap(
        zones in prop::collection::vec(prop::sample::select(&ZONES[..]), 1..10),
    ) {
        let rules = Rules::founding();
        let now: Timestamp = "2026-04-10T12:00:00Z".parse().unwrap();
        let day = Play { start_s: now.as_second() - 86_400, end_s: now.as_second() };
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let mut minutes = 0;
        for (version, zone) in (1..).zip(zones) {
            wallet.set_time_zone(Zone::parse(zone).unwrap(), version, now);
            minutes += wallet.mark(&[day], &rules, now).minutes;
        }
        prop_assert_eq!(minutes, 1_440);
        // Two dates in any one zone.
        prop_assert!(wallet.balance(now).available <= 240);
    }
}
