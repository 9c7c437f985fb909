//! The keys of allotments, of grants and of what is known of concerts.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | a concert's copy | `CONCERT#<concert>` | `CONCERT` |
//! | the allotments of a concert | `CONCERT#<concert>` | `ALLOTMENT#<allotment>` |
//! | which concert a ticket quota is of | `TICKET_QUOTA#<ticket quota>` | `TICKET_QUOTA` |
//! | an allotment by its id | `ALLOTMENT#<allotment>` | `ALLOTMENT` |
//! | its grants that wait to be claimed | `ALLOTMENT#<allotment>` | `WAITING#<grant>` |
//! | an organizer's allotments, newest first | `ORGANIZATION#<organization>` | `ALLOTMENT#<offered, ms>#<allotment>` |
//! | a grant by its id | `GRANT#<grant>` | `GRANT` |
//! | the grant that a claim code is for | `CLAIM#<keyed hash>` | `CLAIM` |
//! | grants that wait for a partner's member, newest first | `MEMBER#<partner>#<mode>#<member id>` | `WAITING#<granted, ms>#<grant>` |
//! | the grants an account claimed, newest first | `ACCOUNT#<account>` | `GRANT#<claimed, ms>#<grant>` |

use kernel::{Id, Timestamp, kind};
use platform::table::Key;

use super::account;
use crate::{member::MemberId, partner::Mode, typed_code::CodeDigest};

/// The sort key of an allotment.
pub(crate) const ALLOTMENT: &str = "ALLOTMENT";
/// The sort key of a grant.
pub(crate) const GRANT: &str = "GRANT";
/// Before what follows in the sort keys of allotments in lists.
pub(crate) const ALLOTMENT_PREFIX: &str = "ALLOTMENT#";
/// Before what follows in the sort keys of grants that wait to be claimed.
pub(crate) const WAITING_PREFIX: &str = "WAITING#";
/// Before time and id in the sort keys of the grants of an account.
pub(crate) const GRANT_PREFIX: &str = "GRANT#";

/// The partition of a concert.
pub(crate) fn concert_partition(concert: Id<kind::Concert>) -> String {
    format!("CONCERT#{concert}")
}

/// A concert's copy.
pub(crate) fn concert(concert: Id<kind::Concert>) -> Key {
    Key::sorted(concert_partition(concert), "CONCERT")
}

/// An allotment among those of its concert.
pub(crate) fn of_concert(concert: Id<kind::Concert>, allotment: Id<kind::Allotment>) -> Key {
    Key::sorted(
        concert_partition(concert),
        format!("{ALLOTMENT_PREFIX}{allotment}"),
    )
}

/// Which concert a ticket quota is of.
pub(crate) fn ticket_quota(quota: Id<kind::TicketQuota>) -> Key {
    Key::sorted(format!("TICKET_QUOTA#{quota}"), "TICKET_QUOTA")
}

/// The partition of an allotment.
pub(crate) fn allotment_partition(allotment: Id<kind::Allotment>) -> String {
    format!("ALLOTMENT#{allotment}")
}

/// An allotment.
pub(crate) fn allotment(allotment: Id<kind::Allotment>) -> Key {
    Key::sorted(allotment_partition(allotment), ALLOTMENT)
}

/// A grant that waits to be claimed, among those of its allotment.
pub(crate) fn waiting_of_allotment(
    allotment: Id<kind::Allotment>,
    grant: Id<kind::PartnerGrant>,
) -> Key {
    Key::sorted(
        allotment_partition(allotment),
        format!("{WAITING_PREFIX}{grant}"),
    )
}

/// The partition of an organizer's allotments.
pub(crate) fn organization(organization: Id<kind::Organization>) -> String {
    format!("ORGANIZATION#{organization}")
}

/// An allotment among those of its organizer.
pub(crate) fn of_organization(
    of: Id<kind::Organization>,
    offered_at: Timestamp,
    allotment: Id<kind::Allotment>,
) -> Key {
    let at = timed(ALLOTMENT_PREFIX, offered_at);
    Key::sorted(organization(of), format!("{at}#{allotment}"))
}

/// A grant.
pub(crate) fn grant(grant: Id<kind::PartnerGrant>) -> Key {
    Key::sorted(format!("{GRANT_PREFIX}{grant}"), GRANT)
}

/// The grant that a claim code is for.
pub(crate) fn claim(digest: &CodeDigest) -> Key {
    Key::sorted(format!("CLAIM#{}", digest.as_str()), "CLAIM")
}

/// The partition of a partner's member.
pub(crate) fn member(partner: Id<kind::Partner>, mode: Mode, member: &MemberId) -> String {
    let linked = super::linked_member(partner, mode, member);
    linked.pk().to_owned()
}

/// A grant that waits to be claimed, among those of the member it is meant for.
pub(crate) fn waiting_of_member(
    partition: String,
    granted_at: Timestamp,
    grant: Id<kind::PartnerGrant>,
) -> Key {
    let at = timed(WAITING_PREFIX, granted_at);
    Key::sorted(partition, format!("{at}#{grant}"))
}

/// A grant among those that an account claimed.
pub(crate) fn claimed(
    by: Id<kind::Account>,
    claimed_at: Timestamp,
    grant: Id<kind::PartnerGrant>,
) -> Key {
    let at = timed(GRANT_PREFIX, claimed_at);
    Key::sorted(account(by), format!("{at}#{grant}"))
}

/// Thirteen digits last until the year 2286, so that text sorts as time does.
fn timed(prefix: &str, at: Timestamp) -> String {
    format!("{prefix}{:013}", at.as_millisecond())
}
