//! The vouchers that the chain makes on demand: the rules, pure.
//!
//! A reference is asked for by the platform, and stands for one voucher: `unknown → issued → void`
//! and `unknown → void`. What is void stays void, so that whoever has voided a reference knows that
//! no code will ever come of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kernel::{Id, Money, kind, text::Line};
use ring::digest::{SHA256, digest};
use serde::Serialize;

/// By which name the platform asks for a voucher, and both sides settle it.
pub type Reference = Line<64>;
/// What a guest shows at the till.
pub type Code = Line<64>;
/// What the chain calls the thing it gives for a code.
pub type Product = Line<100>;

/// A voucher that was made on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// For which of the chain's contracts.
    pub partner: Id<kind::Partner>,
    /// The platform's name of it.
    pub reference: Reference,
    /// What it is for.
    pub product: Product,
    /// What opens it.
    pub code: Code,
    /// What the platform owes for it.
    pub unit_price: Money,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) reference: Reference,
    pub(crate) product: Product,
    pub(crate) unit_price: Money,
}

/// Why there is no voucher under a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The reference is void, and stays so.
    #[error("the reference is void")]
    Void,
    /// Another product, or at another price, was issued under it.
    #[error("the reference stands for something else")]
    Discordant,
}

/// Every reference the chain has heard of.
#[derive(Debug, Default)]
pub(crate) struct Shelf(BTreeMap<Reference, Slot>);

#[derive(Debug)]
enum Slot {
    Issued {
        issued: Issued,
        /// The price that was agreed; the voucher's is another only where the chain misbehaved.
        agreed: Money,
    },
    /// The contract whose platform has voided it.
    Void(Id<kind::Partner>),
}

/// How a reference stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Unknown,
    Issued(Issued),
    Void,
}

impl Asked {
    /// Whether this is what was asked for when `issued` was made.
    fn is_for(&self, issued: &Issued, agreed: Money) -> bool {
        (self.partner, &self.product, self.unit_price) == (issued.partner, &issued.product, agreed)
    }
}

impl Shelf {
    /// Makes the voucher that is asked for, at `price`, which is another than was asked for only when
    /// the chain misbehaves. Asked again it is the same voucher.
    pub(crate) fn issue(
        &mut self,
        asked: Asked,
        price: Money,
        now: Timestamp,
    ) -> Result<Issued, Refusal> {
        match self.0.get(&asked.reference) {
            Some(Slot::Void(_)) => Err(Refusal::Void),
            Some(Slot::Issued { issued, agreed }) if asked.is_for(issued, *agreed) => {
                Ok(issued.clone())
            }
            Some(Slot::Issued { .. }) => Err(Refusal::Discordant),
            None => {
                let issued = Issued {
                    partner: asked.partner,
                    reference: asked.reference.clone(),
                    product: asked.product,
                    code: code_of(&asked.reference, 1)?,
                    unit_price: price,
                    issued_at: now,
                };
                let slot = Slot::Issued {
                    issued: issued.clone(),
                    agreed: asked.unit_price,
                };
                self.0.insert(asked.reference, slot);
                Ok(issued)
            }
        }
    }

    /// How a reference stands, to the contract that asks.
    pub(crate) fn standing(&self, partner: Id<kind::Partner>, reference: &Reference) -> Standing {
        match self.0.get(reference) {
            Some(Slot::Issued { issued, .. }) if issued.partner == partner => {
                Standing::Issued(issued.clone())
            }
            Some(Slot::Void(owner)) if *owner == partner => Standing::Void,
            _ => Standing::Unknown,
        }
    }

    /// Makes a reference void for ever, whether or not something was issued under it. Only the
    /// contract that asked for it can.
    pub(crate) fn void(
        &mut self,
        partner: Id<kind::Partner>,
        reference: Reference,
    ) -> Result<(), Refusal> {
        let owner = match self.0.get(&reference) {
            Some(Slot::Issued { issued, .. }) => issued.partner,
            Some(Slot::Void(owner)) => *owner,
            None => partner,
        };
        if owner != partner {
            return Err(Refusal::Discordant);
        }
        self.0.insert(reference, Slot::Void(partner));
        Ok(())
    }

