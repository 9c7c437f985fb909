//! All rights in one work or recording: who holds it, and what was granted.

use kernel::{Id, Timestamp, kind};

use super::Grant;
use crate::{
    country::Country,
    product_type::{Subject, UseType},
};

/// Who may do what with one work or recording. What is over is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubjectRights {
    pub(crate) subject: Subject,
    /// Who registered it.
    pub(crate) holder: Id<kind::Organization>,
    /// What a recording is a recording of.
    pub(crate) work: Option<Id<kind::Work>>,
    pub(crate) grants: Vec<Grant>,
    /// Counts the changes. Whoever judged by one version commits under the same.
    pub(crate) version: u64,
}

/// Why a grant was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    /// An exclusive one to somebody else is in its way.
    #[error("{0} is exclusive for some of the same uses, territories and time")]
    Overlap(Id<kind::Grant>),
    /// The holder has the rights already.
    #[error("the holder of the rights needs no grant")]
    ToHolder,
    /// It would never hold.
    #[error("its time is over")]
    Over,
    /// One item holds no more.
    #[error("there are {MAX_GRANTS} grants that are not over; no more fit")]
    TooMany,
}

/// Why a grant was not revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RevokeError {
    /// There is nothing left to revoke.
    #[error("the grant is over")]
    Over,
    /// A revocation is not taken back.
    #[error("the grant is revoked from an earlier time on")]
    Earlier,
}

/// Why an organization may not do something with a work or a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// It neither holds the rights nor has a grant that is live.
    NoGrant,
    /// Another party has an exclusive grant that is live.
    ExclusiveElsewhere,
}

/// How many grants of one subject may be live or to come. Each takes up to 1.5 KB of an item that
/// holds 400 KB.
pub(crate) const MAX_GRANTS: usize = 200;

impl SubjectRights {
    /// Those of something that was just registered: all are its holder's.
    pub(crate) fn registered(
        subject: Subject,
        holder: Id<kind::Organization>,
        work: Option<Id<kind::Work>>,
    ) -> Self {
        Self {
            subject,
            holder,
            work,
            grants: Vec::new(),
            version: 1,
        }
    }

    /// Whether `organization` may do this, then and there.
    pub(crate) fn clear(
        &self,
        organization: Id<kind::Organization>,
        use_type: &UseType,
        region: Country,
        at: Timestamp,
    ) -> Result<(), Lack> {
        let live = |grant: &&Grant| grant.allows(use_type, region, at);
        let mut has_grant = self.holder == organization;
        for grant in self.grants.iter().filter(live) {
            if grant.licensee == organization {
                has_grant = true;
            } else if grant.terms.exclusive {
                return Err(Lack::ExclusiveElsewhere);
            }
        }
        if has_grant {
            Ok(())
        } else {
            Err(Lack::NoGrant)
        }
    }

    /// The rights with one more grant, one version on.
    pub(crate) fn granted(&self, grant: Grant, now: Timestamp) -> Result<Self, GrantError> {
        if grant.licensee == self.holder {
            return Err(GrantError::ToHolder);
        }
        if grant.is_over(now) {
            return Err(GrantError::Over);
        }
        let mut next = self.tidied(now);
        if let Some(other) = next.grants.iter().find(|other| other.conflicts(&grant)) {
            return Err(GrantError::Overlap(other.id));
        }
        if next.grants.len() >= MAX_GRANTS {
            return Err(GrantError::TooMany);
        }
        next.grants.push(grant);
        Ok(next)
    }

    /// The rights after `id` is revoked from `from` on, one version on, and that grant as it is then;
    /// `None` if it is revoked so already. A revocation can come sooner than was said but not later.
    pub(crate) fn revoked(
        &self,
        id: Id<kind::Grant>,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Option<(Self, Grant)>, RevokeError> {
        // What has happened under a grant has happened.
        let from = from.max(now);
        let grant = self.grants.iter().find(|grant| grant.id == id);
        let grant = grant.filter(|grant| !grant.is_over(now));
        let mut grant = grant.ok_or(RevokeError::Over)?.clone();
        match grant.revoked_from {
            Some(before) if before == from => return Ok(None),
            Some(before) if before < from => return Err(RevokeError::Earlier),
            Some(_) | None => {}
        }
        if grant.terms.window.is_over(from) {
            return Err(RevokeError::Over);
        }
        grant.revoked_from = Some(from);
        let mut next = self.clone();
        for kept in next.grants.iter_mut().filter(|kept| kept.id == id) {
            kept.clone_from(&grant);
        }
        Ok(Some((next.tidied(now), grant)))
    }

    /// The rights without what is over, one version on: what time alone does to them.
    pub(crate) fn tidied(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.grants.retain(|grant| !grant.is_over(now));
        next.version += 1;
        next
    }

    /// When somebody next loses a right by time alone: a grant ends, or an exclusive one begins.
    pub(crate) fn next_loss(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self
            .grants
            .iter()
            .filter_map(|grant| grant.window().until());
        let exclusive = self.grants.iter().filter(|grant| grant.terms.exclusive);
        let begins = exclusive.map(|grant| grant.window().from());
        ends.chain(begins).filter(|moment| *moment > now).min()
    }
}
