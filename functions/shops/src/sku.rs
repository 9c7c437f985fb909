//! A variant of a listing: what is put into the basket.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
};

use jiff::civil::Date;
use kernel::{Id, Money, kind};
use quota::QuotaId;
use serde::{Deserialize, Serialize};

use crate::{
    copies::{MediaCopy, TicketQuotaCopy},
    product_type::{ProductType, StockPolicy, Word},
    text::{Choice, Title},
};

/// How many variants a listing has at most. `orders` replaces its copy of a listing in one transaction
/// of at most 100 writes: the copy itself, all variants that there are and all that there were.
pub(crate) const MAX_SKUS: usize = 49;
/// How many files all variants of a listing have at most; it bounds the listing's item.
pub(crate) const MAX_DOWNLOADS: usize = 200;
/// Of how many things a bundle is made at most.
pub(crate) const MAX_COMPONENTS: usize = 10;
/// How many units of one thing are in a bundle at most.
pub(crate) const MAX_COMPONENT_UNITS: u32 = 100;

/// A variant of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sku {
    pub(crate) id: Id<kind::Sku>,
    pub(crate) title: Title,
    /// In what it differs from the others.
    pub(crate) options: BTreeMap<Word, Choice>,
    /// Nothing if it is free, which its seller has said in so many words.
    pub(crate) price: Money,
    pub(crate) supply: Supply,
    pub(crate) downloads: Vec<Download>,
}

/// Where its units come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Supply {
    /// There is always one more.
    Uncounted,
    /// A stock of its own; until its seller has said how many there are, it is not for sale.
    Counted { stocked: bool },
    /// Other variants of the same shop, which are counted.
    Bundle(Vec<Component>),
    /// Places at a concert.
    Tickets(TicketTerms),
}

/// What a bundle takes of another variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Component {
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) sku: Id<kind::Sku>,
    pub(crate) units: NonZeroU32,
}

/// Which tickets a variant sells, as the concert was known when it was last heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketTerms {
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    /// Where they are counted.
    pub(crate) quota: QuotaId,
    /// On which days they open the door.
    pub(crate) days: BTreeSet<Date>,
    /// How many of them one account may buy, if not as many as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_buyer_limit: Option<NonZeroU32>,
}

/// A file that the buyer gets, as media told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Download {
    pub(crate) media: Id<kind::Media>,
    pub(crate) key: String,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: u64,
}

/// What a seller says of a variant; what it refers to has been looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkuTerms {
    pub(crate) title: Title,
    pub(crate) options: BTreeMap<Word, Choice>,
    pub(crate) price: Money,
    pub(crate) components: Vec<Component>,
    pub(crate) tickets: Option<TicketTerms>,
    pub(crate) downloads: Vec<Download>,
}

/// A change of what a seller says of a variant: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SkuEdit {
    pub(crate) title: Option<Title>,
    pub(crate) options: Option<BTreeMap<Word, Choice>>,
    pub(crate) price: Option<Money>,
    pub(crate) downloads: Option<Vec<Download>>,
}

/// Why there can be no such variant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SkuError {
    /// Its type has no such option.
    #[error("this type has no option {0}")]
    UnknownOption(Word),
    /// The option cannot be that.
    #[error("{0} is none of its values")]
    UnknownValue(Word),
    /// Only what has a stock of its own kind can be bundled.
    #[error("only variants of a type that is counted can be bundles")]
    NoBundles,
    /// Tickets come from a concert, and nothing else does.
    #[error("variants of this type must name a ticket quota")]
    TicketsMissing,
    /// This is no ticket.
    #[error("variants of this type have no ticket quota")]
    NoTickets,
    /// What is to be downloaded must be there.
    #[error("variants of this type must have files to download")]
    DownloadsMissing,
    /// Nothing of this is downloaded, or not so much.
    #[error("variants of this type have at most {max} files to download")]
    TooManyDownloads {
        /// How many it may have.
        max: usize,
    },
}

impl Sku {
    /// The variant with these terms, under the rules of its type.
    pub(crate) fn of(
        id: Id<kind::Sku>,
        terms: SkuTerms,
        product_type: &ProductType,
    ) -> Result<Self, SkuError> {
        check_options(&terms.options, product_type)?;
        check_downloads(&terms.downloads, product_type)?;
        let supply = supply_of(terms.components, terms.tickets, product_type)?;
        Ok(Self {
            id,
            title: terms.title,
            options: terms.options,
            price: terms.price,
            supply,
            downloads: terms.downloads,
        })
    }

    /// The variant after an edit, under the rules of its type.
    pub(crate) fn edited(
        self,
        edit: SkuEdit,
        product_type: &ProductType,
    ) -> Result<Self, SkuError> {
        let edited = Self {
            title: edit.title.unwrap_or(self.title),
            options: edit.options.unwrap_or(self.options),
            price: edit.price.unwrap_or(self.price),
            downloads: edit.downloads.unwrap_or(self.downloads),
            ..self
        };
        check_options(&edited.options, product_type)?;
        check_downloads(&edited.downloads, product_type)?;
        Ok(edited)
    }

