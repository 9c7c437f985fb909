//! All product types, read once from `product_types.json`.
//!
//! Invariant: every type in a [`Catalogue`] can be sold by its own rules, so a mistake in the file
//! stops the function at its start and not a customer at a checkout.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::product_type::{Fulfilment, ProductType, RightsRule, StockPolicy, UseType};

/// The types this platform is built with.
const PRODUCT_TYPES: &str = include_str!("product_types.json");

/// All product types.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    /// What can be done with works and recordings.
    uses: BTreeSet<UseType>,
    types: Vec<ProductType>,
}

/// Why the file is no catalogue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogueError {
    /// It does not have the shape.
    #[error("the product types cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// Two types have one name.
    #[error("there are two product types {0}")]
    Twice(String),
    /// A type cannot be sold by its own rules.
    #[error("the product type {name} is impossible: {reason}")]
    Impossible {
        /// Which.
        name: String,
        /// Why.
        reason: String,
    },
}

impl Catalogue {
    /// The catalogue this platform is built with.
    pub(crate) fn embedded() -> Result<Self, CatalogueError> {
        Self::parse(PRODUCT_TYPES)
    }

    /// Reads and checks a catalogue.
    pub(crate) fn parse(text: &str) -> Result<Self, CatalogueError> {
        let catalogue: Self = serde_json::from_str(text)?;
        let mut names = BTreeSet::new();
        for product_type in &catalogue.types {
            let name = product_type.name.to_string();
            if let Some(reason) = catalogue.defect(product_type) {
                return Err(CatalogueError::Impossible { name, reason });
            }
            if !names.insert(name.clone()) {
                return Err(CatalogueError::Twice(name));
            }
        }
        Ok(catalogue)
    }

    /// All types, in the order of the file.
    pub(crate) fn types(&self) -> &[ProductType] {
        &self.types
    }

    /// The type called `name`.
    pub(crate) fn product_type(&self, name: &str) -> Option<&ProductType> {
        let mut types = self.types.iter();
        types.find(|product_type| product_type.name.as_str() == name)
    }

    /// Whether this is something that can be done with a work or a recording.
    pub(crate) fn has_use(&self, use_type: &UseType) -> bool {
        self.uses.contains(use_type)
    }

    /// All uses, in alphabetical order.
    pub(crate) fn uses(&self) -> impl Iterator<Item = &UseType> {
        self.uses.iter()
    }

    fn defect(&self, product_type: &ProductType) -> Option<String> {
        let attributes = product_type.attributes.iter().map(|rule| &rule.name);
        let options = product_type.options.iter().map(|rule| &rule.name);
        let purposes = product_type.media.iter().map(|rule| &rule.purpose);
        if repeats(attributes) || repeats(options) || repeats(purposes) {
            return Some("a name stands twice".to_owned());
        }
        for rule in &product_type.attributes {
            if let Some(defect) = rule.value.defect() {
                return Some(format!("{}: {defect}", rule.name));
            }
        }
        if product_type.media.iter().any(|rule| rule.min > rule.max) {
            return Some("it wants more files than it allows".to_owned());
        }
        let has_downloads = product_type.downloads.is_some();
        if has_downloads != (product_type.fulfilment == Fulfilment::Download) {
            return Some("downloads and only downloads have files to download".to_owned());
        }
        let counts_tickets = product_type.stock == StockPolicy::TicketQuota;
        if counts_tickets != (product_type.fulfilment == Fulfilment::Ticket) {
            return Some("tickets and only tickets are counted by a ticket quota".to_owned());
        }
        self.rights_defect(product_type)
    }

    fn rights_defect(&self, product_type: &ProductType) -> Option<String> {
        let RightsRule::Grant {
            use_type,
            attributes,
        } = &product_type.rights
        else {
            return None;
        };
        if !self.has_use(use_type) {
            return Some(format!("there is no use {use_type}"));
        }
        if attributes.is_empty() {
            return Some("its rights are about nothing".to_owned());
        }
        let names_none = attributes.iter().find(|name| {
            let rule = product_type.attribute(name.as_str());
            !rule.is_some_and(|rule| rule.value.names_subjects())
        });
        names_none.map(|name| format!("{name} names no work and no recording"))
    }
}

