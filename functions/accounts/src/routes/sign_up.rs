//! `POST /v1/accounts`

use axum::{
    Extension,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{Id, Zone};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiError, Code, Json, RequestInfo,
    fields::{parsed, secret},
    with_version,
};

use super::account_out::AccountOut;
use crate::{
    App,
    account::{Account, Registration},
    acquisition_source::AcquisitionSource,
    email::Email,
    name::Name,
    password::{NewPassword, Password},
    store::RegisterError,
};

/// What an account is opened with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpIn {
    /// The address to sign in with: printable ASCII, at most 254 characters.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, format = "email", example = "ada@example.org", max_length = 254)]
    email: Email,
    /// 8 to 256 characters, and not the e-mail address.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 256)]
    password: Password,
    /// One line of 1 to 64 characters.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "Ada", min_length = 1, max_length = 64)]
    display_name: Name,
    /// A zone of the IANA database.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "Asia/Shanghai")]
    time_zone: Zone,
    /// Where the account came from, such as `organic`, `fan_group`, `player_import`, `partner`,
    /// `campaign`, `referral`. Never changes afterwards.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "organic", pattern = "^[a-z0-9_-]{1,64}$")]
    acquisition_source: AcquisitionSource,
}

/// Open an account
///
/// Sign in at `POST /v1/sessions` afterwards.
#[utoipa::path(
    post,
    path = "/v1/accounts",
    tag = "accounts",
    request_body = SignUpIn,
    responses(
        (status = 201, description = "The account", body = AccountOut),
        (status = 409, description = "`email_taken`: the address has an account", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be", body = web::Problem),
        (status = 429, description = "`rate_limited`: too many sign up from this network", body = web::Problem),
    )
)]
pub(crate) async fn sign_up(
    State(app): State<App>,
    Extension(info): Extension<RequestInfo>,
    Json(input): Json<SignUpIn>,
) -> Result<Response, ApiError> {
    let password = NewPassword::choose(input.password, &input.email)
        .map_err(|error| ApiError::field("/password", error.to_string()))?;
    app.limits.sign_up(&info.source_ip).await?;
    let hash = app
        .hashing
        .hash(password.into_password())
        .await
        .map_err(ApiError::internal)?;
    let registration = Registration {
        email: input.email,
        display_name: input.display_name,
        time_zone: input.time_zone,
        acquisition_source: input.acquisition_source,
    };
    let account = Account::open(Id::generate(&app.clock), registration, app.clock.now());
    let email = app.email_keys.of(&account.email);
    app.store
        .register(&account, &email, &hash)
        .await
        .map_err(refusal)?;
    let answer = (
        [(header::LOCATION, "/v1/accounts/me")],
        Json(AccountOut::from(&account)).created(),
    );
    Ok(with_version(account.version, answer.into_response()))
}

fn refusal(error: RegisterError) -> ApiError {
    match error {
        RegisterError::EmailTaken => ApiError::new(Code::EmailTaken),
        RegisterError::Service(error) => error.into(),
    }
}
