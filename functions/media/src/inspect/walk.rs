//! Walking through a file's structure, however its bytes come in pieces.
//!
//! A [`Grammar`] knows one format: it is handed the bytes that it asked for and says what to do next.
//! The [`Walk`] carries it over the borders of pieces, and over the bytes that nobody looks at.

/// What a grammar wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many bytes, together.
    Take(usize),
    /// Nothing of so many bytes, and then to take some.
    Skip {
        /// How many are passed over.
        bytes: u64,
        /// How many are taken then.
        take: usize,
    },
    /// Nothing of so many bytes, nor until a certain byte has passed; and then to take one.
    SkipPast {
        /// How many are passed over whatever they are.
        bytes: u64,
        /// Which byte ends the rest.
        byte: u8,
    },
    /// Nothing any more, whatever follows.
    Rest,
    /// After so many bytes the file must be over.
    End {
        /// How many.
        after: u64,
    },
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It does not begin as the format does.
    NotTheFormat,
    /// It begins so, and does not go on so.
    Malformed,
    /// It stops in the middle.
    Truncated,
    /// It goes on after its end.
    Trailing,
    /// It is a picture that would fill a machine's memory.
    TooManyPixels,
}

/// The structure of one format, as far as it is looked at.
pub(super) trait Grammar: Send {
    /// How many bytes it wants first.
    fn first(&self) -> usize;

    /// What it wants after these bytes, which are as many as it asked for.
    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw>;

    /// Whether the file may be over where the next bytes would be taken.
    fn may_end(&self) -> bool {
        false
    }
}

/// A walk that goes on.
pub(super) struct Walk {
    grammar: Box<dyn Grammar>,
    taken: Vec<u8>,
    skip_bytes: u64,
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Take(usize),
    Past(u8),
    Rest,
    End,
}

impl Walk {
    /// A walk from the first byte on.
    pub(super) fn new(grammar: Box<dyn Grammar>) -> Self {
        let next = Next::Take(grammar.first());
        Self {
            grammar,
            taken: Vec::new(),
            skip_bytes: 0,
            next,
        }
    }

    /// Goes on over the next piece of the file.
    pub(super) fn feed(&mut self, mut piece: &[u8]) -> Result<(), Flaw> {
        while !piece.is_empty() {
            if self.skip_bytes > 0 {
                let skipped = usize::try_from(self.skip_bytes)
                    .unwrap_or(usize::MAX)
                    .min(piece.len());
                self.skip_bytes -= skipped as u64;
                piece = &piece[skipped..];
                continue;
            }
            piece = match self.next {
                Next::Take(wanted) => self.take(piece, wanted)?,
                Next::Past(byte) => match piece.iter().position(|each| *each == byte) {
                    Some(place) => {
                        self.next = Next::Take(1);
                        &piece[place + 1..]
                    }
                    None => return Ok(()),
                },
                Next::Rest => return Ok(()),
                Next::End => return Err(Flaw::Trailing),
            };
        }
        Ok(())
    }

    /// Whether the file may be over here.
    pub(super) fn finish(&self) -> Result<(), Flaw> {
        if self.skip_bytes > 0 {
            return Err(Flaw::Truncated);
        }
        match self.next {
            Next::Rest | Next::End => Ok(()),
            Next::Take(_) if self.grammar.may_end() && self.taken.is_empty() => Ok(()),
            Next::Take(_) if self.grammar.may_end() => Err(Flaw::Trailing),
            Next::Take(_) | Next::Past(_) => Err(Flaw::Truncated),
        }
    }

    /// Takes what is wanted out of `piece`, as far as it has that, and answers what is left of it.
    fn take<'a>(&mut self, piece: &'a [u8], wanted: usize) -> Result<&'a [u8], Flaw> {
        let missing = wanted.saturating_sub(self.taken.len()).min(piece.len());
        let (taken, left) = piece.split_at(missing);
        self.taken.extend_from_slice(taken);
        if self.taken.len() < wanted {
            return Ok(left);
        }
        let step = self.grammar.take(&self.taken)?;
        self.taken.clear();
        (self.skip_bytes, self.next) = match step {
            Step::Take(bytes) => (0, Next::Take(bytes)),
            Step::Skip { bytes, take } => (bytes, Next::Take(take)),
            Step::SkipPast { bytes, byte } => (bytes, Next::Past(byte)),
            Step::Rest => (0, Next::Rest),
            Step::End { after } => (after, Next::End),
        };
        Ok(left)
    }
}

/// The number that the first four bytes are, highest first.
pub(super) fn big_endian_u32(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// The number that up to eight bytes are, lowest first.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// More pixels than a picture of a shop has; a machine that decodes it needs four bytes for each.
const MAX_PIXELS: u64 = 100_000_000;

/// Refuses a picture that has no size, or too much of it.
pub(super) fn check_pixels(width: u64, height: u64) -> Result<(), Flaw> {
    match width.checked_mul(height) {
        Some(0) => Err(Flaw::Malformed),
        Some(pixels) if pixels <= MAX_PIXELS => Ok(()),
        Some(_) | None => Err(Flaw::TooManyPixels),
    }
}
