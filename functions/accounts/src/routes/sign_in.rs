//! `POST /v1/sessions`

use axum::{Extension, extract::State};
use kernel::Id;
use platform::logging;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiError, Code, Json, RequestInfo,
    fields::{parsed, secret},
};

use super::session_out::{SessionOut, require_active};
use crate::{
    App,
    account::Account,
    email::Email,
    hashing::{StoredHash, Verdict},
    keys::EmailKey,
    password::Password,
    session::Session,
};

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInIn {
    /// The account's address, in capitals or not.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, format = "email", example = "ada@example.org")]
    email: Email,
    /// The account's password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Sign in
///
/// Starts a session: 30 days from its last refresh, at most 180 days in all. An address that has no
/// account and a wrong password get the same answer.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "accounts",
    request_body = SignInIn,
    responses(
        (status = 200, description = "The session's tokens", body = SessionOut),
        (status = 401, description = "`invalid_credentials`: address and password do not belong together", body = web::Problem),
        (status = 403, description = "`forbidden`: the account is suspended", body = web::Problem),
        (status = 429, description = "`rate_limited`: too many failures for this address or from this network", body = web::Problem),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<App>,
    Extension(info): Extension<RequestInfo>,
    Json(input): Json<SignInIn>,
) -> Result<Json<SessionOut>, ApiError> {
    let email = app.email_keys.of(&input.email);
    let guess = app.limits.guess(&email, &info.source_ip).await?;
    let account = authenticate(&app, &email, input.password).await?;
    app.limits.guessed_right(guess).await?;
    require_active(&account)?;
    let session = Session::start(Id::generate(&app.clock), account.id, app.clock.now_ms());
    app.store.start_session(&session).await?;
    SessionOut::issue(&app, &account, &session).map(Json)
}

/// The account that `password` opens.
async fn authenticate(
    app: &App,
    email: &EmailKey,
    password: Password,
) -> Result<Account, ApiError> {
    let refused = || ApiError::new(Code::InvalidCredentials);
    let (account, stored) = match app.store.credential(email).await? {
        Some(credential) => (Some(credential.account), Some(credential.password_hash)),
        None => (None, None),
    };
    let verdict = app
        .hashing
        .verify(password.clone(), stored.clone())
        .await
        .map_err(ApiError::internal)?;
    let account = match (verdict, account, stored) {
        (Verdict::Right, Some(account), _) => account,
        (Verdict::RightButOutdated, Some(account), Some(stored)) => {
            hash_anew(app, email, password, &stored).await;
            account
        }
        (Verdict::Right | Verdict::RightButOutdated | Verdict::Wrong, _, _) => {
            return Err(refused());
        }
    };
    app.store.account(account).await?.ok_or_else(refused)
}

/// Now that the password is at hand, stores it under today's parameters. If that fails, the next
/// sign-in tries again: it is no reason to refuse this one.
async fn hash_anew(app: &App, email: &EmailKey, password: Password, stored: &StoredHash) {
    let hash = match app.hashing.hash(password).await {
        Ok(hash) => hash,
        Err(error) => {
            tracing::warn!(
                error = logging::causes(&error),
                "a password was not hashed anew"
            );
            return;
        }
    };
    if let Err(error) = app.store.replace_hash(email, stored, &hash).await {
        tracing::warn!(
            error = logging::causes(&error),
            "a new password hash was not stored"
        );
    }
}
