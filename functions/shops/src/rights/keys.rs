//! The keys of works, recordings, grants and cases in the shops table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | a work by its id | `WORK#<work>` | `WORK` |
//! | a recording by its id | `RECORDING#<recording>` | `RECORDING` |
//! | the works, and the recordings, that an organization registered, oldest first | `HOLDER#<organization>` | `WORK#<work>`, `RECORDING#<recording>` |
//! | that no two works have one ISWC, and no two recordings one ISRC | `CODE#<code>` | `CODE` |
//! | all rights in a work or recording that are not over | `RIGHTS#<work or recording>` | `RIGHTS` |
//! | subjects whose rights time has changed | index `due`: `due_shard` = `rights#0` to `rights#3`, `due_at` ≤ now | |
//! | every grant there ever was of a work or recording, oldest first | `RIGHTS#<work or recording>` | `GRANT#<grant>` |
//! | of what a grant is | `GRANT#<grant>` | `GRANT` |
//! | the listings that use a work or recording, or did | `USES#<work or recording>` | `LISTING#<listing>` |
//! | how many cases keep a listing from being sold | `LISTING#<listing>` | `WITHHELD` |
//! | a rights case by its id | `CASE#<case>` | `CASE` |
//! | undecided cases, and decided ones, oldest first | `CASES#<open or decided>` | `CASE#<case>` |
//! | the cases of a party, oldest first | `PARTY#<account or organization>` | `CASE#<case>` |

use kernel::{Id, kind};
use platform::table::Key;

use crate::product_type::Subject;

/// The index of what is due.
pub(crate) const DUE_INDEX: &str = "due";
/// Over how many partitions of the index the subjects are spread.
pub(crate) const DUE_SHARDS: u8 = 4;
/// The sort key of all rights in a subject.
pub(crate) const RIGHTS: &str = "RIGHTS";
/// Before a grant's id in the sort keys of its subject.
pub(crate) const GRANT_PREFIX: &str = "GRANT#";
/// Before a work's id in the sort keys of its holder.
pub(crate) const WORK_PREFIX: &str = "WORK#";
/// Before a recording's id in the sort keys of its holder.
pub(crate) const RECORDING_PREFIX: &str = "RECORDING#";
/// Before a listing's id in the sort keys of what it uses.
pub(crate) const LISTING_PREFIX: &str = "LISTING#";
/// Before a case's id in the sort keys of what lists it.
pub(crate) const CASE_PREFIX: &str = "CASE#";

const RIGHTS_PREFIX: &str = "RIGHTS#";

/// A work.
pub(crate) fn work(work: Id<kind::Work>) -> Key {
    Key::sorted(format!("{WORK_PREFIX}{work}"), "WORK")
}

/// A recording.
pub(crate) fn recording(recording: Id<kind::Recording>) -> Key {
    Key::sorted(format!("{RECORDING_PREFIX}{recording}"), "RECORDING")
}

/// The partition of what an organization registered.
pub(crate) fn holder(organization: Id<kind::Organization>) -> String {
    format!("HOLDER#{organization}")
}

/// A work in its holder's list.
pub(crate) fn work_of_holder(organization: Id<kind::Organization>, work: Id<kind::Work>) -> Key {
    Key::sorted(holder(organization), format!("{WORK_PREFIX}{work}"))
}

/// A recording in its holder's list.
pub(crate) fn recording_of_holder(
    organization: Id<kind::Organization>,
    recording: Id<kind::Recording>,
) -> Key {
    Key::sorted(
        holder(organization),
        format!("{RECORDING_PREFIX}{recording}"),
    )
}

/// The one work or recording that has this code. An ISWC and an ISRC never look alike.
pub(crate) fn code(code: &str) -> Key {
    Key::sorted(format!("CODE#{code}"), "CODE")
}

/// The partition of all rights in a subject, and of its grants.
pub(crate) fn rights_partition(subject: Subject) -> String {
    format!("{RIGHTS_PREFIX}{subject}")
}

/// All rights in a subject.
pub(crate) fn rights(subject: Subject) -> Key {
    Key::sorted(rights_partition(subject), RIGHTS)
}

/// Whose rights stand in this partition, if it is one of rights.
pub(crate) fn subject_of(pk: &str) -> Option<Subject> {
    pk.strip_prefix(RIGHTS_PREFIX)?.parse().ok()
}

/// The partition of the due index in which a subject stands. Ids end in random bits.
pub(crate) fn due_shard(subject: Subject) -> String {
    let [.., last] = match subject {
        Subject::Work(work) => work.as_bytes(),
        Subject::Recording(recording) => recording.as_bytes(),
    };
    due_partition(last % DUE_SHARDS)
}

/// A partition of the due index.
pub(crate) fn due_partition(shard: u8) -> String {
    format!("rights#{shard}")
}

/// A grant, under its subject.
pub(crate) fn grant(subject: Subject, grant: Id<kind::Grant>) -> Key {
    Key::sorted(rights_partition(subject), format!("{GRANT_PREFIX}{grant}"))
}

/// Of what a grant is.
pub(crate) fn grant_subject(grant: Id<kind::Grant>) -> Key {
    Key::sorted(format!("{GRANT_PREFIX}{grant}"), "GRANT")
}

/// The partition of the listings that use a subject.
pub(crate) fn uses_partition(subject: Subject) -> String {
    format!("USES#{subject}")
}

/// That a listing uses a subject.
pub(crate) fn listing_using(subject: Subject, listing: Id<kind::Listing>) -> Key {
    Key::sorted(
        uses_partition(subject),
        format!("{LISTING_PREFIX}{listing}"),
    )
}

/// How many cases keep a listing from being sold.
pub(crate) fn withheld(listing: Id<kind::Listing>) -> Key {
    Key::sorted(format!("{LISTING_PREFIX}{listing}"), "WITHHELD")
}

/// A rights case.
pub(crate) fn case(case: Id<kind::RightsCase>) -> Key {
    Key::sorted(format!("{CASE_PREFIX}{case}"), "CASE")
}

/// A case among the undecided or the decided ones.
pub(crate) fn case_among(is_decided: bool, case: Id<kind::RightsCase>) -> Key {
    Key::sorted(cases_partition(is_decided), format!("{CASE_PREFIX}{case}"))
}

/// The partition of the undecided or the decided cases.
pub(crate) fn cases_partition(is_decided: bool) -> String {
    format!("CASES#{}", if is_decided { "decided" } else { "open" })
}

/// The partition of a party's cases; a party is an account or an organization.
pub(crate) fn party_partition(party: &str) -> String {
    format!("PARTY#{party}")
}

/// A case in the list of a party.
pub(crate) fn case_of_party(party: &str, case: Id<kind::RightsCase>) -> Key {
    Key::sorted(party_partition(party), format!("{CASE_PREFIX}{case}"))
}
