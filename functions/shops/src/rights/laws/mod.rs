//! The laws of grants, against a model that remembers everything and looks at every moment.

mod gate;

use std::{collections::BTreeSet, fmt::Debug, str::FromStr, sync::LazyLock};

use kernel::{Id, Timestamp, kind};
use proptest::prelude::*;

use super::{Grant, GrantError, Lack, SubjectRights, Terms, Territories, Window};
use crate::{
    country::Country,
    product_type::{Subject, UseType},
};

/// No window of these tests reaches beyond it, but those without an end.
const HORIZON: i64 = 30;

static REGIONS: LazyLock<[Country; 2]> = LazyLock::new(|| ["CN", "JP"].map(parsed));
static USES: LazyLock<[UseType; 2]> = LazyLock::new(|| ["download", "karaoke"].map(parsed));
/// The first holds the rights.
static PARTIES: LazyLock<[Party; 4]> =
    LazyLock::new(|| ["holder", "ann", "ben", "cai"].map(|name| Id::derive(&[name])));

type Party = Id<kind::Organization>;

fn parsed<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn holder() -> Party {
    PARTIES[0]
}

fn work() -> Subject {
    Subject::Work(Id::derive(&["work"]))
}

fn registered() -> SubjectRights {
    SubjectRights::registered(work(), holder(), None)
}

fn some_of<T: Clone + Debug + 'static, const N: usize>(
    all: &'static [T; N],
) -> impl Strategy<Value = Vec<T>> {
    prop::sample::subsequence(&all[..], 1..=N)
}

fn territories() -> impl Strategy<Value = Territories> {
    prop_oneof![
        1 => Just(Territories::Worldwide),
        3 => some_of(&REGIONS).prop_map(|regions| Territories::of(regions).unwrap()),
    ]
}

fn grants() -> impl Strategy<Value = Grant> {
    let window = (0..20_i64, prop::option::of(1..10_i64));
    let licensee = prop::sample::select(&PARTIES[..]);
    (
        licensee,
        some_of(&USES),
        territories(),
        window,
        any::<bool>(),
    )
        .prop_map(
            |(licensee, uses, territories, (from, length), exclusive)| Grant {
                id: Id::from_bytes([0; 16]),
                licensee,
                terms: Terms {
                    uses: uses.into_iter().collect(),
                    territories,
                    window: Window::new(at(from), length.map(|length| at(from + length))).unwrap(),
                    exclusive,
                },
                revoked_from: None,
                granted_at: at(0),
            },
        )
}

#[derive(Clone, Debug)]
enum Step {
    Grant(Grant),
    /// Revokes one of those that were made, from so many seconds on after now.
    Revoke(prop::sample::Index, i64),
    Wait(i64),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => grants().prop_map(Step::Grant),
        2 => (any::<prop::sample::Index>(), -2..8_i64)
            .prop_map(|(which, later)| Step::Revoke(which, later)),
        2 => (1..4_i64).prop_map(Step::Wait),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 0..24)
}

/// What a party may do, in the plainest words, looking at every grant there ever was.
fn may(
    all: &[Grant],
    party: Party,
    what: &UseType,
    place: Country,
    second: i64,
) -> Result<(), Lack> {
    let live = |grant: &&Grant| {
        let begun = grant.terms.window.from() <= at(second);
        let ended = grant
            .terms
            .window
            .until()
            .is_some_and(|until| until <= at(second));
        let revoked = grant.revoked_from.is_some_and(|from| from <= at(second));
        let fits = grant.terms.uses.contains(what) && grant.terms.territories.contains(place);
        begun && !ended && !revoked && fits
    };
    let others = |grant: &&Grant| grant.licensee != party;
    if all
        .iter()
        .filter(live)
        .filter(others)
        .any(|grant| grant.terms.exclusive)
    {
        return Err(Lack::ExclusiveElsewhere);
    }
    let has = party == holder() || all.iter().filter(live).any(|grant| !others(&grant));
    if has { Ok(()) } else { Err(Lack::NoGrant) }
}

/// Every party, use, region and second.
fn everything(from: i64) -> impl Iterator<Item = (Party, &'static UseType, Country, i64)> {
    let [one, other] = *REGIONS;
    PARTIES.iter().flat_map(move |party| {
        USES.iter().flat_map(move |what| {
            [one, other].into_iter().flat_map(move |place| {
                (from..HORIZON).map(move |second| (*party, what, place, second))
            })
        })
    })
}

/// Which parties alone may do this, then and there.
fn sole(
    all: &[Grant],
    what: &UseType,
    place: Country,
    second: i64,
) -> BTreeSet<Id<kind::Organization>> {
    let exclusive = all.iter().filter(|grant| grant.terms.exclusive);
    let live = exclusive.filter(|grant| grant.allows(what, place, at(second)));
    live.map(|grant| grant.licensee).collect()
}

