//! Chance without chance: everything that a world decides at random follows from its seed.

/// What one part of a world draws its decisions from.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of the part called `part` in the world of `seed`. Parts have dice of their own, so that
    /// one more throw of one does not shift those of all others.
    pub(crate) fn new(seed: u64, part: &str) -> Self {
        Self(throw(seed, part, 0))
    }

    /// A number below `sides`; 0 if there are none.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let sides = u64::try_from(sides.max(1)).unwrap_or(1);
        usize::try_from(mix(self.0) % sides).unwrap_or(0)
    }

    /// Whether something happens that does so `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let index = self.below(of.len());
        of.get(index)
    }

    /// Puts these into any order.
    pub(crate) fn shuffle<T>(&mut self, these: &mut [T]) {
        for last in (1..these.len()).rev() {
            let other = self.below(last + 1);
            these.swap(last, other);
        }
    }
}

/// What the `n`-th time of `what` comes to in the world of `seed`: a pure function, so that it does
/// not depend on what else happens, or when.
pub(crate) fn throw(seed: u64, what: &str, n: u64) -> u64 {
    let text = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mix(mix(mix(seed) ^ text) ^ n)
}

/// SplitMix64's last step.
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
