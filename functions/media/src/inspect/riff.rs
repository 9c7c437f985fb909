//! RIFF: a length for the whole, then chunks with a name and a length. WAV and WebP are such files.

use super::walk::{Flaw, Grammar, Step, check_pixels, little_endian};

const CHUNK_HEADER_BYTES: usize = 8;
/// Of the first chunk of a WebP, this much tells the picture's size.
const PICTURE_BYTES: usize = 10;

/// A RIFF file of one form.
pub(super) struct Riff {
    form: Form,
    next: Part,
    /// How many bytes of the whole are left.
    left: u64,
    has_format: bool,
    has_content: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Wav,
    Webp,
}

#[derive(Clone, Copy)]
enum Part {
    Header,
    Chunk,
    /// The beginning of a picture in a chunk with this many bytes more.
    Picture {
        kind: Picture,
        left: u64,
    },
}

#[derive(Clone, Copy)]
enum Picture {
    Extended,
    Lossless,
    Lossy,
}

impl Riff {
    /// A WAV.
    pub(super) fn wav() -> Self {
        Self::of(Form::Wav)
    }

    /// A WebP.
    pub(super) fn webp() -> Self {
        Self::of(Form::Webp)
    }

    fn of(form: Form) -> Self {
        Self {
            form,
            next: Part::Header,
            left: 0,
            has_format: false,
            has_content: false,
        }
    }

    fn header(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        let form: &[u8] = match self.form {
            Form::Wav => b"WAVE",
            Form::Webp => b"WEBP",
        };
        if !bytes.starts_with(b"RIFF") || !bytes.ends_with(form) {
            return Err(Flaw::NotTheFormat);
        }
        // The length counts the form's name, too.
        let length = little_endian(&bytes[4..8]);
        self.left = length.checked_sub(4).ok_or(Flaw::Malformed)?;
        self.after(0)
    }

    fn chunk(&mut self, name: &[u8], length: u64) -> Result<Step, Flaw> {
        if !name.iter().all(|byte| (0x20..0x7f).contains(byte)) {
            return Err(Flaw::Malformed);
        }
        // Chunks begin at even places; the last one may lack the byte that fills it up.
        let left = self.left.checked_sub(CHUNK_HEADER_BYTES as u64);
        self.left = left.ok_or(Flaw::Malformed)?;
        let padded = (length + length % 2).min(self.left.max(length));
        self.left = self.left.checked_sub(padded).ok_or(Flaw::Malformed)?;
        match (self.form, name) {
            (Form::Wav, b"fmt ") if length >= 16 => self.has_format = true,
            (Form::Wav, b"data") if self.has_format => self.has_content = true,
            (Form::Wav, b"fmt " | b"data") => return Err(Flaw::Malformed),
            (Form::Wav, _) => {}
            (Form::Webp, name) if !self.has_content => {
                let kind = match name {
                    b"VP8X" => Picture::Extended,
                    b"VP8L" => Picture::Lossless,
                    b"VP8 " => Picture::Lossy,
                    _ => return Err(Flaw::Malformed),
                };
                let taken = PICTURE_BYTES as u64;
                let left = padded.checked_sub(taken).ok_or(Flaw::Malformed)?;
                self.has_content = true;
                self.next = Part::Picture { kind, left };
                return Ok(Step::Take(PICTURE_BYTES));
            }
            (Form::Webp, _) => {}
        }
        self.after(padded)
    }

    /// Over the rest of a chunk, and on to the next one if there is any.
    fn after(&mut self, bytes: u64) -> Result<Step, Flaw> {
        if self.left > 0 {
            self.next = Part::Chunk;
            return Ok(Step::Skip {
                bytes,
                take: CHUNK_HEADER_BYTES,
            });
        }
        if self.has_content {
            Ok(Step::End { after: bytes })
        } else {
            Err(Flaw::Malformed)
        }
    }
}

impl Grammar for Riff {
    fn first(&self) -> usize {
        12
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match self.next {
            Part::Header => self.header(bytes),
            Part::Chunk => self.chunk(&bytes[..4], little_endian(&bytes[4..])),
            Part::Picture { kind, left } => {
                let (width, height) = kind.size(bytes)?;
                check_pixels(width, height)?;
                self.after(left)
            }
        }
    }
}

impl Picture {
    /// Width and height, as RFC 9649 and RFC 6386 write them.
    fn size(self, bytes: &[u8]) -> Result<(u64, u64), Flaw> {
        match self {
            Self::Extended => Ok((
                little_endian(&bytes[4..7]) + 1,
                little_endian(&bytes[7..10]) + 1,
            )),
            Self::Lossless if bytes[0] == 0x2f => {
                let bits = little_endian(&bytes[1..5]);
                Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            Self::Lossy if bytes[3..6] == [0x9d, 0x01, 0x2a] => Ok((
                little_endian(&bytes[6..8]) & 0x3fff,
                little_endian(&bytes[8..10]) & 0x3fff,
            )),
            Self::Lossless | Self::Lossy => Err(Flaw::Malformed),
        }
    }
}
