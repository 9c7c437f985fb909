//! The laws of the gate.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Id;
use proptest::prelude::*;

use super::{
    HORIZON, PARTIES, Party, REGIONS, USES, at, grants, holder, may, registered, some_of, work,
};
use crate::{
    country::Country,
    product_type::{RightsNeed, Subject},
    rights::{Grant, Missing, Rights, SubjectRights, gate},
};

fn recording() -> Subject {
    Subject::Recording(Id::derive(&["recording"]))
}

proptest! {
    #[test]
    fn what_passes_the_gate_has_a_live_right_and_no_foreign_exclusive(
        of_work in prop::collection::vec(grants(), 0..6),
        of_recording in prop::collection::vec(grants(), 0..6),
        (seller, recorder) in (
            prop::sample::select(&PARTIES[..]), prop::sample::select(&PARTIES[..]),
        ),
        names_work in any::<bool>(),
        names_recording in any::<bool>(),
        places in some_of(&REGIONS),
        second in 0..HORIZON,
    ) {
        let rights = song(&of_work, &of_recording, recorder, names_work, names_recording);
        let sold_in = places.iter().copied().collect();
        let verdict = gate(&rights, seller, &sold_in, at(second));
        let [download, _] = &*USES;
        let cleared = |subject: Subject, party: Party, place: Country| {
            let all = &rights.subjects[&subject];
            let clear = all.clear(party, download, place, at(second));
            // What the model says of grants alone, but that the recording's holder is another.
            if all.holder == holder() {
                assert_eq!(clear, may(&all.grants, party, download, place, second));
            }
            clear.is_ok()
        };
        let expected = (names_work || names_recording)
            && places.iter().all(|&place| {
                let vouched = cleared(work(), seller, place) || cleared(work(), recorder, place);
                (!names_work || cleared(work(), seller, place))
                    && (!names_recording || (cleared(recording(), seller, place) && vouched))
            });
        prop_assert_eq!(verdict.is_ok(), expected, "{:?}", verdict);
    }

    #[test]
    fn no_grant_at_all_keeps_merchandise_tickets_and_services_from_being_sold(
        of_work in prop::collection::vec(grants(), 0..6),
        of_recording in prop::collection::vec(grants(), 0..6),
        seller in prop::sample::select(&PARTIES[..]),
        second in 0..HORIZON,
    ) {
        let song = song(&of_work, &of_recording, PARTIES[1], true, true);
        let rights = Rights { need: None, ..song };
        let sold_in = BTreeSet::from(*REGIONS);
        prop_assert_eq!(gate(&rights, seller, &sold_in, at(second)), Ok(()));
    }
}

/// The rights of a listing of this song: the work's as the first party granted them, the recording's as
/// `recorder` did.
fn song(
    of_work: &[Grant],
    of_recording: &[Grant],
    recorder: Party,
    names_work: bool,
    names_recording: bool,
) -> Rights {
    let Subject::Work(work_id) = work() else {
        unreachable!("it is a work")
    };
    let mut subjects = BTreeMap::new();
    for (first, made) in [
        (registered(), of_work),
        (
            SubjectRights::registered(recording(), recorder, Some(work_id)),
            of_recording,
        ),
    ] {
        let add = |rights: SubjectRights, (number, grant): (usize, &Grant)| {
            let id = Id::derive(&[&number.to_string()]);
            let grant = Grant {
                id,
                ..grant.clone()
            };
            rights.granted(grant, at(0)).unwrap_or(rights)
        };
        let rights = made.iter().enumerate().fold(first, add);
        subjects.insert(rights.subject, rights);
    }
    let named = [(names_work, work()), (names_recording, recording())];
    let named = named.into_iter().filter(|(named, _)| *named);
    Rights {
        listing: Id::derive(&["listing"]),
        need: Some(RightsNeed {
            use_type: USES[0].clone(),
            subjects: named.map(|(_, subject)| subject).collect(),
        }),
        subjects,
        withheld: 0,
    }
}

#[test]
fn the_gate_says_what_is_missing() {
    let china = BTreeSet::from([REGIONS[0]]);
    let holder = holder();
    let whole = song(&[], &[], holder, true, true);
    assert_eq!(gate(&whole, holder, &china, at(0)), Ok(()));

    let withheld = Rights {
        withheld: 1,
        ..whole.clone()
    };
    assert_eq!(
        gate(&withheld, holder, &china, at(0)),
        Err(Missing::Withheld)
    );

    let nothing = song(&[], &[], holder, false, false);
    assert_eq!(
        gate(&nothing, holder, &china, at(0)),
        Err(Missing::NoSubject)
    );

    let mut unknown = whole.clone();
    unknown.subjects.remove(&work());
    assert_eq!(
        gate(&unknown, holder, &china, at(0)),
        Err(Missing::NotRegistered(work()))
    );

    let foreign = gate(&whole, PARTIES[1], &china, at(0));
    let missing = Missing::NoGrant {
        subject: work(),
        use_type: USES[0].clone(),
        region: REGIONS[0],
    };
    assert_eq!(foreign, Err(missing));

    let mut many = whole;
    let need = many.need.as_mut().unwrap();
    let works = (0..81).map(|number| Subject::Work(Id::derive(&[&number.to_string()])));
    need.subjects = works.collect();
    many.subjects.clear();
    assert_eq!(
        gate(&many, holder, &china, at(0)),
        Err(Missing::TooManySubjects(81))
    );
}
