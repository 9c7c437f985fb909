//! Whose an offer is: one shop's, or shared by several who have all agreed.
//!
//! Invariant: the shares are above zero and sum to 10,000 basis points, and the shop that lists the
//! offer is one of its owners.

use std::collections::BTreeSet;

use kernel::{BasisPoints, Id, kind};
use serde::{Deserialize, Serialize};

/// The owners of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Owners(Vec<Owner>);

/// One shop's part in an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) share: BasisPoints,
    /// Whether its organization has agreed to this division.
    pub(crate) accepted: bool,
}

/// Why an offer cannot be divided so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OwnersError {
    /// There are too many, or none.
    #[error("an offer has 1 to {MAX_OWNERS} owners")]
    Number,
    /// A shop stands twice.
    #[error("a shop stands twice")]
    Twice,
    /// Who lists it must have a part in it.
    #[error("the shop that lists the offer is not among the owners")]
    ListerMissing,
    /// A share of nothing is no share.
    #[error("a share is nothing")]
    Nothing,
    /// The shares are not the whole.
    #[error("the shares do not sum to 10000 basis points")]
    Sum,
}

/// How many owners an offer has at most.
pub(crate) const MAX_OWNERS: usize = 10;

impl Owners {
    /// The shop alone.
    pub(crate) fn sole(shop: Id<kind::Shop>, organization: Id<kind::Organization>) -> Self {
        Self(vec![Owner {
            shop,
            organization,
            share: BasisPoints::WHOLE,
            accepted: true,
        }])
    }

    /// A division that `lister` proposes: whoever is of the lister's organization has agreed to it,
    /// everybody else has not yet.
    pub(crate) fn proposed(
        shares: Vec<(Id<kind::Shop>, Id<kind::Organization>, BasisPoints)>,
        lister: (Id<kind::Shop>, Id<kind::Organization>),
    ) -> Result<Self, OwnersError> {
        if !(1..=MAX_OWNERS).contains(&shares.len()) {
            return Err(OwnersError::Number);
        }
        let shops: BTreeSet<_> = shares.iter().map(|(shop, ..)| *shop).collect();
        if shops.len() != shares.len() {
            return Err(OwnersError::Twice);
        }
        if !shops.contains(&lister.0) {
            return Err(OwnersError::ListerMissing);
        }
        if shares.iter().any(|(.., share)| share.get() == 0) {
            return Err(OwnersError::Nothing);
        }
        let sum: u32 = shares
            .iter()
            .map(|(.., share)| u32::from(share.get()))
            .sum();
        if sum != u32::from(BasisPoints::WHOLE.get()) {
            return Err(OwnersError::Sum);
        }
        let owners = shares.into_iter().map(|(shop, organization, share)| Owner {
            shop,
            organization,
            share,
            accepted: organization == lister.1,
        });
        Ok(Self(owners.collect()))
    }

    /// The division once `organization` has agreed for its shop; `None` if it has no such part.
    pub(crate) fn accepted(
        mut self,
        shop: Id<kind::Shop>,
        organization: Id<kind::Organization>,
    ) -> Option<Self> {
        let mut owners = self.0.iter_mut();
        let owner =
            owners.find(|owner| owner.shop == shop && owner.organization == organization)?;
        owner.accepted = true;
        Some(self)
    }

    /// Whether everybody has agreed.
    pub(crate) fn are_agreed(&self) -> bool {
        self.0.iter().all(|owner| owner.accepted)
    }

    /// Whether the organization has a part in the offer.
    pub(crate) fn include(&self, organization: Id<kind::Organization>) -> bool {
        self.iter().any(|owner| owner.organization == organization)
    }

    /// The owners, in the order in which they were named.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Owner> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shop(number: usize) -> Id<kind::Shop> {
        Id::derive(&["shop", &number.to_string()])
    }

    fn organization(number: usize) -> Id<kind::Organization> {
        Id::derive(&["organization", &number.to_string()])
    }

    fn propose(shares: &[u16]) -> Result<Owners, OwnersError> {
        let shares = shares.iter().enumerate().map(|(number, share)| {
            let share = BasisPoints::new(*share).unwrap();
            (shop(number), organization(number), share)
        });
        Owners::proposed(shares.collect(), (shop(0), organization(0)))
    }

    #[test]
    fn a_division_is_of_the_whole_among_different_shops() {
        assert!(propose(&[10_000]).is_ok());
        assert!(propose(&[1, 9_999]).is_ok());
        assert_eq!(propose(&[]), Err(OwnersError::Number));
        assert_eq!(propose(&[1_000; 11]), Err(OwnersError::Number));
        assert_eq!(propose(&[10_000, 0]), Err(OwnersError::Nothing));
        assert_eq!(propose(&[5_000, 4_999]), Err(OwnersError::Sum));
        let half = BasisPoints::new(5_000).unwrap();
        let lister = (shop(0), organization(0));
        let twice = vec![(shop(0), organization(0), half); 2];
        assert_eq!(Owners::proposed(twice, lister), Err(OwnersError::Twice));
        let others = [1, 2].map(|number| (shop(number), organization(number), half));
        let others = Owners::proposed(others.to_vec(), lister);
        assert_eq!(others, Err(OwnersError::ListerMissing));
    }

    proptest! {
        #[test]
        fn a_division_is_agreed_once_everybody_has_agreed_in_any_order(
            order in Just((1..10).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            let mut owners = propose(&[1_000; 10]).unwrap();
            for number in order {
                prop_assert!(!owners.are_agreed());
                let stranger = owners.clone().accepted(shop(number), organization(number + 1));
                prop_assert_eq!(stranger, None);
                owners = owners.accepted(shop(number), organization(number)).unwrap();
            }
            prop_assert!(owners.are_agreed());
        }
    }
}
