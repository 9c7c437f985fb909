//! `GET /v1/accounts/me/listening-tokens`

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use crate::App;

/// A token, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListeningTokenOut {
    /// Names the token; with it, it is revoked.
    #[schema(value_type = String, example = "ltk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::ListeningToken>,
    /// What its owner knows it by.
    #[schema(example = "mpd in the kitchen")]
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// List one's listening tokens
///
/// Oldest first. Revoked ones are not among them.
#[utoipa::path(
    get,
    path = "/v1/accounts/me/listening-tokens",
    tag = "accounts",
    params(PagingParams),
    responses((status = 200, description = "A page of tokens", body = List<ListeningTokenOut>))
)]
pub(crate) async fn list_listening_tokens(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<ListeningTokenOut>>, ApiError> {
    let page = app
        .store
        .listening_tokens(caller.account, paging.start()?, paging.limit)
        .await?;
    let last = page.tokens.last().map(|token| token.id.to_string());
    let next = last.filter(|_| page.has_more);
    let items = page
        .tokens
        .into_iter()
        .map(|token| ListeningTokenOut {
            id: token.id,
            name: token.name.as_str().to_owned(),
            created_at: token.created_at,
        })
        .collect();
    Ok(Json(List::new(items, next.as_deref())))
}
