//! MP3 and AAC: frames that begin with a header, from which their length follows. Between and behind
//! them encoders leave all sorts of things, so the first frames are as far as the walk goes.

use super::walk::{Flaw, Grammar, Step, big_endian_u32};

/// So many frames in a row are no coincidence: a header has some 16 bits that must be right.
const FRAMES: u32 = 3;
const MP3_HEADER_BYTES: usize = 4;
const ADTS_HEADER_BYTES: usize = 7;

/// An MP3, with or without an ID3 tag in front.
#[derive(Default)]
pub(super) struct Mp3 {
    next: Mp3Part,
    frames: u32,
}

#[derive(Clone, Copy, Default)]
enum Mp3Part {
    #[default]
    Start,
    Tag,
    Frame,
}

impl Grammar for Mp3 {
    fn first(&self) -> usize {
        MP3_HEADER_BYTES
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match self.next {
            Mp3Part::Start if bytes.starts_with(b"ID3") => {
                self.next = Mp3Part::Tag;
                Ok(Step::Take(6))
            }
            // After the revision and the flags: four bytes of seven bits.
            Mp3Part::Tag => {
                let length = &bytes[2..];
                if length.iter().any(|byte| *byte > 0x7f) {
                    return Err(Flaw::Malformed);
                }
                self.next = Mp3Part::Frame;
                Ok(Step::Skip {
                    bytes: length
                        .iter()
                        .fold(0, |length, byte| length << 7 | u64::from(*byte)),
                    take: MP3_HEADER_BYTES,
                })
            }
            Mp3Part::Start | Mp3Part::Frame => {
                let broken = match self.next {
                    Mp3Part::Start => Flaw::NotTheFormat,
                    Mp3Part::Tag | Mp3Part::Frame => Flaw::Malformed,
                };
                let length = mp3_frame_bytes(big_endian_u32(bytes)).ok_or(broken)?;
                self.next = Mp3Part::Frame;
                frame(&mut self.frames, length, MP3_HEADER_BYTES)
            }
        }
    }
}

/// AAC in an ADTS stream.
#[derive(Default)]
pub(super) struct Adts {
    frames: u32,
}

impl Grammar for Adts {
    fn first(&self) -> usize {
        ADTS_HEADER_BYTES
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        let broken = match self.frames {
            0 => Flaw::NotTheFormat,
            _ => Flaw::Malformed,
        };
        // Twelve bits of ones, and a layer that is always zero.
        if bytes[0] != 0xff || bytes[1] & 0xf6 != 0xf0 {
            return Err(broken);
        }
        let frequency = bytes[2] >> 2 & 0x0f;
        let length =
            u64::from(bytes[3] & 0x03) << 11 | u64::from(bytes[4]) << 3 | u64::from(bytes[5] >> 5);
        if frequency > 12 || length < ADTS_HEADER_BYTES as u64 {
            return Err(broken);
        }
        frame(&mut self.frames, length, ADTS_HEADER_BYTES)
    }
}

/// Over a frame of this length, and on to the next or to the end of the walk.
fn frame(frames: &mut u32, length: u64, header: usize) -> Result<Step, Flaw> {
    *frames += 1;
    if *frames == FRAMES {
        return Ok(Step::Rest);
    }
    Ok(Step::Skip {
        bytes: length.saturating_sub(header as u64),
        take: header,
    })
}

/// The length of the frame with this header, if it is one of layer III.
fn mp3_frame_bytes(header: u32) -> Option<u64> {
    const KILOBITS_1: [u64; 16] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0,
    ];
    const KILOBITS_2: [u64; 16] = [
        0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0,
    ];
    const HERTZ: [u64; 4] = [44_100, 48_000, 32_000, 0];
    if header >> 21 != 0x7ff || header >> 17 & 0b11 != 0b01 {
        return None;
    }
    let field = |shift: u32, mask: u32| (header >> shift & mask) as usize;
    let (kilobits, samples_per_8, slowness) = match field(19, 0b11) {
        0b11 => (KILOBITS_1[field(12, 0b1111)], 144, 1),
        0b10 => (KILOBITS_2[field(12, 0b1111)], 72, 2),
        0b00 => (KILOBITS_2[field(12, 0b1111)], 72, 4),
        _ => return None,
    };
    let hertz = HERTZ[field(10, 0b11)] / slowness;
    if kilobits == 0 || hertz == 0 {
        return None;
    }
    let padding = field(9, 1) as u64;
    Some(samples_per_8 * kilobits * 1000 / hertz + padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_frame_follows_from_its_header() {
        for (header, bytes) in [
            (0xfffb_9064, Some(417)),
            (0xfffb_9264, Some(418)),
            (0xfffb_e044, Some(1044)),
            // MPEG 2 and 2.5.
            (0xfff3_8064, Some(208)),
            (0xffe3_8064, Some(417)),
            // No sync, layer II, free and forbidden rates, a reserved version.
            (0x7ffb_9064, None),
            (0xfffd_9064, None),
            (0xfffb_0064, None),
            (0xfffb_f064, None),
            (0xfffb_9c64, None),
            (0xffeb_9064, None),
        ] {
            assert_eq!(mp3_frame_bytes(header), bytes, "{header:x}");
        }
    }
}
