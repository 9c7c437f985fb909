//! The keys of the shops table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | a shop by its id | `SHOP#<shop>` | `SHOP` |
//! | a shop by its slug; that no two have the same | `SLUG#<slug>` | `SLUG` |
//! | the shops of an organization, oldest first | `ORGANIZATION#<organization>` | `SHOP#<shop>` |
//! | the copy of an organization | `ORGANIZATION#<organization>` | `ORGANIZATION` |
//! | the copy of a concert | `CONCERT#<concert>` | `CONCERT` |
//! | the listings that sell tickets of a concert | `CONCERT#<concert>` | `LISTING#<listing>` |
//! | the copy of a file | `MEDIA#<media>` | `MEDIA` |
//! | a listing by its id | `LISTING#<listing>` | `LISTING` |
//! | all listings of a shop, newest first | `SHOP#<shop>` | `LISTING#<listing>` |
//! | the shops that wait for approval, oldest first | `REVIEW#SHOPS` | `SHOP#<shop>` |
//! | the listings that wait for approval, oldest first | `REVIEW#LISTINGS` | `LISTING#<listing>` |
//! | published listings by type and region, newest first | `BROWSE#<type or *>#<region or *>` | `<published, ms>#<listing>` |
//! | published listings of a shop, newest first | `BROWSE#<shop>` | `<published, ms>#<listing>` |
//! | published listings by the beginning of a word | `WORD#<its first letter>` | `<word>#<published backwards, ms>#<listing>` |
//!
//! The rows of works, recordings, grants and cases, and of which listing uses which of them, stand in
//! `rights/keys.rs`.

use kernel::{Id, Timestamp, kind};
use platform::table::Key;

use crate::text::Slug;

/// The sort key of a shop's own item.
pub(crate) const SHOP: &str = "SHOP";
/// The sort key of a listing's own item.
pub(crate) const LISTING: &str = "LISTING";
/// Before a shop's id in the sort keys of its organization.
pub(crate) const SHOP_PREFIX: &str = "SHOP#";
/// Before a listing's id in the sort keys of what lists it.
pub(crate) const LISTING_PREFIX: &str = "LISTING#";

/// The partition of the shops that wait for approval.
pub(crate) const SHOP_REVIEWS: &str = "REVIEW#SHOPS";
/// The partition of the listings that wait for approval.
pub(crate) const LISTING_REVIEWS: &str = "REVIEW#LISTINGS";

/// A shop.
pub(crate) fn shop(shop: Id<kind::Shop>) -> Key {
    Key::sorted(shop_partition(shop), SHOP)
}

/// The partition of a shop and the list of its listings.
pub(crate) fn shop_partition(shop: Id<kind::Shop>) -> String {
    format!("SHOP#{shop}")
}

/// The one shop that has this slug.
pub(crate) fn slug(slug: &Slug) -> Key {
    Key::sorted(format!("SLUG#{slug}"), "SLUG")
}

/// The partition of an organization's copy and the list of its shops.
pub(crate) fn organization_partition(organization: Id<kind::Organization>) -> String {
    format!("ORGANIZATION#{organization}")
}

/// The copy of an organization.
pub(crate) fn organization(organization: Id<kind::Organization>) -> Key {
    Key::sorted(organization_partition(organization), "ORGANIZATION")
}

/// A shop in the list of its organization.
pub(crate) fn shop_of_organization(
    organization: Id<kind::Organization>,
    shop: Id<kind::Shop>,
) -> Key {
    Key::sorted(
        organization_partition(organization),
        format!("{SHOP_PREFIX}{shop}"),
    )
}

/// A shop that waits for approval.
pub(crate) fn shop_review(shop: Id<kind::Shop>) -> Key {
    Key::sorted(SHOP_REVIEWS, format!("{SHOP_PREFIX}{shop}"))
}

/// A listing that waits for approval.
pub(crate) fn listing_review(listing: Id<kind::Listing>) -> Key {
    listed(LISTING_REVIEWS.to_owned(), listing)
}

/// The copy of a concert.
pub(crate) fn concert(concert: Id<kind::Concert>) -> Key {
    Key::sorted(concert_partition(concert), "CONCERT")
}

/// The partition of a concert's copy and the list of listings that sell its tickets.
pub(crate) fn concert_partition(concert: Id<kind::Concert>) -> String {
    format!("CONCERT#{concert}")
}

/// A listing that sells tickets of a concert.
pub(crate) fn listing_of_concert(concert: Id<kind::Concert>, listing: Id<kind::Listing>) -> Key {
    listed(concert_partition(concert), listing)
}

/// The copy of a file.
pub(crate) fn media(media: Id<kind::Media>) -> Key {
    Key::sorted(format!("MEDIA#{media}"), "MEDIA")
}

/// A listing.
pub(crate) fn listing(listing: Id<kind::Listing>) -> Key {
    Key::sorted(format!("LISTING#{listing}"), LISTING)
}

/// A listing in the list of its shop.
pub(crate) fn listing_of_shop(shop: Id<kind::Shop>, listing: Id<kind::Listing>) -> Key {
    listed(shop_partition(shop), listing)
}

/// The partition of the published listings of a type and a region; `None` is any.
pub(crate) fn browse_partition(product_type: Option<&str>, region: Option<&str>) -> String {
    const ANY: &str = "*";
    let (product_type, region) = (product_type.unwrap_or(ANY), region.unwrap_or(ANY));
    format!("BROWSE#{product_type}#{region}")
}

/// The partition of the published listings of a shop.
pub(crate) fn browse_shop_partition(shop: Id<kind::Shop>) -> String {
    format!("BROWSE#{shop}")
}

/// Where among others a listing stands that was published then.
pub(crate) fn browse_sort(published_at: Timestamp, listing: Id<kind::Listing>) -> String {
    // Thirteen digits last until the year 2286, so that text sorts as time does.
    let published_ms = published_at.as_millisecond();
    format!("{published_ms:013}#{listing}")
}

/// The partition of the words that begin with this letter.
pub(crate) fn word_partition(first_letter: char) -> String {
    format!("WORD#{first_letter}")
}

/// Where among others a listing stands under a word of its title: of one word, the newest first.
pub(crate) fn word_sort(word: &str, published_at: Timestamp, listing: Id<kind::Listing>) -> String {
    const LAST_MS: i64 = 9_999_999_999_999;
    let backwards_ms = LAST_MS - published_at.as_millisecond().clamp(0, LAST_MS);
    format!("{word}#{backwards_ms:013}#{listing}")
}

fn listed(partition: String, listing: Id<kind::Listing>) -> Key {
    Key::sorted(partition, format!("{LISTING_PREFIX}{listing}"))
}
