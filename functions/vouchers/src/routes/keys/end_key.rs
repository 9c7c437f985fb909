//! `DELETE /v1/partners/{id}/keys/{key}`

use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use kernel::{Id, kind};
use web::{ApiError, Operator, Path};

use crate::routes::partners::change_partner::change;
use crate::{App, partner::Partner};

/// End a partner's key
///
/// For operators. It is good for nothing from now on.
#[utoipa::path(
    delete,
    path = "/v1/partners/{id}/keys/{key}",
    tag = "vouchers",
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("key" = String, Path, description = "The key", example = "pky_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 204, description = "It has ended"),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: the partner, or a key of it that has not ended", body = web::Problem),
    )
)]
pub(crate) async fn end_key(
    State(app): State<App>,
    _: Operator,
    Path((id, key)): Path<(Id<kind::Partner>, Id<kind::PartnerKey>)>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let ended = |partner: Partner| partner.with_key_ended(key, SignedDuration::ZERO, now);
    change(&app, id, ended).await?;
    Ok(StatusCode::NO_CONTENT)
}
