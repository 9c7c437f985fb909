//! Archives that are made by hand, as no program would make them.

use super::*;

/// An entry of an archive that is made by hand.
#[derive(Clone)]
struct Made {
    name: &'static str,
    packed: u32,
    unpacked: u32,
    place: Option<u32>,
    attributes: u32,
}

impl Made {
    fn file(name: &'static str) -> Self {
        Self {
            name,
            packed: 4,
            unpacked: 4,
            place: None,
            attributes: 0,
        }
    }
}

/// An archive of these entries, each with as many zeros as it says.
fn archive_of(entries: &[Made]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let place = entry.place.unwrap_or(file.len() as u32);
        let name_length = (entry.name.len() as u16).to_le_bytes();
        let sizes = [entry.packed.to_le_bytes(), entry.unpacked.to_le_bytes()].concat();
        if entry.place.is_none() {
            file.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
            file.extend_from_slice(&sizes);
            file.extend_from_slice(&name_length);
            file.extend_from_slice(&[0, 0]);
            file.extend_from_slice(entry.name.as_bytes());
            file.extend_from_slice(&vec![0; entry.packed as usize]);
        }
        directory.extend_from_slice(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        directory.extend_from_slice(&sizes);
        directory.extend_from_slice(&name_length);
        directory.extend_from_slice(&[0; 8]);
        directory.extend_from_slice(&entry.attributes.to_le_bytes());
        directory.extend_from_slice(&place.to_le_bytes());
        directory.extend_from_slice(entry.name.as_bytes());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &count[..],
        &count,
        &(directory.len() as u32).to_le_bytes(),
        &(file.len() as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [file, directory, end].concat()
}

#[test]
fn an_archive_holds_no_more_than_its_size_allows() {
    let honest = archive_of(&[Made::file("a.txt"), Made::file("b/c.txt")]);
    assert_eq!(verdict(Format::Zip, &honest), Ok(()));
    let bomb = Made {
        unpacked: 4_000_000_000,
        ..Made::file("a.txt")
    };
    for entries in [vec![bomb.clone()], vec![bomb; 6]] {
        let verdict = verdict(Format::Zip, &archive_of(&entries));
        assert_eq!(verdict, Err(Rejection::ArchiveTooLarge));
    }
    // Entries in one place unpack the same bytes again and again.
    let again = Made {
        place: Some(0),
        ..Made::file("b.txt")
    };
    let verdict_on = verdict(Format::Zip, &archive_of(&[Made::file("a.txt"), again]));
    assert_eq!(verdict_on, Err(Rejection::ArchiveTooLarge));
    let many = vec![Made::file("a.txt"); 10_001];
    let verdict_on = verdict(Format::Zip, &archive_of(&many));
    assert_eq!(verdict_on, Err(Rejection::ArchiveTooLarge));
}

#[test]
fn no_entry_of_an_archive_leads_out_of_its_folder() {
    for name in [
        "",
        "/etc/passwd",
        "../a",
        "a/../../b",
        "\\a",
        "a\\..\\b",
        "c:\\a",
        "a\0b",
        "a\nb",
        "..",
    ] {
        let verdict = verdict(Format::Zip, &archive_of(&[Made::file(name)]));
        assert_eq!(verdict, Err(Rejection::ArchiveEntry), "{name:?}");
    }
    let link = Made {
        attributes: 0o120_777 << 16,
        ..Made::file("link")
    };
    let verdict_on = verdict(Format::Zip, &archive_of(&[link]));
    assert_eq!(verdict_on, Err(Rejection::ArchiveEntry));
    for name in ["..a", "a..b/c", "文件.wav", "folder/"] {
        let verdict = verdict(Format::Zip, &archive_of(&[Made::file(name)]));
        assert_eq!(verdict, Ok(()), "{name:?}");
    }
}

#[test]
fn the_wide_form_of_an_archive_is_read_too() {
    let narrow = archive_of(&[Made::file("a.txt")]);
    let (before, end) = narrow.split_at(narrow.len() - 22);
    let number = |at: usize| u64::from(u32::from_le_bytes(end[at..at + 4].try_into().unwrap()));
    let wide_end = [
        b"PK\x06\x06",
        &44_u64.to_le_bytes()[..],
        &[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &1_u64.to_le_bytes(),
        &1_u64.to_le_bytes(),
        &number(12).to_le_bytes(),
        &number(16).to_le_bytes(),
    ]
    .concat();
    let locator = [
        b"PK\x06\x07\0\0\0\0",
        &(before.len() as u64).to_le_bytes()[..],
        &1_u32.to_le_bytes(),
    ]
    .concat();
    let narrow_end = [b"PK\x05\x06\0\0\0\0", &[0xff; 12][..], &[0, 0]].concat();
    let wide = [before, &wide_end, &locator, &narrow_end].concat();
    assert_eq!(verdict(Format::Zip, &wide), Ok(()));
    let lost = [before, &locator, &narrow_end].concat();
    assert_eq!(verdict(Format::Zip, &lost), Err(Rejection::Malformed));
}
