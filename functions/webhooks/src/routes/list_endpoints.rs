//! `GET /v1/webhook-endpoints`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Caller, Json, List, Query};

use super::{access, endpoint_out::EndpointOut};
use crate::App;

/// Whose endpoints.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndpointsParams {
    /// The partner whose endpoints are wanted. For operators.
    #[param(value_type = Option<String>, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner: Option<Id<kind::Partner>>,
}

/// List endpoints
///
/// All of one's organization, with the scope `organization`; for operators, all of a partner. There
/// are 20 at most, so there is one page.
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints",
    tag = "webhooks",
    params(EndpointsParams),
    responses(
        (status = 200, description = "The endpoints", body = List<EndpointOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_endpoints(
    State(app): State<App>,
    caller: Caller,
    Query(params): Query<EndpointsParams>,
) -> Result<Json<List<EndpointOut>>, ApiError> {
    let owner = access::owner(&caller, params.partner)?;
    let endpoints = app.store.endpoints_of(owner).await?;
    let healths = app.store.healths(&endpoints).await?;
    let now = app.clock.now();
    let items = endpoints.iter().zip(&healths);
    let items = items.map(|(endpoint, health)| EndpointOut::of(endpoint, health, now));
    Ok(Json(List::new(items.collect(), None)))
}
