//! `POST /v1/partners/{id}/keys/{key}/rotate`

use axum::{extract::State, response::Response};
use jiff::SignedDuration;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Operator, Path, fields::if_present};

use super::key_out::NewPartnerKeyOut;
use crate::routes::partners::change_partner::change;
use crate::{
    App,
    partner::Partner,
    partner_key::{MintedKey, PublicText},
};

/// How a key is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationIn {
    /// For how many hours both keys are good; 0 ends the old one now.
    #[schema(minimum = 0, maximum = 168, example = 24)]
    overlap_hours: u16,
    /// The public half of the new key, if it is one that the partner has.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false)]
    public_key: Option<PublicText>,
}

/// A week.
const MAX_OVERLAP_HOURS: u16 = 168;

/// Replace a partner's key
///
/// For operators. The new key has the scopes of the old one, which stays good for the overlap and
/// then ends. The new secret is shown in this answer and never again.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/keys/{key}/rotate",
    tag = "vouchers",
    request_body = RotationIn,
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("key" = String, Path, description = "The key", example = "pky_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 201, description = "The new key", body = NewPartnerKeyOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: the partner, or a key of it that has not ended", body = web::Problem),
        (status = 409, description = "`state_conflict`: the key is ending already, or the partner has as many as it may", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn rotate_key(
    State(app): State<App>,
    _: Operator,
    Path((id, key)): Path<(Id<kind::Partner>, Id<kind::PartnerKey>)>,
    Json(wanted): Json<RotationIn>,
) -> Result<Response, ApiError> {
    if wanted.overlap_hours > MAX_OVERLAP_HOURS {
        let error = format!("an overlap has at most {MAX_OVERLAP_HOURS} hours");
        return Err(ApiError::field("/overlap_hours", error));
    }
    let overlap = SignedDuration::from_hours(i64::from(wanted.overlap_hours));
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    let now = app.clock.now();
    let scopes = partner.live_key(key, now)?.scopes.clone();
    let minted = MintedKey::new(&app.key_seal, scopes, wanted.public_key, &app.clock)?;
    let rotated =
        |partner: Partner| partner.with_key_rotated(key, minted.key.clone(), overlap, now);
    change(&app, id, rotated).await?;
    Ok(Json(NewPartnerKeyOut::from(&minted)).created())
}
