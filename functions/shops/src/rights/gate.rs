//! The gate: may this organization sell this listing, there and now?

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, Timestamp, kind};

use super::{Lack, SubjectRights};
use crate::{
    country::Country,
    product_type::{RightsNeed, Subject, UseType},
};

/// The rights that a listing is judged by, as they were when they were loaded.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    pub(crate) listing: Id<kind::Listing>,
    /// Which rights its product type wants; `None` if it wants none.
    pub(crate) need: Option<RightsNeed>,
    /// Of everything that the listing names, and of the works behind recordings. What nobody has
    /// registered is not in it.
    pub(crate) subjects: BTreeMap<Subject, SubjectRights>,
    /// How many rights cases keep the listing from being sold.
    pub(crate) withheld: u32,
}

/// What keeps a listing from being sold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    /// A rights case about it is not decided, and an operator keeps it from being sold until then.
    #[error("a rights case keeps it from being sold until it is decided")]
    Withheld,
    /// It does not say of which work or recording it is.
    #[error("it names no work and no recording")]
    NoSubject,
    /// It names so much that no transaction can check it.
    #[error("it is of {0} works and recordings, and {MAX_SUBJECTS} can be checked at once")]
    TooManySubjects(usize),
    /// It names something that nobody has registered.
    #[error("{0} is not registered")]
    NotRegistered(Subject),
    /// The seller has no right to use something that it names.
    #[error("there is no grant for {use_type} of {subject} in {region}")]
    NoGrant {
        /// The work or recording.
        subject: Subject,
        /// What would be done with it.
        use_type: UseType,
        /// Where.
        region: Country,
    },
    /// Another party alone has the right.
    #[error("another party has an exclusive grant for {use_type} of {subject} in {region}")]
    ExclusiveElsewhere {
        /// The work or recording.
        subject: Subject,
        /// What would be done with it.
        use_type: UseType,
        /// Where.
        region: Country,
    },
}

/// How many works and recordings a listing can be of: forty recordings and the works behind them. A
/// transaction has 100 writes, and publishing needs some for itself.
pub(crate) const MAX_SUBJECTS: usize = 80;

/// Passes if `seller` may sell what `rights` was loaded for in every region of `sold_in` at `at`.
///
/// Of what the listing names, the seller holds the rights or has a live grant for the use, and nobody
/// else has an exclusive one. The work behind a recording must be cleared just so, by the seller or by
/// whoever holds the recording: to grant a recording is to vouch for the song.
pub(crate) fn gate(
    rights: &Rights,
    seller: Id<kind::Organization>,
    sold_in: &BTreeSet<Country>,
    at: Timestamp,
) -> Result<(), Missing> {
    if rights.withheld > 0 {
        return Err(Missing::Withheld);
    }
    let Some(need) = &rights.need else {
        return Ok(());
    };
    if need.subjects.is_empty() {
        return Err(Missing::NoSubject);
    }
    if rights.closure().len() > MAX_SUBJECTS {
        return Err(Missing::TooManySubjects(rights.closure().len()));
    }
    for subject in &need.subjects {
        let named = rights.of(*subject)?;
        let behind = named.work.map(|work| rights.of(Subject::Work(work)));
        let behind = behind.transpose()?;
        for region in sold_in.iter().copied() {
            let missing = |subject, lack| Missing::of(lack, subject, &need.use_type, region);
            let clear = |rights: &SubjectRights, party| {
                rights
                    .clear(party, &need.use_type, region, at)
                    .map_err(|lack| missing(rights.subject, lack))
            };
            clear(named, seller)?;
            if let Some(work) = behind {
                clear(work, seller)
                    .or_else(|missing| clear(work, named.holder).map_err(|_| missing))?;
            }
        }
    }
    Ok(())
}

impl Rights {
    /// Everything whose rights decide: what the listing names, and the works behind recordings.
    pub(crate) fn closure(&self) -> BTreeSet<Subject> {
        let named = self.need.iter().flat_map(|need| &need.subjects).copied();
        named.chain(self.subjects.keys().copied()).collect()
    }

    fn of(&self, subject: Subject) -> Result<&SubjectRights, Missing> {
        let rights = self.subjects.get(&subject);
        rights.ok_or(Missing::NotRegistered(subject))
    }
}

impl Missing {
    fn of(lack: Lack, subject: Subject, use_type: &UseType, region: Country) -> Self {
        let use_type = use_type.clone();
        match lack {
            Lack::NoGrant => Self::NoGrant {
                subject,
                use_type,
                region,
            },
            Lack::ExclusiveElsewhere => Self::ExclusiveElsewhere {
                subject,
                use_type,
                region,
            },
        }
    }
}
