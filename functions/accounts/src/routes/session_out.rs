//! The tokens of a session, as they are handed out.

use serde::Serialize;
use tokens::{AccessClaims, TokenError};
use utoipa::ToSchema;
use web::{ApiError, Code};

use crate::{
    App,
    account::{Account, Status},
    refresh_token::RefreshClaims,
    session::Session,
};

/// How long an access token holds: so long may somebody who was signed out still act.
pub(super) const ACCESS_TOKEN_S: i64 = 15 * 60;

/// A session's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionOut {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// Gets the next pair at `POST /v1/sessions/refresh`, once.
    #[schema(example = "rt_AY…")]
    refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the access token holds.
    #[schema(example = 900)]
    expires_in: i64,
}

impl SessionOut {
    /// The tokens of `session`, which is one of `account`.
    pub(super) fn issue(app: &App, account: &Account, session: &Session) -> Result<Self, ApiError> {
        let now_s = app.clock.now_seconds();
        let access_token = app
            .signer
            .access_token(&AccessClaims {
                account: account.id,
                session: session.id,
                scopes: account.scopes(),
                organization: None,
                issued_at_s: now_s,
                expires_at_s: now_s + ACCESS_TOKEN_S,
            })
            .map_err(|error| match error {
                TokenError::Service(error) => error.into(),
                error => ApiError::internal(error),
            })?;
        let refresh_token = app.refresh_tokens.write(RefreshClaims {
            session: session.id,
            generation: session.generation,
        });
        Ok(Self {
            access_token,
            refresh_token,
            token_type: "Bearer",
            expires_in: ACCESS_TOKEN_S,
        })
    }
}

/// A suspended account gets no tokens. Whoever asks has shown that the account is theirs, so they
/// may know.
pub(super) fn require_active(account: &Account) -> Result<(), ApiError> {
    match account.status {
        Status::Active => Ok(()),
        Status::Suspended => Err(ApiError::new(Code::Forbidden).detail("the account is suspended")),
    }
}
