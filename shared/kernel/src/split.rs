//! The division of an amount among parties, by largest remainder.
//!
//! Invariant: the parts sum to the whole, for any weights; each part is within one unit of its
//! exact share; and who gets what does not depend on the order in which the parties are named.

use std::cmp::Reverse;

/// Why an amount could not be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The amount is negative; a correction is a new transfer, not a negative split.
    #[error("a negative amount cannot be split")]
    NegativeTotal,
    /// Nobody has a weight, so nobody could be given anything.
    #[error("the weights must not sum to zero")]
    NoWeight,
    /// A party is named twice.
    #[error("a party must be named only once")]
    DuplicateParty,
    /// The weights or their products are beyond 128 bits.
    #[error("the amounts are too large to split")]
    Overflow,
}

/// Splits `total` in proportion to the weights, and answers the parts in the order of the parties.
///
/// Each gets its exact share rounded down. The units left over go one by one to those whose
/// shares lost most by the rounding, and between equals to the lesser party, so that the result is
/// the same whatever order the weights come in. A party without weight is answered with nothing.
///
/// # Errors
/// [`SplitError`] if the total is negative, the weights sum to zero or a party is named twice.
pub fn split<P: Ord + Clone>(
    total: i64,
    weights: &[(P, u64)],
) -> Result<Vec<(P, i64)>, SplitError> {
    let amount = u128::try_from(total).map_err(|_| SplitError::NegativeTotal)?;

    let mut parties: Vec<&(P, u64)> = weights.iter().collect();
    parties.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let twice = |(one, next): (&&(P, u64), &&(P, u64))| one.0 == next.0;
    if parties.iter().zip(parties.iter().skip(1)).any(twice) {
        return Err(SplitError::DuplicateParty);
    }

    let all_weights = parties
        .iter()
        .try_fold(0u128, |sum, (_, weight)| {
            sum.checked_add(u128::from(*weight))
        })
        .ok_or(SplitError::Overflow)?;

    if all_weights == 0 {
        return Err(SplitError::NoWeight);
    }

    let mut parts = Vec::with_capacity(parties.len());
    let mut remainders = Vec::with_capacity(parties.len());
    let mut left_over = total;
    for (party, weight) in parties {
        let product = amount
            .checked_mul(u128::from(*weight))
            .ok_or(SplitError::Overflow)?;
        let floor = product
            .checked_div(all_weights)
            .ok_or(SplitError::NoWeight)?;
        let remainder = product
            .checked_rem(all_weights)
            .ok_or(SplitError::NoWeight)?;
        let part = i64::try_from(floor).map_err(|_| SplitError::Overflow)?;
        left_over = left_over.checked_sub(part).ok_or(SplitError::Overflow)?;
        remainders.push((Reverse(remainder), parts.len()));
        parts.push((party.clone(), part));
    }

    // What is left over is the sum of the remainders over the sum of the weights, so it is less
    // than the number of parties with a remainder: one unit each suffices, and a party without
    // weight, which sorts last, gets none.
    remainders.sort_unstable();
    for (_, index) in remainders {
        if left_over == 0 {
            break;
        }
        if let Some((_, part)) = parts.get_mut(index) {
            *part = part.checked_add(1).ok_or(SplitError::Overflow)?;
            left_over = left_over.checked_sub(1).ok_or(SplitError::Overflow)?;
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn any_weight() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), 0u64..=10_000, any::<u64>(), Just(u64::MAX)]
    }

    /// Weights of distinct parties, not all zero, in any order.
    fn any_weights() -> impl Strategy<Value = Vec<(u16, u64)>> {
        prop::collection::btree_map(any::<u16>(), any_weight(), 1..20)
            .prop_filter("somebody has weight", |w| w.values().any(|w| *w > 0))
            .prop_map(|w: BTreeMap<_, _>| w.into_iter().collect::<Vec<_>>())
            .prop_shuffle()
    }

    fn any_total() -> impl Strategy<Value = i64> {
        prop_oneof![0i64..=100, 0..=i64::MAX, Just(i64::MAX)]
    }

    #[test]
    fn the_left_over_unit_goes_to_the_largest_remainder() {
        let parts = split(10, &[("a", 33), ("b", 34), ("c", 33)]).unwrap();
        assert_eq!(parts, [("a", 3), ("b", 4), ("c", 3)]);
    }

    #[test]
    fn between_equal_remainders_the_lesser_party_comes_first() {
        let parts = split(5, &[("c", 1), ("a", 1), ("b", 1)]).unwrap();
        assert_eq!(parts, [("a", 2), ("b", 2), ("c", 1)]);
    }

    #[test]
    fn a_negative_total_is_refused() {
        for total in [-1, i64::MIN] {
            assert_eq!(split(total, &[("a", 1)]), Err(SplitError::NegativeTotal));
        }
    }

    #[test]
    fn without_weight_there_is_no_split() {
        assert_eq!(split::<u8>(1, &[]), Err(SplitError::NoWeight));
        assert_eq!(split::<u8>(0, &[]), Err(SplitError::NoWeight));
        assert_eq!(split(1, &[("a", 0), ("b", 0)]), Err(SplitError::NoWeight));
    }

    proptest! {
        #[test]
        fn parts_always_sum_to_the_whole(total in any_total(), weights in any_weights()) {
            let parts = split(total, &weights).unwrap();
            let sum: i128 = parts.iter().map(|(_, part)| i128::from(*part)).sum();
            prop_assert_eq!(sum, i128::from(total));
            prop_assert_eq!(parts.len(), weights.len());
        }

        #[test]
        fn the_order_of_the_parties_does_not_matter(
            total in any_total(),
            (one, other) in any_weights().prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
        ) {
            prop_assert_eq!(split(total, &one), split(total, &other));
        }

        #[test]
        fn each_part_is_within_one_unit_of_its_exact_share(
            total in any_total(), weights in any_weights(),
        ) {
            let weight_of: BTreeMap<_, _> = weights.iter().copied().collect();
            let all: u128 = weight_of.values().map(|w| u128::from(*w)).sum();
            for (party, part) in split(total, &weights).unwrap() {
                let product = u128::try_from(total).unwrap() * u128::from(weight_of[&party]);
                let part = u128::try_from(part).unwrap();
                prop_assert!(part == product / all || part == product.div_ceil(all));
            }
        }

        #[test]
        fn more_weight_never_means_less(total in any_total(), weights in any_weights()) {
            let weight_of: BTreeMap<_, _> = weights.iter().copied().collect();
            let parts = split(total, &weights).unwrap();
            for (a, part_a) in &parts {
                for (b, part_b) in &parts {
                    prop_assert!(weight_of[a] <= weight_of[b] || part_a >= part_b);
                }
            }
        }

        #[test]
        fn a_party_named_twice_is_refused(
            total in any_total(), weights in any_weights(), at in any::<prop::sample::Index>(),
        ) {
            let mut weights = weights;
            weights.push(*at.get(&weights));
            prop_assert_eq!(split(total, &weights), Err(SplitError::DuplicateParty));
        }
    }
}