    /// The variant once its stock is set; `None` if it has none of its own.
    pub(crate) fn stocked(self) -> Option<Self> {
        match self.supply {
            Supply::Counted { .. } => Some(Self {
                supply: Supply::Counted { stocked: true },
                ..self
            }),
            Supply::Uncounted | Supply::Bundle(_) | Supply::Tickets(_) => None,
        }
    }

    /// Whether it is told to the others: a counted thing only once its stock is set.
    pub(crate) fn is_offered(&self) -> bool {
        self.supply != Supply::Counted { stocked: false }
    }

    /// What it is a bundle of; nothing if it is none.
    pub(crate) fn components(&self) -> &[Component] {
        match &self.supply {
            Supply::Bundle(components) => components,
            Supply::Uncounted | Supply::Counted { .. } | Supply::Tickets(_) => &[],
        }
    }

    /// Which tickets it is, if any.
    pub(crate) fn tickets(&self) -> Option<&TicketTerms> {
        match &self.supply {
            Supply::Tickets(tickets) => Some(tickets),
            Supply::Uncounted | Supply::Counted { .. } | Supply::Bundle(_) => None,
        }
    }

    /// What one of it takes of which quotas.
    pub(crate) fn takes(&self) -> Vec<(QuotaId, u32)> {
        match &self.supply {
            Supply::Uncounted => Vec::new(),
            Supply::Counted { .. } => stock_of(self.id)
                .map(|quota| (quota, 1))
                .into_iter()
                .collect(),
            Supply::Bundle(components) => components
                .iter()
                .filter_map(|part| Some((stock_of(part.sku)?, part.units.get())))
                .collect(),
            Supply::Tickets(tickets) => vec![(tickets.quota.clone(), 1)],
        }
    }
}

/// Where the stock of a variant is counted. An id always makes a quota's id.
pub(crate) fn stock_of(sku: Id<kind::Sku>) -> Option<QuotaId> {
    format!("stock:{sku}").parse().ok()
}

fn check_options(
    options: &BTreeMap<Word, Choice>,
    product_type: &ProductType,
) -> Result<(), SkuError> {
    for (name, value) in options {
        let mut rules = product_type.options.iter();
        let rule = rules.find(|rule| rule.name == *name);
        let rule = rule.ok_or_else(|| SkuError::UnknownOption(name.clone()))?;
        if let Some(values) = &rule.values
            && !values.iter().any(|known| known == value.as_str())
        {
            return Err(SkuError::UnknownValue(name.clone()));
        }
    }
    Ok(())
}

fn check_downloads(downloads: &[Download], product_type: &ProductType) -> Result<(), SkuError> {
    let rule = product_type.downloads.as_ref();
    let max = rule.map_or(0, |rule| usize::from(rule.max));
    if downloads.len() > max {
        return Err(SkuError::TooManyDownloads { max });
    }
    if rule.is_some() && downloads.is_empty() {
        return Err(SkuError::DownloadsMissing);
    }
    Ok(())
}

fn supply_of(
    components: Vec<Component>,
    tickets: Option<TicketTerms>,
    product_type: &ProductType,
) -> Result<Supply, SkuError> {
    match (product_type.stock, tickets) {
        (StockPolicy::TicketQuota, Some(tickets)) if components.is_empty() => {
            Ok(Supply::Tickets(tickets))
        }
        (StockPolicy::TicketQuota, Some(_)) => Err(SkuError::NoBundles),
        (StockPolicy::TicketQuota, None) => Err(SkuError::TicketsMissing),
        (StockPolicy::Counted | StockPolicy::Uncounted, Some(_)) => Err(SkuError::NoTickets),
        (StockPolicy::Counted, None) if components.is_empty() => {
            Ok(Supply::Counted { stocked: false })
        }
        (StockPolicy::Counted, None) => Ok(Supply::Bundle(components)),
        (StockPolicy::Uncounted, None) if components.is_empty() => Ok(Supply::Uncounted),
        (StockPolicy::Uncounted, None) => Err(SkuError::NoBundles),
    }
}

impl TicketTerms {
    /// The tickets of a concert that this copy tells of.
    pub(crate) fn of(concert: Id<kind::Concert>, copy: &TicketQuotaCopy) -> Self {
        Self {
            concert,
            ticket_quota: copy.id,
            quota: copy.quota.clone(),
            days: copy.days.clone(),
            per_buyer_limit: copy.per_buyer_limit,
        }
    }
}

impl From<&MediaCopy> for Download {
    fn from(copy: &MediaCopy) -> Self {
        Self {
            media: copy.id,
            key: copy.key.clone(),
            file_name: copy.file_name.clone(),
            content_type: copy.content_type.clone(),
            size_bytes: copy.size_bytes,
        }
    }
}
