//! `DELETE /v1/webhook-endpoints/{id}`

use axum::extract::State;
use http::StatusCode;
use kernel::{Id, kind};
use web::{ApiError, Caller, IfMatch, Path};

use super::access;
use crate::App;

/// Delete an endpoint
///
/// It is told nothing any more, not even what is waiting. Deliveries to it can be looked at for a while.
#[utoipa::path(
    delete,
    path = "/v1/webhook-endpoints/{id}",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision is based on"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn delete_endpoint(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    access::expect_version(&endpoint, version)?;
    let deleted = app.store.delete_endpoint(&endpoint).await;
    deleted.map_err(access::lost)?;
    Ok(StatusCode::NO_CONTENT)
}
