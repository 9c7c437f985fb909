//! `POST /v1/partners/{id}/keys`

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, Operator, Path, fields::if_present};

use super::key_out::NewPartnerKeyOut;
use crate::routes::partners::change_partner::change;
use crate::{
    App,
    partner::KeyError,
    partner_key::{MintError, MintedKey, PublicText, Scope},
};

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerKeyIn {
    /// What it may be used for: one or more.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: BTreeSet<Scope>,
    /// The public half of a key that the partner has (`whpk_…`); absent to make a secret that both
    /// know.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false)]
    public_key: Option<PublicText>,
}

/// Make a partner a key
///
/// For operators. Its secret is shown in this answer and never again: if the answer is lost, end the
/// key and make another.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/keys",
    tag = "vouchers",
    request_body = PartnerKeyIn,
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The key", body = NewPartnerKeyOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: the partner has as many keys as it may", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn create_key(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
    Json(wanted): Json<PartnerKeyIn>,
) -> Result<Response, ApiError> {
    let minted = MintedKey::new(&app.key_seal, wanted.scopes, wanted.public_key, &app.clock)?;
    let now = app.clock.now();
    change(&app, id, |partner| {
        partner.with_key(minted.key.clone(), now)
    })
    .await?;
    Ok(Json(NewPartnerKeyOut::from(&minted)).created())
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::not_found(),
            KeyError::TooMany | KeyError::Ending => {
                Self::new(Code::StateConflict).detail(error.to_string())
            }
        }
    }
}

impl From<MintError> for ApiError {
    fn from(error: MintError) -> Self {
        match error {
            MintError::NoScope => Self::field("/scopes", error.to_string()),
            MintError::NotOurs => Self::field("/public_key", error.to_string()),
            MintError::Seal(_) | MintError::Make(_) => Self::internal(error),
        }
    }
}
