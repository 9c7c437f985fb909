//! Worlds in which nothing is broken but by chance.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use simulation::{Failure, Plan, Summary, run};

/// How many worlds a run without further wishes looks at.
const SEEDS: u64 = 12;
/// How many at the same time.
const AT_ONCE: usize = 2;

#[test]
fn seeds() {
    let wished = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let from = wished("PLANET_FROM").unwrap_or(0);
    let seeds = match wished("SEED") {
        Some(seed) => seed..seed + 1,
        None => from..from + wished("PLANET_SEEDS").unwrap_or(SEEDS),
    };
    let next = AtomicU64::new(seeds.start);
    let ended = Mutex::new((Vec::<Summary>::new(), Vec::<Failure>::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end {
                        return;
                    }
                    let outcome = run(Plan::of(seed));
                    let mut ended = ended.lock().unwrap();
                    match outcome {
                        Ok(summary) => ended.0.push(summary),
                        Err(failure) => {
                            println!("{failure}\n");
                            ended.1.push(failure);
                        }
                    }
                }
            });
        }
    });
    let (summaries, failures) = ended.into_inner().unwrap();
    let mut orders: BTreeMap<String, usize> = BTreeMap::new();
    let mut refunds: BTreeMap<String, usize> = BTreeMap::new();
    let mut answers: BTreeMap<(&str, u16), usize> = BTreeMap::new();
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    for summary in &summaries {
        for (state, count) in &summary.orders {
            *orders.entry(state.clone()).or_default() += count;
        }
        for (why, count) in &summary.refunds {
            *refunds.entry(why.clone()).or_default() += count;
        }
        for (answer, count) in &summary.answers {
            *answers.entry(*answer).or_default() += count;
        }
        for (fault, count) in &summary.faults {
            *faults.entry(fault).or_default() += count;
        }
    }
    let sum = |of: fn(&Summary) -> usize| summaries.iter().map(of).sum::<usize>();
    let (tickets, died) = (sum(|one| one.tickets), sum(|one| one.died));
    println!(
        "{} worlds hold: orders {orders:?}; refunds {refunds:?}; {tickets} tickets; {died} messages dead for a while",
        summaries.len()
    );
    println!("answers: {answers:?}\nfaults: {faults:?}");
    let seeds: Vec<_> = failures
        .iter()
        .map(|failure| (failure.plan.seed, failure.violation.invariant))
        .collect();
    assert!(failures.is_empty(), "{seeds:?}");
    // Worlds in which nothing happens prove nothing.
    if summaries.len() as u64 >= SEEDS {
        for state in ["cancelled", "completed", "expired", "paid", "refunded"] {
            assert!(
                orders.contains_key(state),
                "no order was {state}: {orders:?}"
            );
        }
        for answer in [
            ("take", 200),
            ("enter", 201),
            ("ship", 201),
            ("give money", 201),
            ("check out", 409),
        ] {
            assert!(answers.contains_key(&answer), "{answer:?}: {answers:?}");
        }
        for why in ["paid_too_late", "request", "ruling", "tickets_voided"] {
            assert!(
                refunds.contains_key(why),
                "nothing was given back for {why}: {refunds:?}"
            );
        }
        assert!(tickets > 0 && faults.len() == 8, "{faults:?}");
    }
}

#[test]
fn a_seed_happens_alike_every_time() {
    let happens = || run(Plan::of(5)).unwrap_or_else(|failure| panic!("{failure}"));
    let (once, again) = (happens(), happens());
    let differs = once.log.iter().zip(&again.log).find(|(a, b)| a != b);
    assert_eq!(differs, None);
    assert_eq!((once.orders, once.refunds), (again.orders, again.refunds));
}
