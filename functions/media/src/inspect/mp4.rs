//! M4A: boxes with a length and a name, `ftyp` first (ISO/IEC 14496-12).

use super::walk::{Flaw, Grammar, Step, big_endian_u32};

const HEADER_BYTES: usize = 8;
const MAX_BRANDS_BYTES: u64 = 4096;
/// What a file may call itself, or say that it is compatible with.
const BRANDS: [&[u8]; 7] = [
    b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"dash",
];

/// An M4A.
#[derive(Default)]
pub(super) struct Mp4 {
    next: Part,
    has_index: bool,
    has_content: bool,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    FirstBox,
    Brands,
    Box,
    /// The length of a box that is too large for four bytes.
    LargeLength,
}

impl Grammar for Mp4 {
    fn first(&self) -> usize {
        HEADER_BYTES
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match self.next {
            Part::FirstBox => {
                let length = u64::from(big_endian_u32(bytes));
                if &bytes[4..] != b"ftyp" {
                    return Err(Flaw::NotTheFormat);
                }
                let brands = length.saturating_sub(HEADER_BYTES as u64);
                if !(HEADER_BYTES as u64..=MAX_BRANDS_BYTES).contains(&brands) {
                    return Err(Flaw::Malformed);
                }
                self.next = Part::Brands;
                Ok(Step::Take(usize::try_from(brands).unwrap_or(HEADER_BYTES)))
            }
            Part::Brands => {
                // Between the brand and those it is compatible with stands a version.
                let mut brands = bytes.chunks(4).enumerate();
                if !brands.any(|(place, brand)| place != 1 && BRANDS.contains(&brand)) {
                    return Err(Flaw::NotTheFormat);
                }
                self.next = Part::Box;
                Ok(Step::Take(HEADER_BYTES))
            }
            Part::Box => self.begin(big_endian_u32(bytes), &bytes[4..]),
            Part::LargeLength => {
                let high = u64::from(big_endian_u32(bytes));
                let length = high << 32 | u64::from(big_endian_u32(&bytes[4..]));
                self.over(length.checked_sub(16))
            }
        }
    }

    fn may_end(&self) -> bool {
        matches!(self.next, Part::Box) && self.has_index && self.has_content
    }
}

impl Mp4 {
    fn begin(&mut self, length: u32, name: &[u8]) -> Result<Step, Flaw> {
        if !name.iter().all(|byte| (0x20..0x7f).contains(byte)) {
            return Err(Flaw::Malformed);
        }
        match name {
            b"ftyp" => return Err(Flaw::Malformed),
            b"moov" => self.has_index = true,
            b"mdat" => self.has_content = true,
            _ => {}
        }
        match length {
            // It lasts to the end of the file, which only the sound itself may.
            0 if name == b"mdat" && self.has_index => Ok(Step::Rest),
            0 => Err(Flaw::Malformed),
            1 => {
                self.next = Part::LargeLength;
                Ok(Step::Take(8))
            }
            length => self.over(u64::from(length).checked_sub(HEADER_BYTES as u64)),
        }
    }

    fn over(&mut self, bytes: Option<u64>) -> Result<Step, Flaw> {
        self.next = Part::Box;
        Ok(Step::Skip {
            bytes: bytes.ok_or(Flaw::Malformed)?,
            take: HEADER_BYTES,
        })
    }
}
