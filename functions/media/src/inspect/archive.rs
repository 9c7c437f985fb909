//! ZIP: read from its end, where the directory is that programs go by.
//!
//! The directory must lead over the whole file without a gap at the end and without two entries in one
//! place; what it says is inside must be no more than a hundred times the file. We unpack nothing
//! ourselves: this protects whoever does.

use super::walk::{Flaw, Grammar, Step, little_endian};
use crate::rejection::Rejection;

/// As much of the end of the file as is kept: a directory of ten thousand entries is smaller.
pub(super) const MAX_DIRECTORY_BYTES: usize = 4 * 1024 * 1024;

const MAX_ENTRIES: u64 = 10_000;
const MAX_GROWTH: u64 = 100;
const MAX_UNPACKED_BYTES: u64 = 20 * 1024 * 1024 * 1024;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const MAX_COMMENT_BYTES: usize = 65_535;
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LOCATOR_64_BYTES: usize = 20;
const END_64: &[u8] = b"PK\x06\x06";
const END_64_BYTES: usize = 56;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL_HEADER_BYTES: u64 = 30;
/// In place of a number that has its place in the wider form.
const WIDER: u64 = 0xffff_ffff;
const SYMBOLIC_LINK: u64 = 0o120_000;
const FILE_TYPE: u64 = 0o170_000;

/// How an archive begins: with the header of its first entry.
pub(super) struct LocalHeader;

impl Grammar for LocalHeader {
    fn first(&self) -> usize {
        4
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match bytes {
            b"PK\x03\x04" => Ok(Step::Rest),
            _ => Err(Flaw::NotTheFormat),
        }
    }
}

/// Whether a file with this tail ends as an archive does.
pub(super) fn ends(tail: &[u8]) -> bool {
    find_end(tail).is_some()
}

/// Looks at the directory in the last bytes of a file that has `file_bytes`.
pub(super) fn check(tail: &[u8], file_bytes: u64) -> Result<(), Rejection> {
    let directory = Directory::find(tail, file_bytes)?;
    let mut entries = Vec::new();
    let mut left = directory.bytes;
    while !left.is_empty() {
        let (entry, rest) = Entry::read(left)?;
        entries.push(entry);
        left = rest;
    }
    if entries.len() as u64 != directory.entries {
        return Err(Rejection::Malformed);
    }
    let unpacked = entries
        .iter()
        .try_fold(0_u64, |sum, entry| sum.checked_add(entry.unpacked_bytes))
        .ok_or(Rejection::ArchiveTooLarge)?;
    if unpacked > MAX_UNPACKED_BYTES || unpacked / MAX_GROWTH > file_bytes {
        return Err(Rejection::ArchiveTooLarge);
    }
    entries.sort_unstable_by_key(|entry| entry.place);
    let mut free_from = 0;
    for entry in &entries {
        if entry.place < free_from {
            return Err(Rejection::ArchiveTooLarge);
        }
        let bytes = LOCAL_HEADER_BYTES.checked_add(entry.packed_bytes);
        let end = bytes.and_then(|bytes| entry.place.checked_add(bytes));
        free_from = end.ok_or(Rejection::Malformed)?;
    }
    let starts_first = entries.first().is_some_and(|entry| entry.place == 0);
    if starts_first && free_from <= directory.place {
        Ok(())
    } else {
        Err(Rejection::Malformed)
    }
}

/// Where the directory stands, and what of the file it is.
struct Directory<'a> {
    bytes: &'a [u8],
    place: u64,
    entries: u64,
}

impl<'a> Directory<'a> {
    fn find(tail: &'a [u8], file_bytes: u64) -> Result<Self, Rejection> {
        let end = find_end(tail).ok_or(Rejection::Truncated)?;
        let record = &tail[end..];
        if record[4..8] != [0; 4] || record[8..10] != record[10..12] {
            return Err(Rejection::Malformed);
        }
        let mut entries = little_endian(&record[10..12]);
        let mut size = little_endian(&record[12..16]);
        let mut place = little_endian(&record[16..20]);
        let mut after = end;
        if entries == 0xffff || size == WIDER || place == WIDER {
            let (wider, at) = find_wider_end(tail, end, file_bytes)?;
            entries = little_endian(&wider[32..40]);
            size = little_endian(&wider[40..48]);
            place = little_endian(&wider[48..56]);
            after = at;
        }
        if entries > MAX_ENTRIES {
            return Err(Rejection::ArchiveTooLarge);
        }
        let tail_place = file_bytes - tail.len() as u64;
        let from = place.checked_sub(tail_place);
        let from = from.and_then(|from| usize::try_from(from).ok());
        let from = from.ok_or(Rejection::ArchiveTooLarge)?;
        let bytes = tail.get(from..after).ok_or(Rejection::Malformed)?;
        // Directory and end stand side by side, else something stands between them.
        if bytes.len() as u64 == size {
            Ok(Self {
                bytes,
                place,
                entries,
            })
        } else {
            Err(Rejection::Malformed)
        }
    }
}

