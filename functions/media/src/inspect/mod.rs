//! Whether a file is what it was said to be: its size, its hash, its structure, and that it is nothing
//! else besides.
//!
//! A file is seen once, in pieces, and never as a whole: an [`Inspection`] keeps a hash, the place in
//! the file's structure, and as much of the beginning and the end as is looked at together; a few
//! hundred kilobytes for a picture of ten megabytes or a recording of five hundred, and a few megabytes
//! for an archive.
//!
//! The structure is walked as far as that can be done without decoding. Where every byte belongs to a
//! part with a length (PNG, JPEG, WebP, WAV, MP4, Ogg), nothing can stand before, between or behind;
//! elsewhere (MP3, AAC, FLAC, PDF) the beginning is walked and the end searched. Two readings of one
//! file are what attackers want, so whatever another program could take it for is refused.

mod archive;
mod flac;
mod jpeg;
mod mp4;
mod mpeg;
mod ogg;
mod png;
mod portable_document;
mod riff;
mod search;
#[cfg(test)]
mod tests;
mod walk;

use ring::digest::{Context, SHA256};

use self::{
    search::{Needles, Tail},
    walk::{Flaw, Grammar, Walk},
};
use crate::{format::Format, rejection::Rejection, sha256::Sha256};

/// What was said of a file before it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    pub(crate) format: Format,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: Sha256,
}

/// An inspection that goes on.
pub(crate) struct Inspection {
    promise: Promise,
    seen_bytes: u64,
    hash: Context,
    walk: Walk,
    head: Vec<u8>,
    tail: Tail,
    forbidden: Option<Needles>,
}

/// How much of the beginning and the end is searched for other kinds of file.
const EDGE_BYTES: usize = 66 * 1024;
/// Readers of PDF look for its header in the first 1,024 bytes of anything.
const PDF_HEADER_WITHIN_BYTES: usize = 1024;
/// What a browser or a viewer would run.
const MARKUP: [&[u8]; 6] = [
    b"<script",
    b"<html",
    b"<!doctype",
    b"<iframe",
    b"<svg",
    b"javascript:",
];

impl Inspection {
    /// Begins the inspection of a file that is said to be so.
    pub(crate) fn of(promise: Promise) -> Self {
        let tail_bytes = match promise.format {
            Format::Zip => archive::MAX_DIRECTORY_BYTES,
            _ => EDGE_BYTES,
        };
        let forbidden = match promise.format {
            Format::Pdf => Some(Needles::new(&portable_document::ACTIVE)),
            _ => None,
        };
        Self {
            promise,
            seen_bytes: 0,
            hash: Context::new(&SHA256),
            walk: Walk::new(grammar(promise.format)),
            head: Vec::new(),
            tail: Tail::new(tail_bytes),
            forbidden,
        }
    }

    /// Looks at the next piece. After an error there is no need to go on.
    pub(crate) fn see(&mut self, piece: &[u8]) -> Result<(), Rejection> {
        self.seen_bytes = self.seen_bytes.saturating_add(piece.len() as u64);
        if self.seen_bytes > self.promise.size_bytes {
            return Err(Rejection::SizeDiffers);
        }
        self.hash.update(piece);
        let room = EDGE_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        self.tail.push(piece);
        if let Some(forbidden) = &mut self.forbidden
            && forbidden.found_in(piece)
        {
            return Err(Rejection::ActiveContent);
        }
        self.walk.feed(piece).map_err(Rejection::from)
    }

    /// The verdict, once the whole file was seen.
    pub(crate) fn finish(self) -> Result<(), Rejection> {
        if self.seen_bytes != self.promise.size_bytes {
            return Err(Rejection::SizeDiffers);
        }
        if Sha256::of_digest(self.hash.clone().finish()) != Some(self.promise.sha256) {
            return Err(Rejection::HashDiffers);
        }
        self.walk.finish()?;
        let tail = self.tail.bytes();
        match self.promise.format {
            Format::Zip => archive::check(tail, self.seen_bytes)?,
            Format::Pdf => portable_document::check_end(tail)?,
            Format::Png
            | Format::Jpeg
            | Format::Webp
            | Format::Mp3
            | Format::Flac
            | Format::Wav
            | Format::M4a
            | Format::Aac
            | Format::Ogg => {
                if has_markup(&self.head) || has_markup(tail) {
                    return Err(Rejection::ActiveContent);
                }
            }
        }
        if self.is_something_else_too(tail) {
            return Err(Rejection::Ambiguous);
        }
        Ok(())
    }

    fn is_something_else_too(&self, tail: &[u8]) -> bool {
        let is_archive = self.promise.format != Format::Zip && archive::ends(tail);
        let beginning = &self.head[..self.head.len().min(PDF_HEADER_WITHIN_BYTES)];
        let is_document =
            self.promise.format != Format::Pdf && search::contains(beginning, b"%PDF-");
        is_archive || is_document
    }
}

fn has_markup(bytes: &[u8]) -> bool {
    MARKUP
        .iter()
        .any(|markup| search::contains_in_any_case(bytes, markup))
}

fn grammar(format: Format) -> Box<dyn Grammar> {
    match format {
        Format::Png => Box::new(png::Png::default()),
        Format::Jpeg => Box::new(jpeg::Jpeg::default()),
        Format::Webp => Box::new(riff::Riff::webp()),
        Format::Wav => Box::new(riff::Riff::wav()),
        Format::Mp3 => Box::new(mpeg::Mp3::default()),
        Format::Aac => Box::new(mpeg::Adts::default()),
        Format::Flac => Box::new(flac::Flac::default()),
        Format::M4a => Box::new(mp4::Mp4::default()),
        Format::Ogg => Box::new(ogg::Ogg::default()),
        Format::Zip => Box::new(archive::LocalHeader),
        Format::Pdf => Box::new(portable_document::Header),
    }
}

impl From<Flaw> for Rejection {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::NotTheFormat => Self::NotTheType,
            Flaw::Malformed => Self::Malformed,
            Flaw::Truncated => Self::Truncated,
            Flaw::Trailing => Self::TrailingBytes,
            Flaw::TooManyPixels => Self::TooManyPixels,
        }
    }
}
