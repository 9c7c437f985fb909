//! Why an upload was not taken.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was wrong with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MediaRejection)]
pub(crate) enum Rejection {
    /// Nothing was there.
    #[error("nothing was uploaded")]
    NothingUploaded,
    /// It has more or fewer bytes than announced.
    #[error("the file does not have the announced size")]
    SizeDiffers,
    /// Its bytes are others than announced.
    #[error("the file does not have the announced SHA-256")]
    HashDiffers,
    /// It is a file of another kind.
    #[error("the file is not of the announced content type")]
    NotTheType,
    /// It begins as its kind does, and is broken.
    #[error("the file's structure is broken")]
    Malformed,
    /// It stops in the middle.
    #[error("the file is not complete")]
    Truncated,
    /// Something stands behind its end.
    #[error("the file goes on behind its end")]
    TrailingBytes,
    /// It holds something that a browser or a viewer would run.
    #[error("the file holds something that would be run")]
    ActiveContent,
    /// It could be taken for a file of another kind as well.
    #[error("the file is of two kinds at once")]
    Ambiguous,
    /// A picture that is too large when it is decoded.
    #[error("the picture has more than 100 million pixels")]
    TooManyPixels,
    /// An archive that is too large when it is unpacked.
    #[error("the archive holds too much for its size, or too many files")]
    ArchiveTooLarge,
    /// An archive that would leave the folder into which it is unpacked.
    #[error("the archive holds a file with a dangerous name or of a dangerous kind")]
    ArchiveEntry,
}
