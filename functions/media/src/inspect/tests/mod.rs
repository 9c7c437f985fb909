//! What passes and what does not. The samples were made by other programs: see `tests/samples`.

mod archives;

use proptest::prelude::*;
use ring::digest::digest;

use super::*;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/samples/", $name)) as &[u8]
    };
}

const SAMPLES: [(Format, &[u8]); 21] = [
    (Format::Png, sample!("picture.png")),
    (Format::Jpeg, sample!("picture.jpg")),
    (Format::Jpeg, sample!("progressive.jpg")),
    (Format::Jpeg, sample!("two_pictures.jpg")),
    (Format::Webp, sample!("lossy.webp")),
    (Format::Webp, sample!("lossless.webp")),
    (Format::Webp, sample!("extended.webp")),
    (Format::Wav, sample!("sound.wav")),
    (Format::Mp3, sample!("tagged.mp3")),
    (Format::Mp3, sample!("untagged.mp3")),
    (Format::Flac, sample!("sound.flac")),
    (Format::M4a, sample!("sound.m4a")),
    (Format::M4a, sample!("fragmented.m4a")),
    (Format::Aac, sample!("sound.aac")),
    (Format::Ogg, sample!("vorbis.ogg")),
    (Format::Ogg, sample!("opus.ogg")),
    (Format::Zip, sample!("files.zip")),
    (Format::Zip, sample!("streamed.zip")),
    (Format::Zip, sample!("commented.zip")),
    (Format::Zip, sample!("wide.zip")),
    (Format::Pdf, sample!("page.pdf")),
];

/// The verdict on a file that is announced as what it is, in pieces of this size.
fn verdict_in_pieces(format: Format, bytes: &[u8], size: usize) -> Result<(), Rejection> {
    let promise = Promise {
        format,
        size_bytes: bytes.len() as u64,
        sha256: Sha256::of_digest(digest(&SHA256, bytes)).unwrap(),
    };
    let mut inspection = Inspection::of(promise);
    for piece in bytes.chunks(size) {
        inspection.see(piece)?;
    }
    inspection.finish()
}

fn verdict(format: Format, bytes: &[u8]) -> Result<(), Rejection> {
    verdict_in_pieces(format, bytes, 64 * 1024)
}

/// `bytes` with `inserted` at `place`.
fn with(bytes: &[u8], place: usize, inserted: &[u8]) -> Vec<u8> {
    [&bytes[..place], inserted, &bytes[place..]].concat()
}

/// The first sample of a format.
fn sample(format: Format) -> &'static [u8] {
    SAMPLES.iter().find(|(each, _)| *each == format).unwrap().1
}

#[test]
fn what_other_programs_make_passes() {
    for (number, (format, bytes)) in SAMPLES.into_iter().enumerate() {
        assert_eq!(verdict(format, bytes), Ok(()), "{format:?}, {number}");
        assert_eq!(
            verdict_in_pieces(format, bytes, 1),
            Ok(()),
            "{format:?}, {number}"
        );
    }
}

#[test]
fn a_file_of_one_format_is_none_of_another() {
    for (format, bytes) in SAMPLES {
        for (other, _) in SAMPLES.into_iter().filter(|(other, _)| *other != format) {
            assert!(verdict(other, bytes).is_err(), "{format:?} as {other:?}");
        }
    }
}

#[test]
fn what_a_browser_runs_is_none_of_them() {
    let page = b"<!DOCTYPE html><html><script>alert(1)</script></html>".repeat(40);
    let picture = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".repeat(40);
    let program = [b"MZ\x90\0".as_slice(), &[0; 4_000]].concat();
    let text = b"<?xml version='1.0'?><x/>".repeat(40);
    for (format, _) in SAMPLES {
        for bytes in [&page, &picture, &program, &text, &b"GIF89a".repeat(40)] {
            assert_eq!(
                verdict(format, bytes),
                Err(Rejection::NotTheType),
                "{format:?}"
            );
        }
    }
}

#[test]
fn size_and_hash_are_those_that_were_announced() {
    let bytes = sample(Format::Png);
    let promise = |size_bytes, of: &[u8]| Promise {
        format: Format::Png,
        size_bytes,
        sha256: Sha256::of_digest(digest(&SHA256, of)).unwrap(),
    };
    let size = bytes.len() as u64;
    for (promise, expected) in [
        (promise(size, bytes), Ok(())),
        (promise(size + 1, bytes), Err(Rejection::SizeDiffers)),
        (promise(size - 1, bytes), Err(Rejection::SizeDiffers)),
        (promise(size, b"another"), Err(Rejection::HashDiffers)),
    ] {
        let mut inspection = Inspection::of(promise);
        let verdict = inspection.see(bytes).and_then(|()| inspection.finish());
        assert_eq!(verdict, expected);
    }
}

