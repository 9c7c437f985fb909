//! `POST /v1/webhook-endpoints/{id}/disable`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Path};

use super::{access, get_endpoint::shown};
use crate::{App, endpoint::DisabledBecause};

/// Disable an endpoint
///
/// It is told nothing until it is enabled. What waits for it, and what comes, is kept.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/disable",
    tag = "webhooks",
    params(("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The endpoint as it is now; its version is the `ETag`", body = super::endpoint_out::EndpointOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it was changed at the same time", body = web::Problem),
    )
)]
pub(crate) async fn disable_endpoint(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
) -> Result<Response, ApiError> {
    let before = access::endpoint(&app, &caller, id).await?;
    let after = before
        .clone()
        .disabled(DisabledBecause::Request, app.clock.now());
    if after != before {
        app.store
            .save_endpoint(&after)
            .await
            .map_err(access::lost)?;
    }
    // Also when it was so before: whoever asks again may have got no answer the first time.
    app.store.rouse_lane(id).await?;
    shown(&app, &after).await
}
