//! Sessions: who reports, and what the times that they report mean.

/// mpdscribble's name for itself.
const MPDSCRIBBLE: &str = "mdc";

/// A session as it stands on the wire: a letter, a dot and a listening token. Nothing about it is
/// trusted until its token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session<'a> {
    pub(crate) token: &'a str,
    pub(super) stamp: Stamp,
}

/// Which time of a listen a player reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// When it began, as the protocol wants it.
    Start,
    /// When it ended: mpdscribble, up to its version 0.26 at least.
    End,
}

impl<'a> Session<'a> {
    /// The session that a player gets which calls itself `client`.
    pub(crate) fn of(client: &str, token: &'a str) -> Self {
        let stamp = if client == MPDSCRIBBLE {
            Stamp::End
        } else {
            Stamp::Start
        };
        Self { token, stamp }
    }

    /// Reads a session that we gave out, if it is one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (stamp, token) = text.split_once('.')?;
        let stamp = match stamp {
            "s" => Stamp::Start,
            "e" => Stamp::End,
            _ => return None,
        };
        Some(Self { token, stamp })
    }

    /// The session as it is given out.
    pub(crate) fn text(&self) -> String {
        let stamp = match self.stamp {
            Stamp::Start => 's',
            Stamp::End => 'e',
        };
        format!("{stamp}.{}", self.token)
    }
}
