//! How often one may sign up, guess, invite and propose.

use kernel::{Id, kind};
use web::{ApiError, Limit, RateLimits, Taken};

use crate::{config::Config, keys::EmailKey};

const HOUR_S: i64 = 60 * 60;
const QUARTER_HOUR_S: i64 = 15 * 60;
const DAY_S: i64 = 24 * HOUR_S;
/// One address may try many accounts (a household, an office), but not a list of them.
const LOGIN_FAILURES_PER_ADDRESS: u32 = 100;
/// Whoever is invited or proposed to did not ask for it, so nobody does it by the thousand.
const INVITATIONS: Limit = Limit {
    name: "invitations",
    max: 100,
    window_s: DAY_S,
};
const PROPOSALS: Limit = Limit {
    name: "representation-proposals",
    max: 50,
    window_s: DAY_S,
};

/// The limits of this context, counted in the requests table.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    counts: RateLimits,
    signups: Limit,
    failures_per_email: Limit,
    failures_per_address: Limit,
}

/// A guess that is counted as a failure until it turns out right.
#[derive(Debug)]
pub(crate) struct Guess {
    of_address: Taken,
    of_email: Taken,
}

impl Limits {
    /// The limits that the template sets.
    pub(crate) fn new(counts: RateLimits, config: &Config) -> Self {
        Self {
            counts,
            signups: Limit {
                name: "signups",
                max: config.signups_per_hour_per_address,
                window_s: HOUR_S,
            },
            failures_per_email: Limit {
                name: "login-failures-email",
                max: config.login_failures_per_quarter_hour,
                window_s: QUARTER_HOUR_S,
            },
            failures_per_address: Limit {
                name: "login-failures-address",
                max: LOGIN_FAILURES_PER_ADDRESS,
                window_s: QUARTER_HOUR_S,
            },
        }
    }

    /// Counts a signup from a network address, or answers 429.
    pub(crate) async fn sign_up(&self, source_ip: &str) -> Result<(), ApiError> {
        // A signup that then fails counts, too: it was tried.
        let _taken = self.counts.require(&self.signups, source_ip).await?;
        Ok(())
    }

    /// Counts an invitation of an organization, or answers 429.
    pub(crate) async fn invite(&self, by: Id<kind::Organization>) -> Result<(), ApiError> {
        let _taken = self.counts.require(&INVITATIONS, &by.to_string()).await?;
        Ok(())
    }

    /// Counts a representation that an organization proposes, or answers 429.
    pub(crate) async fn propose(&self, by: Id<kind::Organization>) -> Result<(), ApiError> {
        let _taken = self.counts.require(&PROPOSALS, &by.to_string()).await?;
        Ok(())
    }

    /// Counts a guess as a failure before it is looked at, or answers 429: however many guesses
    /// arrive at once, no more than the limit are ever looked at.
    pub(crate) async fn guess(&self, email: &EmailKey, source_ip: &str) -> Result<Guess, ApiError> {
        Ok(Guess {
            of_address: self
                .counts
                .require(&self.failures_per_address, source_ip)
                .await?,
            of_email: self
                .counts
                .require(&self.failures_per_email, email.as_str())
                .await?,
        })
    }

    /// Takes back what [`Limits::guess`] counted: it was no failure.
    pub(crate) async fn guessed_right(&self, guess: Guess) -> Result<(), ApiError> {
        self.counts.give_back(guess.of_address).await?;
        self.counts.give_back(guess.of_email).await?;
        Ok(())
    }
}
