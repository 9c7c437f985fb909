//! The part of a document that this command writes: what stands between two marks.

use std::{fs, io, path::Path};

const BEGIN: &str = "<!-- written by `cargo run -p bench -- costs --write docs/costs.md` -->\n";
const END: &str = "<!-- until here -->\n";

/// Why a document is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// It cannot be read or written.
    #[error("the document cannot be read or written")]
    Io(#[from] io::Error),
    /// There is no place for the sheets.
    #[error("the document has no marks between which the sheets belong")]
    Marks,
    /// It shows something else.
    #[error("the document is stale: `cargo run -p bench -- costs --write docs/costs.md` renews it")]
    Stale,
}

/// Fails unless the document shows `sheets`.
pub(super) fn check(path: &Path, sheets: &str) -> Result<(), DocumentError> {
    let text = fs::read_to_string(path)?;
    if with(&text, sheets)? == text {
        Ok(())
    } else {
        Err(DocumentError::Stale)
    }
}

/// Makes the document show `sheets`.
pub(super) fn renew(path: &Path, sheets: &str) -> Result<(), DocumentError> {
    let text = fs::read_to_string(path)?;
    Ok(fs::write(path, with(&text, sheets)?)?)
}

fn with(text: &str, sheets: &str) -> Result<String, DocumentError> {
    let (before, rest) = text.split_once(BEGIN).ok_or(DocumentError::Marks)?;
    let (_, after) = rest.split_once(END).ok_or(DocumentError::Marks)?;
    Ok(format!("{before}{BEGIN}\n{sheets}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_marks_is_replaced_and_nothing_else() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let renewed = with(&text, "new\n").unwrap();
        assert_eq!(renewed, format!("before\n{BEGIN}\nnew\n\n{END}after\n"));
        assert_eq!(with(&renewed, "new\n").unwrap(), renewed);
    }

    #[test]
    fn a_document_without_marks_is_refused() {
        for text in ["", BEGIN, END] {
            assert!(matches!(with(text, "new"), Err(DocumentError::Marks)));
        }
    }
}
