//! `POST /v1/sessions/refresh`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, fields::secret};

use super::session_out::{SessionOut, require_active};
use crate::{
    App,
    session::{Refresh, RefreshError, Session},
    store::RotateError,
};

/// Who wants to stay signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshIn {
    /// The newest refresh token of the session.
    #[serde(deserialize_with = "secret")]
    #[schema(example = "rt_AY…")]
    refresh_token: String,
}

/// Get the next tokens of a session
///
/// A refresh token is good once. If the answer was lost, the same token gets the same successor
/// for ten seconds more; after that, and with any older token, the whole session ends.
#[utoipa::path(
    post,
    path = "/v1/sessions/refresh",
    tag = "accounts",
    request_body = RefreshIn,
    responses(
        (status = 200, description = "The next tokens", body = SessionOut),
        (status = 401, description = "`invalid_credentials`: the token is not the session's newest one, or the session is over", body = web::Problem),
        (status = 403, description = "`forbidden`: the account is suspended", body = web::Problem),
    )
)]
pub(crate) async fn refresh(
    State(app): State<App>,
    Json(input): Json<RefreshIn>,
) -> Result<Json<SessionOut>, ApiError> {
    let claims = app
        .refresh_tokens
        .read(&input.refresh_token)
        .map_err(|_| refused())?;
    let session = app.store.session(claims.session).await?;
    let session = session.ok_or_else(refused)?;
    let account = app.store.account(session.account).await?;
    let account = account.ok_or_else(refused)?;
    require_active(&account)?;
    let session = go_on(&app, session, claims.generation).await?;
    SessionOut::issue(&app, &account, &session).map(Json)
}

/// The session after the refresh token of `generation` was shown.
async fn go_on(app: &App, session: Session, generation: u32) -> Result<Session, ApiError> {
    let next = match decide(app, &session, generation).await? {
        Refresh::Repeat => return Ok(session),
        Refresh::Rotate(next) => next,
    };
    match app.store.rotate(&next).await {
        Ok(()) => Ok(next),
        // Somebody else was faster with the same token. What became of the session decides anew; if
        // it has moved on, this token is the one just replaced.
        Err(RotateError::Changed(Some(session))) => {
            match decide(app, &session, generation).await? {
                Refresh::Repeat => Ok(session),
                Refresh::Rotate(_) => Err(ApiError::new(Code::Unavailable)),
            }
        }
        Err(RotateError::Changed(None)) => Err(refused()),
        Err(RotateError::Service(error)) => Err(error.into()),
    }
}

async fn decide(app: &App, session: &Session, generation: u32) -> Result<Refresh, ApiError> {
    let error = match session.refresh(generation, app.clock.now_ms()) {
        Ok(refresh) => return Ok(refresh),
        Err(error) => error,
    };
    match error {
        RefreshError::Reused => {
            app.store
                .revoke_session(session.id, session.account)
                .await?;
            tracing::warn!(
                security_event = "refresh_token_reused",
                session = %session.id,
                account = %session.account,
                "a refresh token was used again; its session is over"
            );
        }
        RefreshError::Revoked | RefreshError::Expired | RefreshError::FromTheFuture => {}
    }
    Err(refused())
}

/// The same for every reason: whoever holds a stolen token learns nothing from it.
fn refused() -> ApiError {
    ApiError::new(Code::InvalidCredentials)
}
