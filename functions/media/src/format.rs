//! The kinds of file that are taken, and what for. Nothing that a browser runs is among them: no HTML,
//! no SVG, no XML.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of file whose structure is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    Png,
    Jpeg,
    Webp,
    Mp3,
    Flac,
    Wav,
    M4a,
    Aac,
    Ogg,
    Zip,
    Pdf,
}

/// A content type by which no format goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("files of this content type are not taken")]
pub(crate) struct FormatError;

/// What a file is uploaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// A picture: PNG, JPEG, WebP; at most 10 MiB.
    Image,
    /// A recording: MP3, FLAC, WAV, M4A, AAC, Ogg; at most 512 MiB.
    Audio,
    /// Files in an archive: ZIP; at most 1 GiB.
    Archive,
    /// Something to read: PDF, or pictures of paper; at most 20 MiB.
    Document,
}

const MEBIBYTE: u64 = 1024 * 1024;

impl Format {
    const ALL: [Self; 11] = [
        Self::Png,
        Self::Jpeg,
        Self::Webp,
        Self::Mp3,
        Self::Flac,
        Self::Wav,
        Self::M4a,
        Self::Aac,
        Self::Ogg,
        Self::Zip,
        Self::Pdf,
    ];

    /// The content type that it is stored and served as.
    pub(crate) fn content_type(self) -> &'static str {
        self.content_types().first().copied().unwrap_or_default()
    }

    /// The content types that it goes by, the one that we use first.
    fn content_types(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["image/png"],
            Self::Jpeg => &["image/jpeg"],
            Self::Webp => &["image/webp"],
            Self::Mp3 => &["audio/mpeg", "audio/mp3"],
            Self::Flac => &["audio/flac", "audio/x-flac"],
            Self::Wav => &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
            Self::M4a => &["audio/mp4", "audio/x-m4a", "audio/m4a"],
            Self::Aac => &["audio/aac", "audio/aacp"],
            Self::Ogg => &["audio/ogg", "audio/opus"],
            Self::Zip => &["application/zip", "application/x-zip-compressed"],
            Self::Pdf => &["application/pdf"],
        }
    }

    /// What file names may end in, after a dot. A buyer's machine goes by it when the file is opened.
    pub(crate) fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Webp => &["webp"],
            Self::Mp3 => &["mp3"],
            Self::Flac => &["flac"],
            Self::Wav => &["wav"],
            Self::M4a => &["m4a", "mp4"],
            Self::Aac => &["aac"],
            Self::Ogg => &["ogg", "oga", "opus"],
            Self::Zip => &["zip"],
            Self::Pdf => &["pdf"],
        }
    }
}

/// The format that goes by a content type.
impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        Self::ALL
            .into_iter()
            .find(|format| format.content_types().contains(&text))
            .ok_or(FormatError)
    }
}

impl Purpose {
    /// Whether files of `format` serve it.
    pub(crate) fn takes(self, format: Format) -> bool {
        match format {
            Format::Png | Format::Jpeg => matches!(self, Self::Image | Self::Document),
            Format::Webp => self == Self::Image,
            Format::Mp3 | Format::Flac | Format::Wav | Format::M4a | Format::Aac | Format::Ogg => {
                self == Self::Audio
            }
            Format::Zip => self == Self::Archive,
            Format::Pdf => self == Self::Document,
        }
    }

    /// How many bytes a file may have.
    pub(crate) fn max_bytes(self) -> u64 {
        match self {
            Self::Image => 10 * MEBIBYTE,
            Self::Audio => 512 * MEBIBYTE,
            Self::Archive => 1024 * MEBIBYTE,
            Self::Document => 20 * MEBIBYTE,
        }
    }

    /// Which scopes an uploader needs one of. Papers are shown to operators before an organization may
    /// sell anything, so its settings' scope will do for them.
    pub(crate) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Image | Self::Audio | Self::Archive => &["catalogue"],
            Self::Document => &["catalogue", "organization"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_content_type_and_no_extension_is_of_two_formats() {
        for format in Format::ALL {
            for content_type in format.content_types() {
                assert_eq!(content_type.parse(), Ok(format));
            }
            for other in Format::ALL.into_iter().filter(|other| *other != format) {
                let shared = format
                    .extensions()
                    .iter()
                    .any(|extension| other.extensions().contains(extension));
                assert!(!shared, "{format:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_a_browser_runs_is_no_format() {
        for content_type in [
            "text/html",
            "image/svg+xml",
            "application/xml",
            "text/xml",
            "application/xhtml+xml",
            "text/javascript",
            "application/octet-stream",
            "IMAGE/PNG",
            "image/png; charset=x",
            "",
        ] {
            assert_eq!(
                content_type.parse::<Format>(),
                Err(FormatError),
                "{content_type}"
            );
        }
    }
}