proptest! {
    #[test]
    fn after_any_history_the_rights_are_those_of_the_model(steps in steps()) {
        let (mut rights, mut all, mut now) = (registered(), Vec::<Grant>::new(), 0_i64);
        for (number, step) in steps.into_iter().enumerate() {
            let before = rights.clone();
            match step {
                Step::Grant(mut grant) => {
                    grant.id = Id::derive(&[&number.to_string()]);
                    let mut with = all.clone();
                    with.push(grant.clone());
                    let clashes = everything(now).any(|(_, what, place, second)| {
                        let parties = sole(&with, what, place, second);
                        parties.len() > 1 && parties.contains(&grant.licensee) && grant.terms.exclusive
                    });
                    match rights.granted(grant.clone(), at(now)) {
                        Ok(next) => {
                            prop_assert!(!clashes);
                            rights = next;
                            all = with;
                        }
                        Err(GrantError::Overlap(_)) => prop_assert!(clashes),
                        Err(GrantError::ToHolder) => prop_assert_eq!(grant.licensee, rights.holder),
                        Err(GrantError::Over) => prop_assert!(grant.is_over(at(now))),
                        Err(GrantError::TooMany) => prop_assert!(false, "there are few"),
                    }
                }
                Step::Revoke(which, later) => {
                    let Some(chosen) = (!all.is_empty()).then(|| which.index(all.len())) else {
                        continue;
                    };
                    let revoked = rights.revoked(all[chosen].id, at(now + later), at(now));
                    if let Ok(Some((next, grant))) = revoked {
                        let earliest = all[chosen].window().until();
                        prop_assert!(earliest.is_none_or(|until| until > at(now)));
                        prop_assert!(grant.revoked_from >= Some(at(now)));
                        rights = next;
                        all[chosen] = grant;
                    }
                }
                Step::Wait(seconds) => now += seconds,
                Step::Sweep => rights = rights.tidied(at(now)),
            }
            let changed = rights.grants != before.grants;
            prop_assert!(!changed || rights.version > before.version);
            for (name, what, place, second) in everything(now) {
                let kept = rights.clear(name, what, place, at(second));
                prop_assert_eq!(kept, may(&all, name, what, place, second));
                prop_assert!(sole(&all, what, place, second).len() <= 1);
            }
        }
    }

    #[test]
    fn nobody_loses_a_right_by_time_alone_before_the_next_loss(
        made in prop::collection::vec(grants(), 0..8), now in 0..20_i64,
    ) {
        let mut rights = registered();
        for (number, mut grant) in made.into_iter().enumerate() {
            grant.id = Id::derive(&[&number.to_string()]);
            rights = rights.granted(grant, at(0)).unwrap_or(rights);
        }
        let loss = rights.next_loss(at(now)).map_or(HORIZON, Timestamp::as_second);
        prop_assert!(loss > now);
        for (name, what, place, second) in everything(now).filter(|(.., second)| *second < loss) {
            let clear = |second| {
                rights.clear(name, what, place, at(second)).is_ok()
            };
            prop_assert!(!clear(now) || clear(second));
        }
    }
}

#[test]
fn a_revocation_can_come_sooner_but_is_not_taken_back() {
    use super::RevokeError::{Earlier, Over};
    let mut grant = Grant {
        id: Id::derive(&["grant"]),
        licensee: PARTIES[1],
        terms: Terms {
            uses: BTreeSet::from([USES[0].clone()]),
            territories: Territories::Worldwide,
            window: Window::new(at(0), Some(at(20))).unwrap(),
            exclusive: false,
        },
        revoked_from: None,
        granted_at: at(0),
    };
    let rights = registered().granted(grant.clone(), at(0)).unwrap();
    let (rights, later) = rights.revoked(grant.id, at(10), at(1)).unwrap().unwrap();
    assert_eq!(later.revoked_from, Some(at(10)));
    assert_eq!(rights.revoked(grant.id, at(10), at(2)), Ok(None));
    assert_eq!(rights.revoked(grant.id, at(11), at(2)), Err(Earlier));
    let (rights, sooner) = rights.revoked(grant.id, at(5), at(2)).unwrap().unwrap();
    assert_eq!(sooner.revoked_from, Some(at(5)));
    assert_eq!(rights.revoked(grant.id, at(5), at(5)), Err(Over));
    let (rights, at_once) = rights.revoked(grant.id, at(0), at(3)).unwrap().unwrap();
    assert_eq!(at_once.revoked_from, Some(at(3)));
    assert!(rights.grants.is_empty());

    grant.id = Id::derive(&["another"]);
    let rights = rights.granted(grant.clone(), at(3)).unwrap();
    assert_eq!(rights.revoked(grant.id, at(20), at(4)), Err(Over));
}
