//! A file of an organization: announced, uploaded, checked.

use std::time::Duration;

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    file_name::FileName,
    format::{Format, Purpose},
    inspect::Promise,
    rejection::Rejection,
    sha256::Sha256,
};

/// How long a form can be used. Whoever needs longer asks again, with the same key.
pub(crate) const FORM_HOLDS: Duration = Duration::from_secs(5 * 60);
/// How long after the announcement an upload can be completed: the largest file over a slow line.
const UPLOAD_WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// A file, or the promise of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Media {
    pub(crate) id: Id<kind::Media>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) uploaded_by: Id<kind::Account>,
    pub(crate) purpose: Purpose,
    pub(crate) file_name: FileName,
    pub(crate) format: Format,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: Sha256,
    pub(crate) status: Status,
    /// Why it was rejected.
    pub(crate) rejection: Option<Rejection>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// One more with every change; 1 at first.
    pub(crate) version: u64,
}

/// How far a file has come, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It was announced.
    AwaitingUpload,
    /// It is said to be there, and nobody has seen it.
    Checking,
    /// It is what it was said to be. It never changes any more.
    Ready,
    /// It is not, and is gone.
    Rejected,
}

/// How a file stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MediaState)]
pub(crate) enum State {
    /// Upload it, then complete it.
    AwaitingUpload,
    /// It is looked at.
    Checking,
    /// It can be used.
    Ready,
    /// It was not what it was said to be, and is gone.
    Rejected,
    /// It was not completed in time.
    Expired,
}

/// What is announced.
#[derive(Clone, Debug)]
pub(crate) struct Announcement {
    pub(crate) purpose: Purpose,
    pub(crate) file_name: FileName,
    pub(crate) format: Format,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: Sha256,
}

/// Why a file cannot be announced so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnnounceError {
    /// The format serves other purposes.
    #[error("files of this type do not serve this purpose")]
    Format,
    /// The name would have a buyer's machine take it for something else.
    #[error("its ending does not belong to the content type")]
    FileName,
    /// It is empty or too large.
    #[error("it is not between 1 and {max_bytes}")]
    Size {
        /// How large it may be.
        max_bytes: u64,
    },
}

/// What comes of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    /// The file goes on to be checked.
    Check(Media),
    /// It is being checked; the worker may have to be told again.
    Underway,
    /// It was checked already.
    Done,
    /// It comes too late.
    Expired,
}

impl Announcement {
    /// Whether such a file could be taken.
    pub(crate) fn check(&self) -> Result<(), AnnounceError> {
        let max_bytes = self.purpose.max_bytes();
        if !self.purpose.takes(self.format) {
            Err(AnnounceError::Format)
        } else if !self.file_name.suits(self.format) {
            Err(AnnounceError::FileName)
        } else if !(1..=max_bytes).contains(&self.size_bytes) {
            Err(AnnounceError::Size { max_bytes })
        } else {
            Ok(())
        }
    }
}

