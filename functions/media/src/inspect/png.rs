//! PNG: a signature, then chunks with a length and a name, from `IHDR` to `IEND`.

use super::walk::{Flaw, Grammar, Step, big_endian_u32, check_pixels};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const CHUNK_HEADER_BYTES: usize = 8;
/// After every chunk stands a checksum.
const CHECKSUM_BYTES: u64 = 4;

/// A PNG.
#[derive(Default)]
pub(super) struct Png {
    next: Part,
    has_picture: bool,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Signature,
    FirstChunk,
    Size,
    Chunk,
}

impl Grammar for Png {
    fn first(&self) -> usize {
        SIGNATURE.len()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match self.next {
            Part::Signature if bytes != SIGNATURE => Err(Flaw::NotTheFormat),
            Part::Signature => {
                self.next = Part::FirstChunk;
                Ok(Step::Take(CHUNK_HEADER_BYTES))
            }
            Part::FirstChunk if bytes != b"\0\0\0\x0dIHDR" => Err(Flaw::Malformed),
            Part::FirstChunk => {
                self.next = Part::Size;
                Ok(Step::Take(13))
            }
            Part::Size => {
                let (width, height) = (big_endian_u32(bytes), big_endian_u32(&bytes[4..]));
                check_pixels(width.into(), height.into())?;
                self.next = Part::Chunk;
                Ok(Step::Skip {
                    bytes: CHECKSUM_BYTES,
                    take: CHUNK_HEADER_BYTES,
                })
            }
            Part::Chunk => self.chunk(big_endian_u32(bytes), &bytes[4..]),
        }
    }
}

impl Png {
    fn chunk(&mut self, length: u32, name: &[u8]) -> Result<Step, Flaw> {
        if !name.iter().all(u8::is_ascii_alphabetic) || length > i32::MAX as u32 {
            return Err(Flaw::Malformed);
        }
        match name {
            b"IEND" if length == 0 && self.has_picture => Ok(Step::End {
                after: CHECKSUM_BYTES,
            }),
            b"IEND" | b"IHDR" => Err(Flaw::Malformed),
            name => {
                self.has_picture |= name == b"IDAT";
                Ok(Step::Skip {
                    bytes: u64::from(length) + CHECKSUM_BYTES,
                    take: CHUNK_HEADER_BYTES,
                })
            }
        }
    }
}
