//! A product type: what a listing of it says of itself, and by which rules it is sold.
//!
//! Types are data (`product_types.json`); this is the shape of that file and of
//! `GET /v1/product-types`, which serves it as it is. Nothing in the code knows a type by its name.

use std::{collections::BTreeSet, fmt, str::FromStr};

use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attributes::Attributes;

/// A type of product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductType {
    /// Names the type.
    #[schema(value_type = String, example = "digital_track")]
    pub(crate) name: Word,
    /// What people call it.
    #[schema(example = "Digital track")]
    pub(crate) title: String,
    /// What it is.
    pub(crate) description: String,
    /// What a listing of this type says of itself.
    pub(crate) attributes: Vec<AttributeRule>,
    /// In what its variants may differ.
    pub(crate) options: Vec<OptionRule>,
    /// How it gets to the buyer.
    pub(crate) fulfilment: Fulfilment,
    /// Whether and how its units are counted.
    pub(crate) stock: StockPolicy,
    /// Which rights the shop must hold.
    pub(crate) rights: RightsRule,
    /// The files that show it.
    pub(crate) media: Vec<MediaRule>,
    /// The files that the buyer gets; null if none.
    pub(crate) downloads: Option<DownloadRule>,
    /// Whether it may be sold before its release date.
    pub(crate) pre_order: bool,
    /// For how many days after receipt the buyer may give it back; null if it cannot be given back.
    pub(crate) return_days: Option<u16>,
    /// Whether an operator looks at a listing before it can be published.
    pub(crate) review: Review,
}

/// One attribute of a type's listings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeRule {
    /// Names the attribute.
    #[schema(value_type = String, example = "genre")]
    pub(crate) name: Word,
    /// Whether every listing must have it.
    pub(crate) required: bool,
    /// What it may be.
    pub(crate) value: ValueRule,
}

/// What the value of an attribute may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ValueRule {
    /// A text.
    Text {
        /// How long at most.
        max_characters: u32,
    },
    /// A whole number.
    Number {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// True or false.
    Flag,
    /// A day, such as `2026-06-01`.
    Date,
    /// One of some words.
    Enum {
        /// The words.
        values: Vec<String>,
    },
    /// The id of something on this platform.
    Id {
        /// Of what.
        of: Referent,
    },
    /// Several values, none of them twice.
    List {
        /// What each may be.
        #[schema(no_recursion)]
        items: Box<ValueRule>,
        /// How many at most.
        max_items: u32,
    },
}

/// What an attribute can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Referent {
    /// A composition.
    Work,
    /// A sound recording.
    Recording,
    /// A concert.
    Concert,
}

/// Something in which variants differ, such as the size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionRule {
    /// Names it.
    #[schema(value_type = String, example = "size")]
    pub(crate) name: Word,
    /// What it may be; null if any text of up to 40 characters.
    pub(crate) values: Option<Vec<String>>,
}

/// How what was bought gets to its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProductFulfilment)]
pub(crate) enum Fulfilment {
    /// Files to download.
    Download,
    /// A parcel.
    Shipment,
    /// A ticket for a concert.
    Ticket,
    /// Something that is done for the buyer.
    Service,
}

/// Whether and how units are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StockPolicy {
    /// There are as many as the seller says.
    Counted,
    /// There is always one more.
    Uncounted,
    /// There are as many as the concert has places.
    TicketQuota,
}

/// Which rights a shop must hold to sell something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RightsRule {
    /// None: no exclusive grant elsewhere concerns it.
    None,
    /// A grant for this use of every work and recording that these attributes name; they must name
    /// at least one.
    Grant {
        /// What is done with the work or the recording.
        #[serde(rename = "use")]
        #[schema(value_type = String, example = "download")]
        use_type: UseType,
        /// The attributes that name works and recordings.
        #[schema(value_type = Vec<String>)]
        attributes: Vec<Word>,
    },
}

/// Files of one purpose that show a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaRule {
    /// What they are for.
    #[schema(value_type = String, example = "cover")]
    pub(crate) purpose: Word,
    /// Of which kinds they may be.
    pub(crate) accepts: Vec<MediaKind>,
    /// How many there must be before the listing can be published.
    pub(crate) min: u16,
    /// How many there can be.
    pub(crate) max: u16,
}

/// The files that a buyer of one variant gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownloadRule {
    /// Of which kinds they may be.
    pub(crate) accepts: Vec<MediaKind>,
    /// How many there can be.
    pub(crate) max: u16,
}

/// What a file is, as its upload was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MediaKind {
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// Files in an archive.
    Archive,
    /// Something to read.
    Document,
}

/// Whether an operator looks at a listing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Review {
    /// Yes.
    Required,
    /// No: what is submitted is approved.
    None,
}

/// A name in the schema: 1 to 40 lower-case letters, digits and `_`, a letter first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Word(String);

/// What is done with a work or a recording, such as `download` or `karaoke`. Which there are is
/// said by the schema.
pub(crate) type UseType = Word;

/// A text that is no name in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to {MAX_WORD_LENGTH} lower-case letters, digits and `_`, a letter first")]
pub(crate) struct WordError;

const MAX_WORD_LENGTH: usize = 40;

/// What rights are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subject {
    /// A composition.
    Work(Id<kind::Work>),
    /// A sound recording.
    Recording(Id<kind::Recording>),
}

/// The rights without which a listing cannot be sold: for this use, of each of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RightsNeed {
    /// What is done with them.
    pub(crate) use_type: UseType,
    /// Works and recordings; none if the listing does not say what it is of, which is no reason to
    /// sell it.
    pub(crate) subjects: BTreeSet<Subject>,
}

impl ProductType {
    /// Which rights a listing with these attributes needs; `None` if none.
    pub(crate) fn rights_need(&self, attributes: &Attributes) -> Option<RightsNeed> {
        match &self.rights {
            RightsRule::None => None,
            RightsRule::Grant {
                use_type,
                attributes: names,
            } => Some(RightsNeed {
                use_type: use_type.clone(),
                subjects: names
                    .iter()
                    .flat_map(|name| attributes.texts(name))
                    .filter_map(|text| text.parse().ok())
                    .collect(),
            }),
        }
    }

    /// The rule of the attribute called `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&AttributeRule> {
        let mut rules = self.attributes.iter();
        rules.find(|rule| rule.name.as_str() == name)
    }

    /// The rule of the files that show a listing and have this purpose.
    pub(crate) fn media_rule(&self, purpose: &str) -> Option<&MediaRule> {
        let mut rules = self.media.iter();
        rules.find(|rule| rule.purpose.as_str() == purpose)
    }
}

impl Word {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Word {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if begins && text.len() <= MAX_WORD_LENGTH && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(WordError)
        }
    }
}

impl TryFrom<String> for Word {
    type Error = WordError;

    fn try_from(text: String) -> Result<Self, WordError> {
        text.parse()
    }
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        word.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Work(work) => work.fmt(formatter),
            Self::Recording(recording) => recording.fmt(formatter),
        }
    }
}

impl FromStr for Subject {
    type Err = kernel::id::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let work = text.parse().map(Self::Work);
        work.or_else(|_| text.parse().map(Self::Recording))
    }
}
