//! `GET /1/validate-token`: whether a listening token is good, in ListenBrainz's words.

use axum::{extract::State, response::Response};
use http::{HeaderMap, Uri, header};
use kernel::{Id, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, admission,
    listenbrainz::{ErrorOut, Refusal, answer},
};

/// What is to be said about the token.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValidityOut {
    /// The HTTP status.
    #[schema(example = 200)]
    code: u16,
    /// The verdict, for people.
    #[schema(example = "Token valid.")]
    message: &'static str,
    /// The verdict.
    valid: bool,
    /// For whom the token reports: an account's id. Only of a valid token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    user_name: Option<Id<kind::Account>>,
}

/// Ask whether a listening token is good, as of ListenBrainz.
///
/// The header is looked at before the parameter. A token that is not good is answered with 200 and
/// `valid: false`. Every answer carries the `X-RateLimit-*` headers.
#[utoipa::path(
    get,
    path = "/1/validate-token",
    tag = "listening",
    params(
        ("authorization" = Option<String>, Header, description = "`Token` and a listening token."),
        ("token" = Option<String>, Query, description = "The listening token, if there is no such header."),
    ),
    responses(
        (status = 200, description = "The verdict.", body = ValidityOut),
        (status = 400, description = "There is no token to judge.", body = ErrorOut),
        (status = 429, description = "The token was used too often.", body = ErrorOut),
        (status = "default", description = "Every error has this shape.", body = ErrorOut),
    ),
)]
pub(crate) async fn validate_token(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let Some(token) = token(&headers, &uri) else {
        return answer(app.unused_rates(), Err::<ValidityOut, _>(Refusal::NoToken));
    };
    match app.admit(&token).await {
        Ok(player) => answer(player.rates, Ok(ValidityOut::valid(player.account))),
        Err(refused) => {
            let outcome = match refused.reason {
                admission::Refusal::InvalidToken => Ok(ValidityOut::INVALID),
                reason => Err(reason.into()),
            };
            answer(refused.rates, outcome)
        }
    }
}

fn token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("token"));
    let token = match header {
        Some((_, rest)) => rest.split(' ').next().unwrap_or_default().to_owned(),
        None => form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "token")
            .map(|(_, token)| token.into_owned())
            .unwrap_or_default(),
    };
    (!token.is_empty()).then_some(token)
}

impl ValidityOut {
    const INVALID: Self = Self {
        code: 200,
        message: "Token invalid.",
        valid: false,
        user_name: None,
    };

    fn valid(account: Id<kind::Account>) -> Self {
        Self {
            code: 200,
            message: "Token valid.",
            valid: true,
            user_name: Some(account),
        }
    }
}
