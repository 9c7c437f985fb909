//! Rights: works and recordings, what was granted to whom, and whether a listing may be sold.
//!
//! Invariants:
//!
//! - Of one work or recording, no two parties hold an exclusive grant for the same use, territory and
//!   moment: all live grants of a subject stand in one item, so one conditional write decides.
//! - A listing that needs rights is published only in a transaction that checks that the rights it
//!   was judged by are [still](Rights::still) the ones that are kept. A grant made at the same moment
//!   comes before, and the listing is judged again; or after, and it is judged again too.
//! - Whatever changes in the rights of a subject, every published listing that uses it is judged
//!   again by the worker (`rejudge.rs`): one event after the change. What buyers have downloaded or
//!   may download is not in this context, and nothing here touches it.
//! - While a rights case keeps a listing from being sold, nothing publishes it.
//!
//! # How a listing is published
//!
//! ```text
//! let need = product_type.rights_need(&listing.attributes);               // Option<RightsNeed>
//! let rights = app.store.load_rights(listing.id, need.as_ref()).await?;    // Rights
//! rights::gate(&rights, organization, &regions, app.clock.now())?;         // Result<(), Missing>
//! app.store.note_uses(listing.id, &rights).await?;       // the rows subject → listing, before the commit
//! transaction = rights.still(&app.store).into_iter().fold(transaction, Transaction::and);
//! // Cancelled, and it names rights::STILL? Load and judge again, a few times.
//! ```
//!
//! The same for every move to `published`, from a pause too, and for merchandise and tickets: they need
//! no rights, but a case may hold them. `Missing` answers 409 `rights_missing` with its own text as the
//! detail. `still` gives one check for the listing and one for each subject: a recording brings its work
//! along, for a song can only be sold with both, so 40 recordings make at most 81 checks of the 100 writes
//! that a transaction has ([`MAX_SUBJECTS`]; more is a `Missing` too). Rows that say which listing uses
//! which subject are written by `note_uses` alone, also for the works behind recordings.
//!
//! A listing that was suspended for its rights alone is published again by its seller, in the same way.
//!
//! Start reading at [`gate()`] and [`SubjectRights`], which are the rules.

mod case;
mod gate;
mod grant;
pub(crate) mod keys;
mod recording;
mod rejudge;
mod subject_rights;
mod sweep;
mod takedown;
mod terms;
mod territories;
mod work;

#[cfg(test)]
mod laws;

pub(crate) use case::{
    CaseMove, CaseMoveError, CaseState, Claimant, CounterNotice, RightsCase, Ruling, Statement,
};
pub(crate) use gate::{MAX_SUBJECTS, Missing, Rights, gate};
pub(crate) use grant::{Grant, GrantState, Granted};
pub(crate) use recording::{Isrc, PlayTime, Recording};
pub(crate) use rejudge::{consume, events};
pub(crate) use subject_rights::{GrantError, Lack, RevokeError, SubjectRights};
pub(crate) use sweep::sweep;
pub(crate) use takedown::{MoveCaseError, move_case};
pub(crate) use terms::{Terms, Window};
pub(crate) use territories::Territories;
pub(crate) use work::{Iswc, Work, Writer};

/// What a cancelled transaction calls the checks of [`Rights::still`].
pub(crate) const STILL: &str = "rights";
