//! The right to download what was bought.
//!
//! Invariant: whoever paid for a file may download it for ever: neither the end of its listing nor
//! that of the shop takes it away, only the money going back for all of its line does.

use kernel::{Id, Timestamp, kind};

use crate::order::{Download, Line, Order};

/// One buyer's right to the files of one line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entitlement {
    pub(crate) id: Id<kind::Entitlement>,
    pub(crate) holder: Id<kind::Account>,
    pub(crate) order: Id<kind::Order>,
    pub(crate) line: Id<kind::OrderLine>,
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) title: String,
    pub(crate) files: Vec<Download>,
    pub(crate) granted_at: Timestamp,
    /// When it ended, if the money went back.
    pub(crate) revoked_at: Option<Timestamp>,
    /// How many links were given out.
    pub(crate) download_count: u32,
}

impl Entitlement {
    /// The right that comes with a line of an order.
    pub(crate) fn of(order: &Order, line: &Line, now: Timestamp) -> Self {
        Self {
            id: entitlement_id(line.id),
            holder: order.buyer,
            order: order.id,
            line: line.id,
            listing: line.listing,
            title: line.title.clone(),
            files: line.downloads.clone(),
            granted_at: now,
            revoked_at: None,
            download_count: 0,
        }
    }

    /// The file `media`, if it is one of them.
    pub(crate) fn file(&self, media: Id<kind::Media>) -> Option<&Download> {
        self.files.iter().find(|file| file.media == media)
    }
}

/// The id of the right that comes with a line: the same whenever it is asked for.
pub(crate) fn entitlement_id(line: Id<kind::OrderLine>) -> Id<kind::Entitlement> {
    Id::derive(&["entitlement", &line.to_string()])
}