fn repeats<'a, T: Ord + 'a>(names: impl Iterator<Item = &'a T>) -> bool {
    let mut seen = BTreeSet::new();
    let mut names = names;
    names.any(|name| !seen.insert(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::{Id, kind};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        attributes::Attributes,
        product_type::{Review, Subject},
    };

    fn file() -> Value {
        serde_json::from_str(PRODUCT_TYPES).unwrap()
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<Catalogue, CatalogueError> {
        let mut file = file();
        change(&mut file);
        Catalogue::parse(&file.to_string())
    }

    #[test]
    fn the_embedded_catalogue_has_the_ten_types() {
        let catalogue = Catalogue::embedded().unwrap();
        let names: Vec<_> = catalogue
            .types()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let expected = [
            "ticket",
            "merchandise",
            "digital_track",
            "digital_album",
            "lyric_excerpt",
            "stem",
            "demo",
            "service",
            "karaoke_track",
            "booking_offer",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_type_is_added_by_data_alone() {
        let ringtone = json!({
            "name": "ringtone", "title": "Ringtone", "description": "Half a minute of a song.",
            "attributes": [
                { "name": "recording", "required": true, "value": { "kind": "id", "of": "recording" } },
            ],
            "options": [], "fulfilment": "download", "stock": "uncounted",
            "rights": { "rule": "grant", "use": "ringtone", "attributes": ["recording"] },
            "media": [], "downloads": { "accepts": ["audio"], "max": 1 },
            "pre_order": false, "return_days": null, "review": "required",
        });
        let catalogue = with(|file| {
            file["uses"].as_array_mut().unwrap().push(json!("ringtone"));
            file["types"].as_array_mut().unwrap().push(ringtone);
        });
        let catalogue = catalogue.unwrap();
        let ringtone = catalogue.product_type("ringtone").unwrap();
        assert_eq!(ringtone.review, Review::Required);
        assert!(catalogue.has_use(&"ringtone".parse().unwrap()));
        // What a listing of it must say, and which rights it needs, follows from the data too.
        let recording = Id::<kind::Recording>::derive(&["one"]);
        let said = BTreeMap::from([("recording".to_owned(), json!(recording))]);
        let attributes = Attributes::of(said, ringtone).unwrap();
        let need = ringtone.rights_need(&attributes).unwrap();
        assert_eq!(need.use_type.as_str(), "ringtone");
        assert_eq!(
            need.subjects,
            BTreeSet::from([Subject::Recording(recording)])
        );
        assert!(Attributes::of(BTreeMap::new(), ringtone).is_err());
    }

    #[test]
    fn a_type_that_cannot_be_sold_by_its_own_rules_is_refused() {
        let changes: [(&str, Value); 8] = [
            ("/types/0/stock", json!("counted")),
            ("/types/1/stock", json!("ticket_quota")),
            (
                "/types/1/downloads",
                json!({ "accepts": ["audio"], "max": 1 }),
            ),
            ("/types/2/downloads", Value::Null),
            ("/types/2/rights/use", json!("download_twice")),
            ("/types/2/rights/attributes", json!([])),
            ("/types/2/rights/attributes", json!(["artist"])),
            ("/types/2/attributes/1/name", json!("recording")),
        ];
        for (pointer, value) in changes {
            let refused = with(|file| *file.pointer_mut(pointer).unwrap() = value.clone());
            let is_refused = matches!(refused, Err(CatalogueError::Impossible { .. }));
            assert!(is_refused, "{pointer} = {value}");
        }
        let twice = with(|file| file["types"][1]["name"] = json!("ticket"));
        assert!(matches!(twice, Err(CatalogueError::Twice(name)) if name == "ticket"));
        let misspelt = with(|file| file["types"][0]["fulfillment"] = json!("ticket"));
        assert!(matches!(misspelt, Err(CatalogueError::Shape(_))));
    }
}
