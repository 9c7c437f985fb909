//! Who reports, by a listening token, and how often they may.
//!
//! A token is verified by its signature alone, so whoever sends us nonsense costs no read and no
//! write. Only of a good one do we ask whether it was revoked, and count its use, both at once.

use axum::response::Response;
use http::{HeaderName, HeaderValue};
use kernel::{Id, kind};
use platform::{ServiceError, logging};
use tokens::TokenError;
use web::{Limit, Usage};

use crate::Parts;

/// A player that may report, and what is left of its limit.
pub(crate) struct Player {
    /// For whom it reports.
    pub(crate) account: Id<kind::Account>,
    pub(crate) rates: Rates,
}

/// Why somebody may not report.
pub(crate) struct Refused {
    pub(crate) reason: Refusal,
    pub(crate) rates: Rates,
}

/// The reasons for which somebody may not report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The token is none of ours, or it was revoked: both look the same.
    #[error("the token is not valid")]
    InvalidToken,
    /// The token was used too often in this window.
    #[error("too many requests")]
    TooMany,
    /// We cannot say; trying again may help.
    #[error("the token cannot be verified now")]
    Unavailable,
}

/// What the `X-RateLimit-*` headers say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds until the next window begins.
    pub(crate) reset_in_s: i64,
    /// When it begins, in seconds since 1970.
    pub(crate) reset_at_s: i64,
}

impl Rates {
    /// Adds the headers to a response.
    pub(crate) fn on(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [
            ("x-ratelimit-limit", i64::from(self.limit)),
            ("x-ratelimit-remaining", i64::from(self.remaining)),
            ("x-ratelimit-reset", self.reset_at_s),
            ("x-ratelimit-reset-in", self.reset_in_s),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
        response
    }
}

/// How often a token may be used: in ListenBrainz's own windows of ten seconds.
pub(crate) fn limit(requests_per_ten_seconds: u32) -> Limit {
    Limit {
        name: "listens",
        max: requests_per_ten_seconds,
        window_s: 10,
    }
}

impl Parts {
    /// Lets the bearer of `token` report once.
    pub(crate) async fn admit(&self, token: &str) -> Result<Player, Refused> {
        let claims = match self.verifier.listening(token).await {
            Ok(claims) => claims,
            Err(TokenError::Service(error)) => return Err(self.unavailable(&error)),
            Err(_) => return Err(self.refused(Refusal::InvalidToken)),
        };
        let subject = claims.id.to_string();
        let (revoked, usage) = tokio::try_join!(
            self.store.is_revoked(claims.id),
            self.limits.take(&self.limit, &subject),
        )
        .map_err(|error| self.unavailable(&error))?;
        let rates = self.rates(usage);
        let refused = |reason| Err(Refused { reason, rates });
        match (usage.allowed, revoked) {
            (false, _) => refused(Refusal::TooMany),
            (true, true) => refused(Refusal::InvalidToken),
            (true, false) => Ok(Player {
                account: claims.account,
                rates,
            }),
        }
    }

    /// The refusal of somebody whom we do not know, and of whom nothing is counted.
    pub(crate) fn refused(&self, reason: Refusal) -> Refused {
        Refused {
            reason,
            rates: self.unused_rates(),
        }
    }

    /// The limit of a window in which nothing was used.
    pub(crate) fn unused_rates(&self) -> Rates {
        let window_s = self.limit.window_s;
        self.rates(Usage {
            allowed: true,
            remaining: self.limit.max,
            reset_in_s: window_s - self.clock.now_seconds().rem_euclid(window_s),
        })
    }

    fn rates(&self, usage: Usage) -> Rates {
        Rates {
            limit: self.limit.max,
            remaining: usage.remaining,
            reset_in_s: usage.reset_in_s,
            reset_at_s: self.clock.now_seconds() + usage.reset_in_s,
        }
    }

    fn unavailable(&self, error: &ServiceError) -> Refused {
        tracing::error!(
            error = logging::causes(error),
            "a token could not be verified"
        );
        self.refused(Refusal::Unavailable)
    }
}
