//! FLAC (RFC 9639): a signature, blocks with a kind and a length, then frames. Where a frame ends only a
//! decoder finds out, so the first one is as far as the walk goes.

use super::walk::{Flaw, Grammar, Step, big_endian_u32};

const STREAM_INFO_BYTES: u32 = 34;

/// A FLAC.
#[derive(Default)]
pub(super) struct Flac {
    next: Part,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Signature,
    FirstBlock,
    Block,
    Frame,
}

impl Grammar for Flac {
    fn first(&self) -> usize {
        4
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match (self.next, bytes) {
            (Part::Signature, b"fLaC") => {
                self.next = Part::FirstBlock;
                Ok(Step::Take(4))
            }
            (Part::Signature, _) => Err(Flaw::NotTheFormat),
            (Part::FirstBlock, [kind, ..])
                if kind & 0x7f != 0 || length(bytes) != STREAM_INFO_BYTES =>
            {
                Err(Flaw::Malformed)
            }
            (Part::Block, [0x7f | 0xff, ..]) => Err(Flaw::Malformed),
            (Part::FirstBlock | Part::Block, [kind, ..]) => {
                let is_last = kind & 0x80 != 0;
                self.next = if is_last { Part::Frame } else { Part::Block };
                Ok(Step::Skip {
                    bytes: length(bytes).into(),
                    take: if is_last { 2 } else { 4 },
                })
            }
            (Part::Frame, [0xff, 0xf8 | 0xf9]) => Ok(Step::Rest),
            _ => Err(Flaw::Malformed),
        }
    }
}

/// The length in a block's header: the last three of its four bytes.
fn length(header: &[u8]) -> u32 {
    big_endian_u32(header) & 0x00ff_ffff
}
