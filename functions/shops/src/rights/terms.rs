//! The terms of a deal, as data: for what, where, when, and whether for one party alone.

use std::collections::BTreeSet;

use kernel::Timestamp;

use super::Territories;
use crate::product_type::UseType;

/// What a grant allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// What may be done.
    pub(crate) uses: BTreeSet<UseType>,
    /// Where.
    pub(crate) territories: Territories,
    /// When.
    pub(crate) window: Window,
    /// Whether nobody else may, not even who holds the rights.
    pub(crate) exclusive: bool,
}

/// A stretch of time: from its beginning on, up to but without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    from: Timestamp,
    until: Option<Timestamp>,
}

/// A window that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it ends before it begins")]
pub(crate) struct WindowError;

impl Terms {
    /// Whether both are about some use in some country, whenever.
    pub(crate) fn meet(&self, other: &Self) -> bool {
        !self.uses.is_disjoint(&other.uses) && self.territories.overlap(&other.territories)
    }
}

impl Window {
    /// The time from `from` up to `until`, or without an end.
    pub(crate) fn new(from: Timestamp, until: Option<Timestamp>) -> Result<Self, WindowError> {
        if until.is_some_and(|until| until <= from) {
            return Err(WindowError);
        }
        Ok(Self { from, until })
    }

    /// A window that was checked when it was made.
    pub(crate) fn kept(from: Timestamp, until: Option<Timestamp>) -> Self {
        Self { from, until }
    }

    /// When it begins.
    pub(crate) fn from(self) -> Timestamp {
        self.from
    }

    /// When it ends; `None` if never.
    pub(crate) fn until(self) -> Option<Timestamp> {
        self.until
    }

    /// Whether `at` lies in it.
    pub(crate) fn contains(self, at: Timestamp) -> bool {
        self.from <= at && !self.is_over(at)
    }

    /// Whether it has ended at `at`.
    pub(crate) fn is_over(self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }

    /// Whether some moment lies in both.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        let from = self.from.max(other.from);
        self.contains(from) && other.contains(from)
    }

    /// The same, but over at `at` at the latest; empty if it would only begin then.
    pub(crate) fn cut(self, at: Timestamp) -> Self {
        let until = self.until.map_or(at, |until| until.min(at));
        Self {
            until: Some(until),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn windows() -> impl Strategy<Value = Window> {
        (
            0..10_i64,
            prop::option::of(1..10_i64),
            prop::option::of(0..12_i64),
        )
            .prop_map(|(from, length, cut)| {
                let until = length.map(|length| at(from + length));
                let window = Window::new(at(from), until).unwrap();
                cut.map_or(window, |moment| window.cut(at(moment)))
            })
    }

    proptest! {
        #[test]
        fn windows_overlap_if_and_only_if_some_moment_lies_in_both(
            one in windows(), other in windows(),
        ) {
            // Ends are whole seconds below 30, so a moment in both is one of these.
            let shared = (0..30).any(|second| one.contains(at(second)) && other.contains(at(second)));
            prop_assert_eq!(one.overlaps(other), shared);
            prop_assert_eq!(other.overlaps(one), shared);
        }

        #[test]
        fn a_cut_window_is_the_window_before_the_cut(window in windows(), cut in 0..12_i64) {
            for second in 0..30 {
                let expected = window.contains(at(second)) && second < cut;
                prop_assert_eq!(window.cut(at(cut)).contains(at(second)), expected);
            }
        }
    }

    #[test]
    fn a_window_ends_after_it_begins() {
        assert_eq!(Window::new(at(5), Some(at(5))), Err(WindowError));
        assert_eq!(Window::new(at(5), Some(at(4))), Err(WindowError));
        assert!(Window::new(at(5), Some(at(6))).is_ok());
    }
}