#[test]
fn nothing_stands_behind_the_end() {
    let archive = sample(Format::Zip);
    let page = b"<html><script>alert(1)</script></html>";
    for (format, bytes) in SAMPLES {
        for behind in [archive, page, b"%PDF-1.7\n", &[0; 40], b"x"] {
            let ended_by_walk = matches!(format, Format::Mp3 | Format::Aac | Format::Flac);
            let is_harmless = behind == [0; 40] || behind == b"x" || behind == b"%PDF-1.7\n";
            if ended_by_walk && is_harmless || format == Format::Pdf && behind == [0; 40] {
                continue;
            }
            let verdict = verdict(format, &[bytes, behind].concat());
            assert!(verdict.is_err(), "{format:?} and {} bytes", behind.len());
        }
    }
    let song = [sample(Format::Mp3), archive].concat();
    assert_eq!(verdict(Format::Mp3, &song), Err(Rejection::Ambiguous));
    let picture = [sample(Format::Png), b"x"].concat();
    assert_eq!(
        verdict(Format::Png, &picture),
        Err(Rejection::TrailingBytes)
    );
}

#[test]
fn nothing_stands_before_the_beginning() {
    for (format, bytes) in SAMPLES {
        for before in [&b"<html>"[..], b"%PDF-1.7\n", b"\n", &[0; 512]] {
            // Two headers of one kind are one document.
            if format == Format::Pdf && before.starts_with(b"%PDF") {
                continue;
            }
            let verdict = verdict(format, &[before, bytes].concat());
            assert!(verdict.is_err(), "{format:?}");
        }
    }
}

#[test]
fn a_picture_that_stops_in_the_middle_is_refused() {
    for format in [
        Format::Png,
        Format::Jpeg,
        Format::Webp,
        Format::Wav,
        Format::Zip,
    ] {
        let bytes = sample(format);
        for end in 0..bytes.len() {
            let verdict = verdict(format, &bytes[..end]);
            assert!(verdict.is_err(), "{format:?} of {end} bytes");
        }
    }
}

#[test]
fn markup_in_a_comment_is_refused() {
    let markup = b"<ScRiPt>alert(1)</ScRiPt>";
    let comment = |length: usize| [b"\xff\xfe", &(length as u16 + 2).to_be_bytes()[..]].concat();
    let jpeg = with(
        sample(Format::Jpeg),
        2,
        &[comment(markup.len()).as_slice(), markup].concat(),
    );
    assert_eq!(verdict(Format::Jpeg, &jpeg), Err(Rejection::ActiveContent));
    let chunk = [
        &(markup.len() as u32).to_be_bytes()[..],
        b"tEXt",
        markup,
        &[0; 4],
    ]
    .concat();
    let png = with(sample(Format::Png), 33, &chunk);
    assert_eq!(verdict(Format::Png, &png), Err(Rejection::ActiveContent));
    // The chunk itself is what is refused of it: with other words in it passes.
    let words = [&5_u32.to_be_bytes()[..], b"tEXt", b"words", &[0; 4]].concat();
    let png = with(sample(Format::Png), 33, &words);
    assert_eq!(verdict(Format::Png, &png), Ok(()));
}

#[test]
fn a_picture_that_a_reader_would_take_for_a_document_is_refused() {
    let chunk = [&9_u32.to_be_bytes()[..], b"tEXt", b"%PDF-1.7\n", &[0; 4]].concat();
    let png = with(sample(Format::Png), 33, &chunk);
    assert_eq!(verdict(Format::Png, &png), Err(Rejection::Ambiguous));
}

#[test]
fn a_document_that_does_something_is_refused_wherever_pieces_are_cut() {
    let page = sample(Format::Pdf);
    for active in ["/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia"] {
        let bytes = with(page, 100, format!("<<{active} 1>>").as_bytes());
        for size in [1, 7, 64, 109, 64 * 1024] {
            let verdict = verdict_in_pieces(Format::Pdf, &bytes, size);
            assert_eq!(verdict, Err(Rejection::ActiveContent), "{active} by {size}");
        }
    }
}

#[test]
fn a_picture_has_no_more_pixels_than_a_machine_can_hold() {
    let mut png = sample(Format::Png).to_vec();
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert_eq!(verdict(Format::Png, &png), Err(Rejection::TooManyPixels));
    png[16..24].fill(0);
    assert_eq!(verdict(Format::Png, &png), Err(Rejection::Malformed));
    let mut webp = sample_named("extended.webp").to_vec();
    webp[24..30].fill(0xff);
    assert_eq!(verdict(Format::Webp, &webp), Err(Rejection::TooManyPixels));
}

fn sample_named(name: &str) -> &'static [u8] {
    match name {
        "extended.webp" => sample!("extended.webp"),
        other => panic!("{other}"),
    }
}

proptest! {
    #[test]
    fn a_verdict_does_not_depend_on_where_pieces_are_cut(
        number in 0..SAMPLES.len(), place: prop::sample::Index, byte: u8, size in 1usize..300,
    ) {
        let (format, bytes) = SAMPLES[number];
        let mut bytes = bytes.to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let whole = verdict(format, &bytes);
        prop_assert_eq!(verdict_in_pieces(format, &bytes, size), whole);
    }

    #[test]
    fn no_bytes_are_too_much_for_an_inspection(
        number in 0..SAMPLES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..30),
        cut: prop::sample::Index,
        behind in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (format, bytes) = SAMPLES[number];
        let mut bytes = bytes.to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        bytes.extend_from_slice(&behind);
        // Whatever the verdict is, there is one.
        let _verdict = verdict(format, &bytes);
    }
}
