//! PDF: a header at the very beginning, a trailer at the very end, and nothing that a viewer would run.
//!
//! What stands in a compressed part of the file is not seen here. Viewers in browsers run such things
//! in a sandbox of their own, and documents are saved, never shown in place.

use super::{
    search,
    walk::{Flaw, Grammar, Step},
};
use crate::rejection::Rejection;

/// What makes a viewer do something, as it is named in the parts of a file that are not compressed.
pub(super) const ACTIVE: [&[u8]; 4] = [b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia"];

const END: &[u8] = b"%%EOF";
/// How far before the end of the file the trailer may stand.
const TRAILER_WITHIN_BYTES: usize = 1024;

/// The header.
pub(super) struct Header;

impl Grammar for Header {
    fn first(&self) -> usize {
        8
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', b'0'..=b'9'] => Ok(Step::Rest),
            _ => Err(Flaw::NotTheFormat),
        }
    }
}

/// Whether the file ends as a document does.
pub(super) fn check_end(tail: &[u8]) -> Result<(), Rejection> {
    let last = &tail[tail.len().saturating_sub(TRAILER_WITHIN_BYTES)..];
    let end = last.windows(END.len()).rposition(|window| window == END);
    let end = end.ok_or(Rejection::Truncated)?;
    if !search::contains(last, b"startxref") {
        return Err(Rejection::Malformed);
    }
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    if last[end + END.len()..].iter().all(is_space) {
        Ok(())
    } else {
        Err(Rejection::TrailingBytes)
    }
}
