//! Names of files, as people gave them and as buyers will save them.

use std::str::FromStr;

use kernel::text::{disturbs_line, has_length};
use serde::{Deserialize, Serialize};

use crate::format::Format;

/// 1 to 150 characters, without anything that a file system or a header would read as more than a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct FileName(String);

/// Why a text is not the name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the name of a file of 1 to 150 characters, without / \\ : * ? \" < > |")]
pub(crate) struct FileNameError;

const MAX_CHARACTERS: usize = 150;

impl FileName {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it ends as names of files of `format` do.
    pub(crate) fn suits(&self, format: Format) -> bool {
        self.0.rsplit_once('.').is_some_and(|(stem, extension)| {
            let extension = extension.to_ascii_lowercase();
            !stem.is_empty() && format.extensions().contains(&extension.as_str())
        })
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(text: &str) -> Result<Self, FileNameError> {
        let name = text.trim();
        let is_hidden = name.starts_with('.') || name.ends_with('.');
        if has_length(name, MAX_CHARACTERS) && !is_hidden && !name.contains(disturbs) {
            Ok(Self(name.to_owned()))
        } else {
            Err(FileNameError)
        }
    }
}

/// What separates folders, streams and drives, what shells expand, and what disturbs a line: with a
/// turned direction an `exe` can look like a `gpj`.
fn disturbs(letter: char) -> bool {
    disturbs_line(letter)
        || matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(letter, '\u{200e}' | '\u{200f}')
}

impl TryFrom<String> for FileName {
    type Error = FileNameError;

    fn try_from(text: String) -> Result<Self, FileNameError> {
        text.parse()
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_are_taken() {
        for text in ["cover.png", "01 – 晴天.flac", "Björk (live) [2].WAV", "a"] {
            assert_eq!(text.parse::<FileName>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_more_than_a_name_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "..",
            ".htaccess",
            "a.",
            "../a.png",
            "a/b.png",
            "a\\b.png",
            "c:a.png",
            "a\n.png",
            "a\0.png",
            "a\".png",
            "<a>.png",
            "gpj.\u{202e}exe",
            "a|b",
            "a?b",
            "a*b",
            &"a".repeat(151),
        ] {
            assert_eq!(text.parse::<FileName>(), Err(FileNameError), "{text:?}");
        }
    }

    #[test]
    fn an_extension_belongs_to_its_format() {
        let suits = |name: &str, format| name.parse::<FileName>().unwrap().suits(format);
        assert!(suits("cover.PNG", Format::Png));
        assert!(suits("cover.html.png", Format::Png));
        assert!(suits("a.jpeg", Format::Jpeg));
        assert!(!suits("cover.html", Format::Png));
        assert!(!suits("png", Format::Png));
        assert!(!suits("song.exe", Format::Mp3));
    }
}
