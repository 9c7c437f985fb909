//! `PATCH /v1/webhook-endpoints/{id}`

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiError, Caller, IfMatch, Json, Path,
    fields::{if_present, nullable},
};

use super::{access, get_endpoint::shown};
use crate::{
    App,
    endpoint::{Description, Edit},
    event_types::EventType,
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointPatch {
    /// Where to tell from now on, also what is waiting.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, max_length = 2048)]
    url: Option<String>,
    /// One line of 1 to 200 characters; null for nothing to say.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 200)]
    description: Option<Option<Description>>,
    /// Of what to tell; null for everything. What is waiting is sent all the same.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<String>>, required = false)]
    event_types: Option<Option<BTreeSet<EventType>>>,
}

/// Change an endpoint
///
/// With `If-Match`, only if it still has that version. A new address is tried at once, whatever is
/// thought of the old one.
#[utoipa::path(
    patch,
    path = "/v1/webhook-endpoints/{id}",
    tag = "webhooks",
    request_body = EndpointPatch,
    params(
        ("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The endpoint as it is now; its version is the `ETag`", body = super::endpoint_out::EndpointOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`, `url_not_allowed`", body = web::Problem),
    )
)]
pub(crate) async fn edit_endpoint(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<EndpointPatch>,
) -> Result<Response, ApiError> {
    let before = access::endpoint(&app, &caller, id).await?;
    access::expect_version(&before, version)?;
    let edit = patch.into_edit()?;
    if let Some(url) = &edit.url {
        access::expect_public(&app, url).await?;
    }
    let after = before.clone().edited(edit, app.clock.now());
    if after != before {
        app.store
            .save_endpoint(&after)
            .await
            .map_err(access::lost)?;
    }
    if after.url != before.url {
        app.store.rouse_lane(id).await?;
    }
    shown(&app, &after).await
}

impl EndpointPatch {
    fn into_edit(self) -> Result<Edit, ApiError> {
        Ok(Edit {
            url: self.url.as_deref().map(access::url).transpose()?,
            description: self.description,
            event_types: self.event_types.map(access::filter).transpose()?,
        })
    }
}
