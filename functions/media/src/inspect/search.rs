//! Finding short texts in bytes that come in pieces, and keeping the last of them.

/// Whether `needle` stands anywhere in `bytes`.
pub(super) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The same, capitals or not; `needle` is in small letters.
pub(super) fn contains_in_any_case(bytes: &[u8], needle: &[u8]) -> bool {
    bytes
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}

/// Looks for several texts, also where one is cut by the border of two pieces.
pub(super) struct Needles {
    needles: &'static [&'static [u8]],
    longest: usize,
    overlap: Vec<u8>,
}

impl Needles {
    /// Looks for these.
    pub(super) fn new(needles: &'static [&'static [u8]]) -> Self {
        let longest = needles.iter().map(|needle| needle.len()).max();
        Self {
            needles,
            longest: longest.unwrap_or_default(),
            overlap: Vec::new(),
        }
    }

    /// Whether one of them ends in this piece.
    pub(super) fn found_in(&mut self, piece: &[u8]) -> bool {
        let border = self.longest.min(piece.len());
        self.overlap.extend_from_slice(&piece[..border]);
        let found = self
            .needles
            .iter()
            .any(|needle| contains(&self.overlap, needle) || contains(piece, needle));
        if piece.len() >= self.longest {
            self.overlap.clear();
            self.overlap
                .extend_from_slice(&piece[piece.len() - self.longest..]);
        } else {
            let surplus = self.overlap.len().saturating_sub(self.longest);
            self.overlap.drain(..surplus);
        }
        found
    }
}

/// The last bytes of what has come.
pub(super) struct Tail {
    bytes: Vec<u8>,
    kept: usize,
}

impl Tail {
    /// Keeps the last `kept` bytes.
    pub(super) fn new(kept: usize) -> Self {
        Self {
            bytes: Vec::new(),
            kept,
        }
    }

    /// Adds a piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        if piece.len() >= self.kept {
            self.bytes.clear();
            self.bytes
                .extend_from_slice(&piece[piece.len() - self.kept..]);
            return;
        }
        self.bytes.extend_from_slice(piece);
        // Moving the bytes at every piece would cost more than keeping twice as many.
        if self.bytes.len() >= 2 * self.kept {
            let surplus = self.bytes.len() - self.kept;
            self.bytes.drain(..surplus);
        }
    }

    /// The last bytes, or all if there were fewer.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.bytes.len().saturating_sub(self.kept)..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEEDLES: [&[u8]; 2] = [b"needle", b"pin"];

    fn pieces(bytes: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
        bytes.chunks(size)
    }

    proptest! {
        #[test]
        fn a_text_is_found_wherever_pieces_are_cut(
            before in "[a-z]{0,40}", after in "[a-z]{0,40}", size in 1usize..20,
        ) {
            let text = format!("{before}needle{after}");
            let mut needles = Needles::new(&NEEDLES);
            let found = pieces(text.as_bytes(), size).any(|piece| needles.found_in(piece));
            prop_assert!(found);
        }

        #[test]
        fn nothing_is_found_where_nothing_is(text in "[a-m]{0,80}", size in 1usize..20) {
            let mut needles = Needles::new(&NEEDLES);
            let found = pieces(text.as_bytes(), size).any(|piece| needles.found_in(piece));
            prop_assert!(!found);
        }

        #[test]
        fn the_tail_is_the_last_bytes(bytes: Vec<u8>, kept in 1usize..30, size in 1usize..40) {
            let mut tail = Tail::new(kept);
            for piece in pieces(&bytes, size) {
                tail.push(piece);
                // However much has come, no more than this is held.
                prop_assert!(tail.bytes.len() <= 2 * kept);
            }
            prop_assert_eq!(tail.bytes(), &bytes[bytes.len().saturating_sub(kept)..]);
        }
    }
}
