//! `GET /v1/partners/{id}/statements/{month}`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use wallet::Month;
use web::{ApiError, Operator, Path, Query};

use super::{
    statement::{self, Wanted},
    statement_out::StatementOut,
};
use crate::{App, exchange::Book};

/// Which part of a statement is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementParams {
    /// `next_cursor` of the page before, or the header `next-cursor` of the table before.
    cursor: Option<String>,
    /// How many lines at most, 1 to 100; if absent, 20, or 20,000 of a table.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `true` for what was only tried out, which is on no other statement.
    sandbox: Option<bool>,
}

/// Look at a partner's statement of a month
///
/// For operators. Months are those of UTC, by the time at which a line was entered. As JSON with a
/// page of the lines, or with `Accept: text/csv` as a table (RFC 4180) of up to 20,000 lines: a row
/// of column names, then one row each for the opening balance, every line and the closing balance,
/// with amounts in minor units. In the table a text that begins with `=`, `+`, `-`, `@` or `'` has
/// an apostrophe put before it, so that no spreadsheet runs it. If there are more lines, the header
/// `next-cursor` says where the next part begins.
#[utoipa::path(
    get,
    path = "/v1/partners/{id}/statements/{month}",
    tag = "partners",
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("month" = String, Path, description = "The month, in UTC", example = "2026-06"),
        StatementParams,
    ),
    responses(
        (status = 200, description = "The statement", content(
            (StatementOut = "application/json"),
            (String = "text/csv"),
        )),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 422, description = "`validation_failed`: the month has not begun", body = web::Problem),
    )
)]
pub(crate) async fn get_statement(
    State(app): State<App>,
    _: Operator,
    Path((partner, month)): Path<(Id<kind::Partner>, Month)>,
    Query(params): Query<StatementParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let partner = app.store.partner(partner).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    let wanted = Wanted {
        book: Book {
            partner: partner.id,
            sandbox: params.sandbox.unwrap_or(false),
        },
        month,
        cursor: params.cursor,
        limit: params.limit,
    };
    statement::answer(&app, &partner, wanted, &headers).await
}
