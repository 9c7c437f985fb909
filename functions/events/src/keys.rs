//! The keys of the events table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | a concert with its ticket quotas | `CONCERT#<concert>` | `CONCERT` |
//! | the concerts of an organization, newest first | `ORGANIZATION#<organization>` | `CONCERT#<concert>` |
//! | the announced concerts, in the order in which they end | `ANNOUNCED` | `<end, ms>#<concert>` |
//! | to which concert a ticket quota belongs | `TICKET_QUOTA#<ticket quota>` | `TICKET_QUOTA` |
//! | the tickets of an order line or of a grant, as a whole | `LINE#<line>` | `LINE` |
//! | what became of a recall for a refund | `LINE#<line>` | `RECALL#<refund request>` |
//! | what became of a recall of a grant's tickets | `LINE#<line>` | `RECALL#<version of the grant>` |
//! | the lines of a concert, in shards | `LINES#<concert>#<shard>` | `LINE#<line>` |
//! | a ticket by its id | `TICKET#<ticket>` | `TICKET` |
//! | who was let in, by day; that nobody is twice | `DOOR#<concert>` | `<day>#<ticket>` |
//!
//! A `<line>` is the id of an order line or of a partner's grant; the prefix tells which.
//!
//! | index | access pattern | hash | range |
//! |---|---|---|---|
//! | `by_holder` | somebody's tickets, newest first | `holder` | `held_since`: `<ms>#<ticket>` |

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use platform::table::Key;

use crate::{origin::LineId, recall::Asked};

/// The partition of the announced concerts.
pub(crate) const ANNOUNCED: &str = "ANNOUNCED";
/// The sort key of a concert.
pub(crate) const CONCERT: &str = "CONCERT";
/// Before a concert's id in the list of its organization.
pub(crate) const CONCERT_PREFIX: &str = "CONCERT#";
/// The sort key of a line.
pub(crate) const LINE: &str = "LINE";
/// Before a line's id in the lists of a concert.
pub(crate) const LINE_PREFIX: &str = "LINE#";
/// Before what asked for it in the sort key of a recall.
pub(crate) const RECALL_PREFIX: &str = "RECALL#";
/// The sort key of a ticket.
pub(crate) const TICKET: &str = "TICKET";
/// The index of somebody's tickets.
pub(crate) const BY_HOLDER: &str = "by_holder";

/// Over how many partitions the lines of a concert are spread, so that one concert can be sold
/// faster than one partition takes writes.
pub(crate) const LINE_SHARDS: u8 = 16;

/// A concert.
pub(crate) fn concert(concert: Id<kind::Concert>) -> Key {
    Key::sorted(format!("CONCERT#{concert}"), CONCERT)
}

/// The partition of what belongs to an organization.
pub(crate) fn organization(organization: Id<kind::Organization>) -> String {
    format!("ORGANIZATION#{organization}")
}

/// A concert in the list of its organization.
pub(crate) fn owned(owner: Id<kind::Organization>, concert: Id<kind::Concert>) -> Key {
    Key::sorted(organization(owner), format!("{CONCERT_PREFIX}{concert}"))
}

/// An announced concert.
pub(crate) fn announced(ends_at: Timestamp, concert: Id<kind::Concert>) -> Key {
    Key::sorted(ANNOUNCED, format!("{}#{concert}", milliseconds(ends_at)))
}

/// A time as sort keys have it: thirteen digits last until the year 2286, so that text sorts as time
/// does.
pub(crate) fn milliseconds(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// To which concert a ticket quota belongs.
pub(crate) fn ticket_quota(quota: Id<kind::TicketQuota>) -> Key {
    Key::sorted(format!("TICKET_QUOTA#{quota}"), "TICKET_QUOTA")
}

/// A line.
pub(crate) fn line(line: LineId) -> Key {
    Key::sorted(format!("LINE#{line}"), LINE)
}

/// A recall of a line's tickets.
pub(crate) fn recall(asked: &Asked) -> Key {
    let asker = match asked {
        Asked::ForRefund { refund_request, .. } => refund_request.to_string(),
        Asked::ForRevocation { version, .. } => version.to_string(),
    };
    Key::sorted(
        format!("LINE#{}", asked.line()),
        format!("{RECALL_PREFIX}{asker}"),
    )
}

/// The partition of one shard of a concert's lines.
pub(crate) fn lines(concert: Id<kind::Concert>, shard: u8) -> String {
    format!("LINES#{concert}#{shard}")
}

/// A line in the lists of its concert.
pub(crate) fn listed_line(concert: Id<kind::Concert>, line: LineId) -> Key {
    // Whichever bytes of an id are even, their sum is.
    let mixed = line.as_bytes().iter().fold(0, |mixed, byte| mixed ^ byte);
    Key::sorted(
        lines(concert, mixed % LINE_SHARDS),
        format!("{LINE_PREFIX}{line}"),
    )
}

/// A ticket.
pub(crate) fn ticket(ticket: Id<kind::Ticket>) -> Key {
    Key::sorted(format!("TICKET#{ticket}"), TICKET)
}

/// A ticket's place among those of its holder.
pub(crate) fn held_since(since: Timestamp, ticket: Id<kind::Ticket>) -> String {
    format!("{}#{ticket}", milliseconds(since))
}

/// The partition of those who were let in to a concert.
pub(crate) fn door(concert: Id<kind::Concert>) -> String {
    format!("DOOR#{concert}")
}

/// One who was let in.
pub(crate) fn check_in(concert: Id<kind::Concert>, day: Date, ticket: Id<kind::Ticket>) -> Key {
    Key::sorted(door(concert), format!("{day}#{ticket}"))
}
