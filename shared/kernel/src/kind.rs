//! The registry of id kinds: which word stands before which identifier.
//!
//! Invariant: a prefix belongs to one kind and never changes, since ids are printed into other
//! people's systems. Adding a kind is adding a line here.

/// Declares the kinds, and the list of their prefixes that the tests below check.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// A mark on the type of an [`Id`](crate::Id); it has no values.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name {}

            impl crate::Kind for $name {
                const PREFIX: &'static str = $prefix;
            }
        )*

        /// Every registered prefix, in the order of declaration.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

kinds! {
    /// A person or an organization that can act.
    Account = "acct";
    /// A signed-in session of an account.
    Session = "ses";
    /// A token that lets a player report what is listened to.
    ListeningToken = "ltk";
    /// A company whose rewards members can get.
    Partner = "prt";
    /// Something of a partner that points can be exchanged for.
    Reward = "rwd";
    /// A delivery of voucher codes by a partner.
    CodeBatch = "cbt";
    /// One voucher issued to one member.
    Voucher = "vch";
    /// A claim on points or stock that is not settled yet.
    Hold = "hld";
    /// A rule that says how listening becomes points.
    EarnRule = "erl";
    /// A company, a label, an agency, a karaoke store, a person's own office: whoever sells here.
    Organization = "org";
    /// An offer to join an organization.
    Invitation = "inv";
    /// An agency's right to act for another organization.
    Representation = "rep";
    /// A shop of an organization.
    Shop = "shp";
    /// Something that a shop offers.
    Listing = "lst";
    /// One variant of a listing: what is bought.
    Sku = "sku";
    /// A file that was uploaded: a picture, a recording, a document.
    Media = "med";
    /// A composition.
    Work = "wrk";
    /// A sound recording of a work.
    Recording = "rcd";
    /// A right to use a work or a recording, given to somebody.
    Grant = "grt";
    /// A quarrel about who may sell a song.
    RightsCase = "rcs";
    /// What was checked out together: one order for each shop.
    OrderGroup = "grp";
    /// What was ordered of one shop.
    Order = "ord";
    /// A line of an order.
    OrderLine = "lin";
    /// A parcel on its way.
    Shipment = "shm";
    /// A buyer's wish to get money back.
    RefundRequest = "rrq";
    /// Money that goes back.
    Refund = "rfd";
    /// A quarrel between buyer and seller that an operator decides.
    Dispute = "dsp";
    /// The right to download what was bought.
    Entitlement = "etl";
    /// Money that is meant to be paid, and whether it was.
    PaymentIntent = "pay";
    /// Money that a bank took back.
    Chargeback = "cbk";
    /// A concert, or any other event that has tickets.
    Concert = "con";
    /// A number of tickets of one sort for one concert.
    TicketQuota = "tqt";
    /// A ticket: one seat on the days it covers.
    Ticket = "tkt";
    /// A ticket shown at the door.
    CheckIn = "chk";
    /// What a partner signs its messages with, or what the platform signs its messages to it with.
    PartnerKey = "pky";
    /// Something that a partner's customer has earned here: points, or tickets.
    PartnerGrant = "pgr";
    /// Tickets of a concert that are kept for a partner's customers.
    Allotment = "alt";
    /// That an account here and a member there are one person.
    PartnerLink = "plk";
    /// One exchange of value with a partner, at its agreed price.
    Exchange = "exc";
    /// A payment between the platform and a partner.
    Settlement = "stl";
    /// Where an organization or a partner wants to hear of events.
    WebhookEndpoint = "whe";
    /// An event on its way to one endpoint.
    WebhookDelivery = "whd";
    /// A fact one context tells the others.
    Event = "evt";
    /// A line in a book of points or money.
    Entry = "ent";
    /// A change of a member's points that two operators agree on.
    Adjustment = "adj";
    /// One request to the platform.
    Request = "req";
}

#[cfg(test)]
mod tests {
    use super::PREFIXES;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let unique: BTreeSet<_> = PREFIXES.iter().collect();
        assert_eq!(unique.len(), PREFIXES.len());
    }

    #[test]
    fn prefixes_are_three_or_four_lower_case_letters() {
        for prefix in PREFIXES {
            assert!((3..=4).contains(&prefix.len()), "{prefix}");
            assert!(prefix.bytes().all(|b| b.is_ascii_lowercase()), "{prefix}");
        }
    }
}
