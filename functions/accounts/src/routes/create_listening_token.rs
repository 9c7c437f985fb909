//! `POST /v1/accounts/me/listening-tokens`

use axum::{extract::State, response::Response};
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, fields::parsed};

use crate::{
    App,
    name::Name,
    store::{AddTokenError, ListeningTokenRecord},
};

/// A token that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListeningTokenIn {
    /// What its owner will know it by, such as the player that has it: one line of 1 to 64
    /// characters.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "mpd in the kitchen", min_length = 1, max_length = 64)]
    name: Name,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewListeningTokenOut {
    /// Names the token; with it, it is revoked.
    #[schema(value_type = String, example = "ltk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::ListeningToken>,
    /// The token. It is shown this once.
    #[schema(example = "lt_Q7…")]
    token: String,
    /// What its owner knows it by.
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Make a listening token
///
/// It lets a player report what the account listens to, and nothing else. It holds until it is
/// revoked.
#[utoipa::path(
    post,
    path = "/v1/accounts/me/listening-tokens",
    tag = "accounts",
    request_body = ListeningTokenIn,
    responses(
        (status = 201, description = "The token, shown this once", body = NewListeningTokenOut),
        (status = 409, description = "`state_conflict`: the account has 20 tokens", body = web::Problem),
        (status = 422, description = "`validation_failed`: the name is not as it must be", body = web::Problem),
    )
)]
pub(crate) async fn create_listening_token(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ListeningTokenIn>,
) -> Result<Response, ApiError> {
    let token = ListeningTokenRecord {
        account: caller.account,
        id: Id::generate(&app.clock),
        name: input.name,
        created_at: app.clock.now(),
    };
    app.store
        .add_listening_token(&token)
        .await
        .map_err(refusal)?;
    let out = NewListeningTokenOut {
        id: token.id,
        token: app.signer.listening_token(token.account, token.id),
        name: token.name.as_str().to_owned(),
        created_at: token.created_at,
    };
    Ok(Json(out).created())
}

fn refusal(error: AddTokenError) -> ApiError {
    match error {
        AddTokenError::TooMany => ApiError::new(Code::StateConflict).detail(error.to_string()),
        AddTokenError::Service(error) => error.into(),
    }
}
