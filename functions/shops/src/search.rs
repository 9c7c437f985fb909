//! How listings are found: by the beginnings of words in their titles, by type, region and shop.
//!
//! Every published listing stands in a few rows, made here from the listing and from nothing else:
//! five for browsing (by type and region, each or any, and by shop) and one for each of the first
//! [`MAX_WORDS`] words of its title. What is listed is in the order of publication, newest first; what is
//! searched for, in the order of the word that was found and, of one word, newest first. These are
//! all inputs there are: neither the shop's owner, nor its sales, nor its commission is among them.

use std::collections::BTreeSet;

use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{
    country::Country,
    keys,
    listing::{Listing, ListingState},
    product_type::Word,
};

/// By how many words of its title a listing is found. It bounds the rows that publishing writes.
pub(crate) const MAX_WORDS: usize = 12;
/// How many words of a search count.
const MAX_TERMS: usize = 8;
/// How many characters of a word count.
const MAX_WORD_CHARACTERS: usize = 40;

/// One place where a published listing stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) pk: String,
    pub(crate) sk: String,
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) product_type: Word,
    pub(crate) region: Country,
    /// Under which word it stands; none in a list for browsing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) word: Option<String>,
    /// All words by which the listing is found.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) words: BTreeSet<String>,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) product_type: Option<Word>,
    pub(crate) region: Option<Country>,
    pub(crate) shop: Option<Id<kind::Shop>>,
    /// Beginnings of words that the title must have, all of them; as [`terms`] makes them.
    pub(crate) terms: Vec<String>,
}

/// Which rows hold what somebody looks for, and perhaps more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) pk: String,
    /// How the sort keys begin.
    pub(crate) prefix: Option<String>,
}

/// Where a listing stands: nowhere unless it is published.
pub(crate) fn rows(listing: &Listing) -> BTreeSet<Row> {
    let (ListingState::Published, Some(published_at)) = (listing.state, listing.published_at)
    else {
        return BTreeSet::new();
    };
    let row = |pk, sk, word, words| Row {
        pk,
        sk,
        listing: listing.id,
        shop: listing.shop,
        product_type: listing.product_type.clone(),
        region: listing.region,
        word,
        words,
    };
    let product_type = Some(listing.product_type.as_str());
    let region = Some(listing.region.as_str());
    let lists = [
        keys::browse_partition(None, None),
        keys::browse_partition(product_type, None),
        keys::browse_partition(None, region),
        keys::browse_partition(product_type, region),
        keys::browse_shop_partition(listing.shop),
    ];
    let sort = keys::browse_sort(published_at, listing.id);
    let lists = lists
        .into_iter()
        .map(|pk| row(pk, sort.clone(), None, BTreeSet::new()));
    let words = words(listing.title.as_str());
    let found = words.iter().filter_map(|word| {
        let pk = keys::word_partition(word.chars().next()?);
        let sk = keys::word_sort(word, published_at, listing.id);
        Some(row(pk, sk, Some(word.clone()), words.clone()))
    });
    lists.chain(found).collect()
}

impl Wanted {
    /// Where to look. A search goes by its longest term, since the fewest words begin so.
    pub(crate) fn range(&self) -> Range {
        let longest = self.longest_term();
        if let Some((term, letter)) = longest.and_then(|term| Some((term, term.chars().next()?))) {
            return Range {
                pk: keys::word_partition(letter),
                prefix: Some(term.to_owned()),
            };
        }
        let pk = match self.shop {
            Some(shop) => keys::browse_shop_partition(shop),
            None => keys::browse_partition(
                self.product_type.as_ref().map(Word::as_str),
                self.region.map(Country::as_str),
            ),
        };
        Range { pk, prefix: None }
    }

    /// Whether a row of the range is wanted. Of a listing that stands under several words that begin
    /// alike, the first is wanted and no other.
    pub(crate) fn matches(&self, row: &Row) -> bool {
        let fits = self
            .product_type
            .as_ref()
            .is_none_or(|it| *it == row.product_type)
            && self.region.is_none_or(|it| it == row.region)
            && self.shop.is_none_or(|it| it == row.shop);
        let has = |term: &String| row.words.iter().any(|word| word.starts_with(term));
        let is_first = self.longest_term().is_none_or(|term| {
            let first = row.words.iter().find(|word| word.starts_with(term));
            first == row.word.as_ref()
        });
        fits && is_first && self.terms.iter().all(has)
    }

    fn longest_term(&self) -> Option<&str> {
        let longest =
            |longest: &'_ String, term: &'_ String| longest.chars().count() >= term.chars().count();
        let terms = self.terms.iter();
        terms
            .reduce(|best, term| if longest(best, term) { best } else { term })
            .map(String::as_str)
    }
}

/// The words by which a title is found: of scripts with spaces, each word; of those without, every two
/// letters that follow one another, and the last alone, so that any letter can begin a search.
fn words(title: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in runs(title) {
        let parts = match &run {
            Run::Spaced(word) => vec![word.clone()],
            Run::Unspaced(letters) => {
                let mut parts = pairs(letters);
                parts.extend(letters.last().map(char::to_string));
                parts
            }
        };
        for part in parts {
            if words.len() < MAX_WORDS {
                words.insert(part);
            }
        }
    }
    words
}

/// The beginnings of words that a search asks for.
pub(crate) fn terms(search: &str) -> Vec<String> {
    let terms = runs(search).into_iter().flat_map(|run| match run {
        Run::Spaced(word) => vec![word],
        Run::Unspaced(letters) if letters.len() == 1 => {
            letters.iter().map(char::to_string).collect()
        }
        Run::Unspaced(letters) => pairs(&letters),
    });
    terms.take(MAX_TERMS).collect()
}

