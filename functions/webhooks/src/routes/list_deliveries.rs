//! `GET /v1/webhook-endpoints/{id}/deliveries`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Caller, Json, List, Paging, Path, Query};

use super::{access, delivery_out::DeliveryOut};
use crate::{App, delivery::State as DeliveryState};

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesParams {
    /// Those in this state alone. A page may then have fewer than `limit`, and even none, while there
    /// is a next one.
    state: Option<DeliveryState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List the deliveries to an endpoint
///
/// Newest first. The list may be a moment behind.
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints/{id}/deliveries",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        DeliveriesParams,
    ),
    responses(
        (status = 200, description = "A page of deliveries", body = List<DeliveryOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such endpoint, or it is somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn list_deliveries(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
    Query(params): Query<DeliveriesParams>,
) -> Result<Json<List<DeliveryOut>>, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    let paging = Paging::of(params.cursor, params.limit)?;
    let after = paging.start()?;
    let page = app
        .store
        .deliveries_to(endpoint.id, after, paging.limit)
        .await?;
    let wanted = |state| params.state.is_none_or(|wanted| wanted == state);
    let items = page.items.iter().filter(|item| wanted(item.state));
    let items = items.map(DeliveryOut::of).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
