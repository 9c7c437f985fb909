//! Ogg (RFC 3533): pages, each with a table from which its length follows.

use super::walk::{Flaw, Grammar, Step};

const HEADER_BYTES: usize = 27;
const FIRST_OF_STREAM: u8 = 0x02;
/// How the first packet of a stream of sound begins.
const CODECS: [&[u8]; 4] = [b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   "];
const CODEC_BYTES: u64 = 8;

/// An Ogg.
#[derive(Default)]
pub(super) struct Ogg {
    next: Part,
    pages: u32,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Header,
    Table,
    /// The beginning of the first packet, on a page with so many bytes more.
    Codec(u64),
}

impl Grammar for Ogg {
    fn first(&self) -> usize {
        HEADER_BYTES
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match self.next {
            Part::Header => {
                let is_first = self.pages == 0;
                if !bytes.starts_with(b"OggS\0") {
                    let flaw = if is_first {
                        Flaw::NotTheFormat
                    } else {
                        Flaw::Malformed
                    };
                    return Err(flaw);
                }
                if is_first && bytes[5] & FIRST_OF_STREAM == 0 {
                    return Err(Flaw::Malformed);
                }
                self.pages = self.pages.saturating_add(1);
                match bytes[HEADER_BYTES - 1] {
                    0 => self.over(0),
                    segments => {
                        self.next = Part::Table;
                        Ok(Step::Take(segments.into()))
                    }
                }
            }
            Part::Table => {
                let body = bytes.iter().map(|bytes| u64::from(*bytes)).sum::<u64>();
                if self.pages > 1 {
                    return self.over(body);
                }
                self.next = Part::Codec(body.checked_sub(CODEC_BYTES).ok_or(Flaw::Malformed)?);
                Ok(Step::Take(8))
            }
            Part::Codec(left) => {
                if !CODECS.iter().any(|codec| bytes.starts_with(codec)) {
                    return Err(Flaw::NotTheFormat);
                }
                self.over(left)
            }
        }
    }

    fn may_end(&self) -> bool {
        matches!(self.next, Part::Header) && self.pages > 1
    }
}

impl Ogg {
    fn over(&mut self, bytes: u64) -> Result<Step, Flaw> {
        if self.pages == 1 && bytes == 0 && matches!(self.next, Part::Header) {
            return Err(Flaw::Malformed);
        }
        self.next = Part::Header;
        Ok(Step::Skip {
            bytes,
            take: HEADER_BYTES,
        })
    }
}
