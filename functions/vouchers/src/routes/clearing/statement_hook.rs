//! `POST /v1/partner-hooks/{partner}/statements`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;
use wallet::Month;
use web::{ApiError, fields::if_present};

use super::{
    statement::{self, Wanted},
    statement_out::StatementOut,
};
use crate::{App, exchange::Book, partner_key::Scope, signed::Signed};

/// Which statement a partner asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PartnerStatementIn)]
pub(crate) struct StatementIn {
    /// The month, in UTC.
    #[schema(value_type = String, example = "2026-06")]
    month: Month,
    /// `next_cursor` of the page before, or the header `next-cursor` of the table before.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false)]
    cursor: Option<String>,
    /// How many lines at most, 1 to 100; if absent, 20, or 20,000 of a table.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u32, required = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `true` for what was only tried out, which is on no other statement.
    #[serde(default)]
    #[schema(required = false)]
    sandbox: bool,
}

/// Ask for one's statement of a month
///
/// For partners, with a key of the scope `statements`. As an operator gets it: JSON, or a table with
/// `Accept: text/csv`.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/statements",
    tag = "partner hooks",
    request_body = StatementIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The statement", content(
            (StatementOut = "application/json"),
            (String = "text/csv"),
        )),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 422, description = "`validation_failed`: also if the month has not begun", body = web::Problem),
    )
)]
pub(crate) async fn statement_hook(
    State(app): State<App>,
    headers: HeaderMap,
    signed: Signed<StatementIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Statements)?;
    let Signed { partner, body, .. } = signed;
    let wanted = Wanted {
        book: Book {
            partner: partner.id,
            sandbox: body.sandbox,
        },
        month: body.month,
        cursor: body.cursor,
        limit: body.limit,
    };
    statement::answer(&app, &partner, wanted, &headers).await
}