    /// The voucher under a reference, whoever asks.
    pub(crate) fn issued(&self, reference: &Reference) -> Option<&Issued> {
        match self.0.get(reference)? {
            Slot::Issued { issued, .. } => Some(issued),
            Slot::Void(_) => None,
        }
    }

    /// Whether a reference is void.
    pub(crate) fn is_void(&self, reference: &Reference) -> bool {
        matches!(self.0.get(reference), Some(Slot::Void(_)))
    }

    /// Every voucher that is issued and not void.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Issued> {
        self.0.values().filter_map(|slot| match slot {
            Slot::Issued { issued, .. } => Some(issued),
            Slot::Void(_) => None,
        })
    }
}

/// The code of a reference; a second one only when the chain misbehaves.
pub(crate) fn code_of(reference: &Reference, copy: u8) -> Result<Code, Refusal> {
    let hash = digest(&SHA256, format!("{} {copy}", reference.as_str()).as_bytes());
    let letters: String = hash.as_ref()[..6]
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    // A line of sixteen letters always is a code.
    format!("CHN-{letters}")
        .parse()
        .map_err(|_| Refusal::Discordant)
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn fen(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn partner(name: &str) -> Id<kind::Partner> {
        Id::derive(&["chain", name])
    }

    fn asked(reference: &str, price: i64) -> Asked {
        Asked {
            partner: partner("a"),
            reference: reference.parse().unwrap(),
            product: "breakfast".parse().unwrap(),
            unit_price: fen(price),
        }
    }

    #[test]
    fn asked_twice_it_is_one_voucher_and_asked_otherwise_it_is_refused() {
        let mut shelf = Shelf::default();
        let now = Timestamp::UNIX_EPOCH;
        let issued = shelf.issue(asked("vch_1", 500), fen(500), now).unwrap();
        let again = shelf.issue(asked("vch_1", 500), fen(500), Timestamp::MAX);
        assert_eq!(again, Ok(issued.clone()));
        let other = shelf.issue(asked("vch_1", 501), fen(501), now);
        assert_eq!(other, Err(Refusal::Discordant));
        let next = shelf.issue(asked("vch_2", 500), fen(500), now).unwrap();
        assert_ne!(next.code, issued.code);
    }

    #[test]
    fn what_is_void_is_never_issued_also_if_it_was_unknown() {
        let mut shelf = Shelf::default();
        let now = Timestamp::UNIX_EPOCH;
        let reference: Reference = "vch_1".parse().unwrap();
        shelf.void(partner("a"), reference.clone()).unwrap();
        let refused = shelf.issue(asked("vch_1", 500), fen(500), now);
        assert_eq!(refused, Err(Refusal::Void));
        shelf.void(partner("a"), reference.clone()).unwrap();
        assert!(shelf.is_void(&reference));
    }

    #[test]
    fn another_contract_neither_sees_nor_voids_a_voucher() {
        let mut shelf = Shelf::default();
        let reference: Reference = "vch_1".parse().unwrap();
        shelf
            .issue(asked("vch_1", 500), fen(500), Timestamp::UNIX_EPOCH)
            .unwrap();
        let stranger = partner("b");
        assert_eq!(shelf.standing(stranger, &reference), Standing::Unknown);
        let refused = shelf.void(stranger, reference.clone());
        assert_eq!(refused, Err(Refusal::Discordant));
        assert!(shelf.issued(&reference).is_some());
    }

    proptest! {
        #[test]
        fn a_reference_has_one_code_until_it_is_void_and_none_after(
            steps in prop::collection::vec((any::<bool>(), 0..3_u8), 0..30),
        ) {
            let mut shelf = Shelf::default();
            let mut codes: BTreeMap<u8, Code> = BTreeMap::new();
            let mut voided = Vec::new();
            for (is_issue, number) in steps {
                let name = format!("vch_{number}");
                if is_issue {
                    let outcome = shelf.issue(asked(&name, 1), fen(1), Timestamp::UNIX_EPOCH);
                    prop_assert_eq!(outcome.is_err(), voided.contains(&number));
                    if let Ok(issued) = outcome {
                        let code = codes.entry(number).or_insert_with(|| issued.code.clone());
                        prop_assert_eq!(&*code, &issued.code);
                    }
                } else {
                    shelf.void(partner("a"), name.parse().unwrap()).unwrap();
                    voided.push(number);
                }
            }
        }
    }
}
