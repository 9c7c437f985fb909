//! Sessions: how long one lasts, and what a refresh token is worth.
//!
//! A session is a family of refresh tokens, numbered by generation; only the newest is good. Whoever
//! shows an older one has a copy that somebody else used already: owner and thief cannot be told
//! apart, so the whole family ends. The one exception is a reply that was lost on its way: the token
//! just replaced is good for the same successor for a few seconds more.

use kernel::{Id, kind};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A session that is not refreshed for so long has ended.
const IDLE_MS: i64 = 30 * DAY_MS;
/// A session ends after so long, however often it is refreshed.
const LIFETIME_MS: i64 = 180 * DAY_MS;
/// For how long the token just replaced still gets its successor.
const GRACE_MS: i64 = 10_000;

/// A signed-in session of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: Id<kind::Session>,
    pub(crate) account: Id<kind::Account>,
    /// Which of its refresh tokens is the good one.
    pub(crate) generation: u32,
    pub(crate) started_at_ms: i64,
    /// When the good refresh token was made.
    pub(crate) rotated_at_ms: i64,
    pub(crate) revoked: bool,
}

/// What a refresh token gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// The next token; the session must become this one.
    Rotate(Session),
    /// The good token, which its owner was sent and may not have got. Nothing changes.
    Repeat,
}

/// Why a refresh token gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefreshError {
    /// The session was ended.
    #[error("the session was ended")]
    Revoked,
    /// The session has lasted its time.
    #[error("the session has expired")]
    Expired,
    /// The token had been replaced before. The session must be revoked.
    #[error("the refresh token was used before")]
    Reused,
    /// The token is newer than the session knows of, which no token of ours is.
    #[error("the refresh token has a generation that does not exist")]
    FromTheFuture,
}

impl Session {
    /// A session that begins.
    pub(crate) fn start(id: Id<kind::Session>, account: Id<kind::Account>, now_ms: i64) -> Self {
        Self {
            id,
            account,
            generation: 1,
            started_at_ms: now_ms,
            rotated_at_ms: now_ms,
            revoked: false,
        }
    }

    /// The first millisecond at which the session is over, unless it is refreshed before.
    pub(crate) fn expires_at_ms(&self) -> i64 {
        let idle = self.rotated_at_ms.saturating_add(IDLE_MS);
        idle.min(self.started_at_ms.saturating_add(LIFETIME_MS))
    }

    /// Whether it goes on at `now_ms`.
    pub(crate) fn is_live(&self, now_ms: i64) -> bool {
        !self.revoked && now_ms < self.expires_at_ms()
    }

    /// What the refresh token of `generation` gets.
    pub(crate) fn refresh(&self, generation: u32, now_ms: i64) -> Result<Refresh, RefreshError> {
        if self.revoked {
            return Err(RefreshError::Revoked);
        }
        if now_ms >= self.expires_at_ms() {
            return Err(RefreshError::Expired);
        }
        if generation > self.generation {
            return Err(RefreshError::FromTheFuture);
        }
        match self.generation - generation {
            0 => self.rotate(now_ms),
            1 if now_ms - self.rotated_at_ms <= GRACE_MS => Ok(Refresh::Repeat),
            _ => Err(RefreshError::Reused),
        }
    }

    fn rotate(&self, now_ms: i64) -> Result<Refresh, RefreshError> {
        // At one refresh a millisecond the generations last for 49 days; then the session ends.
        let generation = self
            .generation
            .checked_add(1)
            .ok_or(RefreshError::Expired)?;
        Ok(Refresh::Rotate(Self {
            generation,
            rotated_at_ms: now_ms,
            ..self.clone()
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn session() -> Session {
        Session::start(Id::from_bytes([1; 16]), Id::from_bytes([2; 16]), 0)
    }

    fn rotated(session: &Session, now_ms: i64) -> Session {
        match session.refresh(session.generation, now_ms) {
            Ok(Refresh::Rotate(next)) => next,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_token_just_replaced_gets_its_successor_again_for_ten_seconds() {
        let session = rotated(&session(), 1_000);
        assert_eq!(session.refresh(1, 1_000), Ok(Refresh::Repeat));
        assert_eq!(session.refresh(1, 11_000), Ok(Refresh::Repeat));
        assert_eq!(session.refresh(1, 11_001), Err(RefreshError::Reused));
    }

    #[test]
    fn an_older_token_is_reuse_even_at_once() {
        let session = rotated(&rotated(&session(), 1_000), 1_001);
        assert_eq!(session.refresh(1, 1_002), Err(RefreshError::Reused));
        assert_eq!(session.refresh(0, 1_002), Err(RefreshError::Reused));
    }

    #[test]
    fn a_session_ends_thirty_days_after_its_last_refresh() {
        let session = rotated(&session(), DAY_MS);
        assert!(session.refresh(2, 31 * DAY_MS - 1).is_ok());
        assert_eq!(session.refresh(2, 31 * DAY_MS), Err(RefreshError::Expired));
    }

    #[test]
    fn a_session_ends_after_half_a_year_however_often_it_is_refreshed() {
        let mut session = session();
        for day in 1..180 {
            session = rotated(&session, day * DAY_MS);
        }
        let end = session.refresh(session.generation, 180 * DAY_MS);
        assert_eq!(end, Err(RefreshError::Expired));
    }

    #[test]
    fn a_revoked_session_gives_nothing() {
        let session = Session {
            revoked: true,
            ..session()
        };
        assert_eq!(session.refresh(1, 1), Err(RefreshError::Revoked));
    }

    proptest! {
        #[test]
        fn only_the_newest_generation_rotates(
            newest in 1u32..1_000, shown in 0u32..1_010, wait_ms in 0i64..20_000,
        ) {
            let session = Session { generation: newest, ..session() };
            let outcome = session.refresh(shown, wait_ms);
            prop_assert_eq!(matches!(outcome, Ok(Refresh::Rotate(_))), shown == newest);
            prop_assert_eq!(outcome == Err(RefreshError::FromTheFuture), shown > newest);
            let repeats = shown + 1 == newest && wait_ms <= GRACE_MS;
            prop_assert_eq!(outcome == Ok(Refresh::Repeat), repeats);
        }
    }
}
