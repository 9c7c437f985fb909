//! `GET /v1/partners/{id}/balance`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Json, Operator, Path, Query};

use super::balance_out::BalanceOut;
use crate::App;

/// Which balance is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BalanceParams {
    /// `true` for what was only tried out.
    sandbox: Option<bool>,
}

/// Look at a partner's balance
///
/// For operators.
#[utoipa::path(
    get,
    path = "/v1/partners/{id}/balance",
    tag = "partners",
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        BalanceParams,
    ),
    responses(
        (status = 200, description = "The balance", body = BalanceOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_balance(
    State(app): State<App>,
    _: Operator,
    Path(partner): Path<Id<kind::Partner>>,
    Query(params): Query<BalanceParams>,
) -> Result<Json<BalanceOut>, ApiError> {
    let partner = app.store.partner(partner).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    let sandbox = params.sandbox.unwrap_or(false);
    Ok(Json(BalanceOut::load(&app, &partner, sandbox).await?))
}