/// Where the record stands that ends an archive: its comment lasts exactly to the end of the file.
fn find_end(tail: &[u8]) -> Option<usize> {
    let latest = tail.len().checked_sub(END_BYTES)?;
    let earliest = latest.saturating_sub(MAX_COMMENT_BYTES);
    (earliest..=latest).rev().find(|place| {
        let record = &tail[*place..];
        let comment = little_endian(record.get(20..22).unwrap_or_default());
        record.starts_with(END) && (record.len() - END_BYTES) as u64 == comment
    })
}

/// The wider form of the record at `end`, and where it stands.
fn find_wider_end(tail: &[u8], end: usize, file_bytes: u64) -> Result<(&[u8], usize), Rejection> {
    let locator = end.checked_sub(LOCATOR_64_BYTES);
    let locator = locator.map(|place| &tail[place..end]);
    let locator = locator.filter(|bytes| bytes.starts_with(LOCATOR_64));
    let locator = locator.ok_or(Rejection::Malformed)?;
    let tail_place = file_bytes - tail.len() as u64;
    let place = little_endian(&locator[8..16]).checked_sub(tail_place);
    let place = place.and_then(|place| usize::try_from(place).ok());
    let place = place.ok_or(Rejection::Malformed)?;
    let record = tail.get(place..end - LOCATOR_64_BYTES);
    let record = record.filter(|bytes| bytes.len() == END_64_BYTES && bytes.starts_with(END_64));
    Ok((record.ok_or(Rejection::Malformed)?, place))
}

/// What the directory says of one entry.
struct Entry {
    place: u64,
    packed_bytes: u64,
    unpacked_bytes: u64,
}

impl Entry {
    /// The first entry of `bytes`, and what follows it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Rejection> {
        let header = bytes.get(..ENTRY_BYTES);
        let header = header.filter(|header| header.starts_with(ENTRY));
        let header = header.ok_or(Rejection::Malformed)?;
        let length = |at: usize| usize::from(header[at]) | usize::from(header[at + 1]) << 8;
        let (name, extra, comment) = (length(28), length(30), length(32));
        let rest = &bytes[ENTRY_BYTES..];
        let extra = name..name + extra;
        let after = extra.end + comment;
        if rest.len() < after {
            return Err(Rejection::Malformed);
        }
        check_name(&rest[..name])?;
        if little_endian(&header[38..42]) >> 16 & FILE_TYPE == SYMBOLIC_LINK {
            return Err(Rejection::ArchiveEntry);
        }
        let mut wider = Wider::of(&rest[extra])?;
        // The order is that of the wider form.
        let unpacked_bytes = wider.number(little_endian(&header[24..28]))?;
        let packed_bytes = wider.number(little_endian(&header[20..24]))?;
        let place = wider.number(little_endian(&header[42..46]))?;
        let entry = Self {
            place,
            packed_bytes,
            unpacked_bytes,
        };
        Ok((entry, &rest[after..]))
    }
}

/// The numbers of an entry that do not fit into its header.
struct Wider<'a>(&'a [u8]);

impl<'a> Wider<'a> {
    /// Those in the fields that follow a name, if they are there.
    fn of(mut extra: &'a [u8]) -> Result<Self, Rejection> {
        while let [id_low, id_high, low, high, rest @ ..] = extra {
            let length = usize::from(*low) | usize::from(*high) << 8;
            let field = rest.get(..length).ok_or(Rejection::Malformed)?;
            if [*id_low, *id_high] == [1, 0] {
                return Ok(Self(field));
            }
            extra = &rest[length..];
        }
        Ok(Self(&[]))
    }

    fn number(&mut self, number: u64) -> Result<u64, Rejection> {
        if number != WIDER {
            return Ok(number);
        }
        let (wider, rest) = self.0.split_at_checked(8).ok_or(Rejection::Malformed)?;
        self.0 = rest;
        Ok(little_endian(wider))
    }
}

/// Refuses a name that would lead out of the folder into which somebody unpacks.
fn check_name(name: &[u8]) -> Result<(), Rejection> {
    let parts = || name.split(|byte| matches!(byte, b'/' | b'\\'));
    let climbs = parts().any(|part| part == b"..");
    let is_absolute = parts().next().is_none_or(<[u8]>::is_empty);
    let has_drive = name.get(1) == Some(&b':');
    let is_control = name.iter().any(u8::is_ascii_control);
    if climbs || is_absolute || has_drive || is_control {
        Err(Rejection::ArchiveEntry)
    } else {
        Ok(())
    }
}
