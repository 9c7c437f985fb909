//! `GET /v1/points/adjustments`

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Json, List, Operator, Paging, Query};

use super::adjustment_out::{AdjustmentOut, AdjustmentState};
use crate::App;

/// Which adjustments, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAdjustmentsParams {
    /// The state they are in; `proposed` if absent.
    #[serde(default)]
    #[param(inline)]
    state: AdjustmentState,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List the adjustments in one state
///
/// For operators, who find under `proposed` what waits for a second person: oldest first. The others
/// come latest first.
#[utoipa::path(
    get,
    path = "/v1/points/adjustments",
    tag = "points",
    params(ListAdjustmentsParams),
    responses(
        (status = 200, description = "A page of adjustments", body = List<AdjustmentOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn list_adjustments(
    State(app): State<App>,
    _: Operator,
    Query(params): Query<ListAdjustmentsParams>,
) -> Result<Json<List<AdjustmentOut>>, ApiError> {
    let paging = Paging::of(params.cursor, params.limit)?;
    let now = app.clock.now();
    let after = paging.start()?;
    let page = app
        .adjustments
        .in_state(params.state.into(), after, paging.limit, now)
        .await?;
    let items = page.adjustments.iter();
    let items = items.map(|adjustment| AdjustmentOut::of(adjustment, now));
    let next = page.next.map(|next| next.to_string());
    Ok(Json(List::new(items.collect(), next.as_deref())))
}