impl Media {
    /// A file that was announced.
    pub(crate) fn announced(
        id: Id<kind::Media>,
        organization: Id<kind::Organization>,
        uploaded_by: Id<kind::Account>,
        announcement: Announcement,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            organization,
            uploaded_by,
            purpose: announcement.purpose,
            file_name: announcement.file_name,
            format: announcement.format,
            size_bytes: announcement.size_bytes,
            sha256: announcement.sha256,
            status: Status::AwaitingUpload,
            rejection: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// How it stands at `now`.
    pub(crate) fn state_at(&self, now: Timestamp) -> State {
        match self.status {
            Status::AwaitingUpload if self.expires_at() <= now => State::Expired,
            Status::AwaitingUpload => State::AwaitingUpload,
            Status::Checking => State::Checking,
            Status::Ready => State::Ready,
            Status::Rejected => State::Rejected,
        }
    }

    /// When it cannot be completed any more.
    pub(crate) fn expires_at(&self) -> Timestamp {
        // A time that overflows lies beyond all calendars.
        self.created_at
            .checked_add(UPLOAD_WITHIN)
            .unwrap_or(Timestamp::MAX)
    }

    /// Said to be uploaded.
    pub(crate) fn complete(&self, now: Timestamp) -> Completion {
        match self.state_at(now) {
            State::AwaitingUpload => Completion::Check(self.with(Status::Checking, None, now)),
            State::Checking => Completion::Underway,
            State::Ready | State::Rejected => Completion::Done,
            State::Expired => Completion::Expired,
        }
    }

    /// Checked, with this verdict.
    pub(crate) fn judged(&self, verdict: Result<(), Rejection>, now: Timestamp) -> Self {
        match verdict {
            Ok(()) => self.with(Status::Ready, None, now),
            Err(rejection) => self.with(Status::Rejected, Some(rejection), now),
        }
    }

    /// What was said of the file.
    pub(crate) fn promise(&self) -> Promise {
        Promise {
            format: self.format,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
        }
    }

    /// Where it is uploaded to.
    pub(crate) fn upload_key(&self) -> String {
        format!("quarantine/{}/upload", self.id)
    }

    /// Where the check called `name` keeps what it looks at.
    pub(crate) fn held_key(&self, name: &str) -> String {
        format!("quarantine/{}/held/{name}", self.id)
    }

    /// Where it stays once it is ready.
    pub(crate) fn clean_key(&self) -> String {
        format!("clean/{}/{}", self.organization, self.id)
    }

    fn with(&self, status: Status, rejection: Option<Rejection>, now: Timestamp) -> Self {
        Self {
            status,
            rejection,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media() -> Media {
        let announcement = Announcement {
            purpose: Purpose::Image,
            file_name: "cover.png".parse().unwrap(),
            format: Format::Png,
            size_bytes: 7,
            sha256: "0".repeat(64).parse().unwrap(),
        };
        let (id, organization) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let account = Id::from_bytes([3; 16]);
        Media::announced(
            id,
            organization,
            account,
            announcement,
            Timestamp::UNIX_EPOCH,
        )
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3_600).unwrap()
    }

    #[test]
    fn a_file_is_checked_once() {
        let announced = media();
        let Completion::Check(checking) = announced.complete(at(1)) else {
            panic!("it is in time");
        };
        assert_eq!(checking.complete(at(1)), Completion::Underway);
        // What is being checked does not expire.
        assert_eq!(checking.complete(at(3)), Completion::Underway);
        for verdict in [Ok(()), Err(Rejection::Malformed)] {
            let judged = checking.judged(verdict, at(1));
            assert_eq!(judged.complete(at(1)), Completion::Done);
            assert_eq!(judged.version, 3);
        }
    }

    #[test]
    fn an_upload_that_is_not_completed_in_two_hours_has_expired() {
        assert!(matches!(media().complete(at(1)), Completion::Check(_)));
        assert_eq!(media().state_at(at(2)), State::Expired);
        assert_eq!(media().complete(at(2)), Completion::Expired);
    }

    #[test]
    fn a_file_is_announced_within_its_purpose() {
        let announcement = |purpose, name: &str, format, size_bytes| Announcement {
            purpose,
            file_name: name.parse().unwrap(),
            format,
            size_bytes,
            sha256: "0".repeat(64).parse().unwrap(),
        };
        let max_bytes = 10 * 1024 * 1024;
        let size = Err(AnnounceError::Size { max_bytes });
        for (purpose, name, format, bytes, expected) in [
            (Purpose::Image, "a.png", Format::Png, 1, Ok(())),
            (Purpose::Image, "a.png", Format::Png, max_bytes, Ok(())),
            (Purpose::Image, "a.png", Format::Png, max_bytes + 1, size),
            (Purpose::Image, "a.png", Format::Png, 0, size),
            (
                Purpose::Audio,
                "a.png",
                Format::Png,
                1,
                Err(AnnounceError::Format),
            ),
            (
                Purpose::Image,
                "a.html",
                Format::Png,
                1,
                Err(AnnounceError::FileName),
            ),
            (
                Purpose::Document,
                "a.png",
                Format::Png,
                max_bytes * 2,
                Ok(()),
            ),
        ] {
            let checked = announcement(purpose, name, format, bytes).check();
            assert_eq!(checked, expected, "{purpose:?} {name} {bytes}");
        }
    }
}