/// Letters that belong together.
enum Run {
    /// A word between spaces or marks.
    Spaced(String),
    /// Letters of a script that puts no spaces between words.
    Unspaced(Vec<char>),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut spaced = String::new();
    let mut unspaced = Vec::new();
    for letter in fold(text).chars().chain([' ']) {
        let stands_alone = is_unspaced(letter);
        if !unspaced.is_empty() && !stands_alone {
            runs.push(Run::Unspaced(std::mem::take(&mut unspaced)));
        }
        if !spaced.is_empty() && (stands_alone || !letter.is_alphanumeric()) {
            let word: String = std::mem::take(&mut spaced);
            runs.push(Run::Spaced(
                word.chars().take(MAX_WORD_CHARACTERS).collect(),
            ));
        }
        if stands_alone {
            unspaced.push(letter);
        } else if letter.is_alphanumeric() {
            spaced.push(letter);
        }
    }
    runs
}

/// One spelling for what looks alike: lower case, without accents, wide letters narrow.
fn fold(text: &str) -> String {
    let is_accent = |letter: &char| matches!(letter, '\u{300}'..='\u{36f}');
    let plain = text.nfkd().filter(|letter| !is_accent(letter));
    let lower: String = plain.flat_map(char::to_lowercase).collect();
    // What the compatible form has taken apart and is no accent, such as Hangul, comes together again.
    lower.nfc().collect()
}

fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && letter.is_alphanumeric()
}

fn pairs(letters: &[char]) -> Vec<String> {
    letters
        .windows(2)
        .map(|pair| pair.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::{attributes::Attributes, owners::Owners};

    /// A published listing of one of a few shops, which may be anybody's.
    fn published(shop: u8, published_ms: i64, number: usize) -> Listing {
        let shop = Id::derive(&["shop", &shop.to_string()]);
        let organization = Id::derive(&["organization"]);
        let published_at = Timestamp::from_millisecond(published_ms).unwrap();
        Listing {
            id: Id::derive(&["listing", &number.to_string()]),
            shop,
            organization,
            region: "CN".parse().unwrap(),
            currency: Currency::CNY,
            product_type: "service".parse().unwrap(),
            title: "Night Market".parse().unwrap(),
            description: None,
            attributes: Attributes::default(),
            media: Vec::new(),
            skus: Vec::new(),
            owners: Owners::sole(shop, organization),
            released_at: None,
            terms_accepted_at: None,
            state: ListingState::Published,
            suspension: None,
            rejection: None,
            published_at: Some(published_at),
            created_at: published_at,
            updated_at: published_at,
            version: 1,
        }
    }

    proptest! {
        #[test]
        fn the_order_follows_from_publication_alone_and_not_from_the_shop(
            town in prop::collection::vec((0_u8..4, 0_i64..5), 1..20), exchanged: u8,
        ) {
            let found = |shop_of: &dyn Fn(u8) -> u8, wanted: &Wanted| {
                let listings = town.iter().enumerate().map(|(number, (shop, published_ms))| {
                    published(shop_of(*shop), *published_ms, number)
                });
                let range = wanted.range();
                let mut rows: Vec<_> = listings
                    .flat_map(|listing| rows(&listing))
                    .filter(|row| row.pk == range.pk && wanted.matches(row))
                    .map(|row| (row.sk, row.listing))
                    .collect();
                rows.sort();
                rows
            };
            for search in ["", "mar"] {
                let wanted = Wanted { terms: terms(search), ..Wanted::default() };
                let as_it_is = found(&|shop| shop, &wanted);
                prop_assert_eq!(as_it_is.len(), town.len());
                // Whatever is true of a shop, its house included, can be exchanged for another's.
                prop_assert_eq!(as_it_is, found(&|shop| shop ^ exchanged, &wanted));
            }
        }
    }

    fn finds(search: &str, title: &str) -> bool {
        let words = words(title);
        let terms = terms(search);
        let has = |term: &String| words.iter().any(|word| word.starts_with(term));
        !terms.is_empty() && terms.iter().all(has)
    }

    #[test]
    fn a_title_is_found_by_the_beginnings_of_its_words_however_they_are_spelled() {
        for (search, title) in [
            ("night", "Night Market"),
            ("MARK nig", "Night Market"),
            ("cafe", "Café del Mar"),
            ("CAFÉ", "cafe"),
            ("ｎｉｇｈｔ", "Night"),
            ("夜", "夜来香"),
            ("来香", "夜来香"),
            ("香", "夜来香"),
            ("夜来香", "夜来香 (Live)"),
            ("live", "夜来香Live"),
            ("さくら", "「さくら」"),
            ("서울", "서울의 밤"),
            ("2026", "Tour 2026/27"),
        ] {
            assert!(finds(search, title), "{search} in {title}");
        }
    }

    #[test]
    fn a_title_is_not_found_by_what_it_does_not_say() {
        for (search, title) in [
            ("arket", "Night Market"),
            ("night day", "Night Market"),
            ("香来", "夜来香"),
            ("夜香", "夜来香"),
            ("…", "Night Market"),
            ("", "Night Market"),
        ] {
            assert!(!finds(search, title), "{search} in {title}");
        }
    }

    #[test]
    fn a_long_title_has_so_many_words_and_no_more() {
        let title: String = (0..50).map(|number| format!("word{number} ")).collect();
        assert_eq!(words(&title).len(), MAX_WORDS);
        let endless = "x".repeat(200);
        assert_eq!(words(&endless).iter().map(String::len).max(), Some(40));
        assert_eq!(terms(&"x ".repeat(50)).len(), MAX_TERMS);
    }
}
