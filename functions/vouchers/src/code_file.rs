//! The file in which a partner hands over codes: one a line, checked whole before any is taken.

use std::collections::HashSet;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::code::{VoucherCode, VoucherCodeError};

/// The largest file.
pub(crate) const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// The most codes in one file: as many as the worker loads well within its time.
pub(crate) const MAX_CODES: u32 = 50_000;

/// What the partner said the file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) count: u32,
    pub(crate) byte_size: u64,
    pub(crate) sha256: Sha256,
}

/// Why a file cannot be promised so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PromiseError {
    /// Too few or too many codes.
    #[error("a file has 1 to {MAX_CODES} codes")]
    Count,
    /// Too few or too many bytes.
    #[error("a file has 1 to {MAX_FILE_BYTES} bytes")]
    ByteSize,
}

/// A SHA-256 hash: 64 hexadecimal digits, kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Sha256(String);

/// A text that is no SHA-256 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 64 hexadecimal digits")]
pub(crate) struct Sha256Error;

/// Why no code of a file is taken. Lines are counted from 1; no code is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    /// Nothing was uploaded.
    #[error("there is no file")]
    Missing,
    /// It is longer or shorter than promised.
    #[error("the file has not the promised size")]
    ByteSize,
    /// It is another file than promised.
    #[error("the file has not the promised SHA-256 hash")]
    Hash,
    /// A line is empty, too long or holds something else than a code.
    #[error("line {line} is not one code: {reason}")]
    Line {
        /// Which line.
        line: usize,
        /// What a code is.
        reason: VoucherCodeError,
    },
    /// A code stands in it twice.
    #[error("line {line} repeats a code")]
    Repeated {
        /// The line of the repetition.
        line: usize,
    },
    /// It holds more or fewer codes than promised.
    #[error("the file has {found} codes, not the promised number")]
    Count {
        /// How many it holds.
        found: usize,
    },
}

impl Promise {
    /// The promise of a file that is within the limits.
    pub(crate) fn new(count: u32, byte_size: u64, sha256: Sha256) -> Result<Self, PromiseError> {
        if !(1..=MAX_CODES).contains(&count) {
            return Err(PromiseError::Count);
        }
        if !(1..=MAX_FILE_BYTES).contains(&byte_size) {
            return Err(PromiseError::ByteSize);
        }
        Ok(Self {
            count,
            byte_size,
            sha256,
        })
    }
}

/// The codes of `file`, if all of it is as promised.
///
/// Lines end in a line feed, with or without a carriage return; the last may lack it. A first line
/// that is `code` is a heading.
pub(crate) fn read(file: &[u8], promise: &Promise) -> Result<Vec<VoucherCode>, Rejection> {
    if file.len() as u64 != promise.byte_size {
        return Err(Rejection::ByteSize);
    }
    if Sha256::of(file) != promise.sha256 {
        return Err(Rejection::Hash);
    }
    let mut codes = Vec::new();
    let mut seen = HashSet::new();
    for (index, bytes) in lines(file).enumerate() {
        let line = index + 1;
        if line == 1 && bytes.eq_ignore_ascii_case(b"code") {
            continue;
        }
        let code: VoucherCode = std::str::from_utf8(bytes)
            .map_err(|_| VoucherCodeError)
            .and_then(str::parse)
            .map_err(|reason| Rejection::Line { line, reason })?;
        if !seen.insert(code.clone()) {
            return Err(Rejection::Repeated { line });
        }
        codes.push(code);
    }
    if codes.len() as u64 != u64::from(promise.count) {
        return Err(Rejection::Count { found: codes.len() });
    }
    Ok(codes)
}

/// The lines of a file without their ends, and without the mark that spreadsheets put before it.
fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let file = file.strip_suffix(b"\n").unwrap_or(file);
    file.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

impl Sha256 {
    /// The hash of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let hash = digest(&SHA256, bytes);
        Self(
            hash.as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

impl TryFrom<String> for Sha256 {
    type Error = Sha256Error;

    fn try_from(text: String) -> Result<Self, Sha256Error> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Sha256Error)
        }
    }
}

impl From<Sha256> for String {
    fn from(hash: Sha256) -> Self {
        hash.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn promise(file: &[u8], count: u32) -> Promise {
        Promise {
            count,
            byte_size: file.len() as u64,
            sha256: Sha256::of(file),
        }
    }

    fn read_all(file: &[u8], count: u32) -> Result<Vec<String>, Rejection> {
        let codes = read(file, &promise(file, count))?;
        Ok(codes.iter().map(|code| code.reveal().to_owned()).collect())
    }

    #[test]
    fn lines_may_end_in_any_way_and_a_heading_is_passed_over() {
        let expected = Ok(vec!["A1".to_owned(), "B2".to_owned()]);
        for file in [
            &b"A1\nB2"[..],
            b"A1\nB2\n",
            b"A1\r\nB2\r\n",
            b"code\nA1\nB2\n",
            b"Code\r\nA1\r\nB2",
            b"\xef\xbb\xbfcode\nA1\nB2",
        ] {
            assert_eq!(read_all(file, 2), expected, "{}", file.escape_ascii());
        }
    }

    #[test]
    fn what_is_not_as_promised_is_refused_with_its_line() {
        let reason = VoucherCodeError;
        for (file, rejection) in [
            (&b"A1\n\nB2\n"[..], Rejection::Line { line: 2, reason }),
            (b"A1\nB2\n\n", Rejection::Line { line: 3, reason }),
            (b"A1\nB 2\n", Rejection::Line { line: 2, reason }),
            (b"A1\nB2,7\n", Rejection::Line { line: 2, reason }),
            (b"A1\n\xff\n", Rejection::Line { line: 2, reason }),
            (b"", Rejection::Line { line: 1, reason }),
            (b"A1\nA1\n", Rejection::Repeated { line: 2 }),
            (b"A1\n", Rejection::Count { found: 1 }),
            (b"A1\nB2\nC3\n", Rejection::Count { found: 3 }),
        ] {
            assert_eq!(read_all(file, 2), Err(rejection), "{}", file.escape_ascii());
        }
    }

    #[test]
    fn another_size_or_hash_is_refused_before_a_line_is_read() {
        let promise = promise(b"A1\nB2", 2);
        assert_eq!(read(b"A1\nB2\n", &promise), Err(Rejection::ByteSize));
        assert_eq!(read(b"A1\nB3", &promise), Err(Rejection::Hash));
    }

    #[test]
    fn a_hash_is_64_digits_in_either_case() {
        let hash = String::from(Sha256::of(b"x"));
        assert_eq!(
            Sha256::try_from(hash.to_ascii_uppercase()),
            Ok(Sha256::of(b"x"))
        );
        for text in [&hash[1..], &hash.replace('a', "g"), ""] {
            assert_eq!(Sha256::try_from(text.to_owned()), Err(Sha256Error));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            codes in prop::collection::hash_set("[!-!#-+\\--~]{1,64}", 1..20), crlf: bool,
        ) {
            let codes: Vec<String> = codes.into_iter().collect();
            prop_assume!(!codes[0].eq_ignore_ascii_case("code"));
            let file = codes.join(if crlf { "\r\n" } else { "\n" });
            prop_assert_eq!(read_all(file.as_bytes(), codes.len() as u32), Ok(codes));
        }

        #[test]
        fn no_file_makes_reading_panic(file in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_all(&file, 3);
        }
    }
}
