//! `POST /v1/partners`

use axum::{extract::State, response::Response};
use kernel::Id;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Operator, fields::if_present, offered, with_version};

use super::{partner_api::PartnerApiIn, partner_out::PartnerOut};
use crate::{
    App,
    partner::{self, ContactEmail, Mode, Partner},
    terms::Terms,
    text::Name,
};

/// A partner to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerIn {
    /// One line of 1 to 100 characters.
    #[schema(value_type = String, example = "Golden Rooster Fried Chicken", min_length = 1, max_length = 100)]
    name: Name,
    /// Where an operator can write to it.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "vouchers@example.org")]
    contact_email: Option<ContactEmail>,
    /// Whether what it does is worth anything; `live` if absent.
    #[serde(default)]
    #[schema(required = false)]
    mode: Mode,
    /// What is agreed with it; what is absent is as usual: it pays later, in CNY, without limits, and
    /// nothing has a price.
    #[serde(default)]
    #[schema(required = false)]
    terms: Terms,
    /// Where it sells vouchers on demand.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = PartnerApiIn, required = false)]
    api: Option<PartnerApiIn>,
}

/// Enter a partner
///
/// For operators.
#[utoipa::path(
    post,
    path = "/v1/partners",
    tag = "vouchers",
    request_body = PartnerIn,
    responses(
        (status = 201, description = "The partner; its version is the `ETag`", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 422, description = "`validation_failed`; `currency_not_offered`; `url_not_allowed`: the API is at no public address", body = web::Problem),
    )
)]
pub(crate) async fn create_partner(
    State(app): State<App>,
    _: Operator,
    Json(wanted): Json<PartnerIn>,
) -> Result<Response, ApiError> {
    offered(&app.currencies, wanted.terms.currency, "/terms/currency")?;
    let api = match wanted.api {
        Some(api) => Some(api.checked(&app).await?),
        None => None,
    };
    let partner = Partner {
        id: Id::generate(&app.clock),
        name: wanted.name,
        contact_email: wanted.contact_email,
        state: partner::State::Active,
        mode: wanted.mode,
        terms: wanted.terms,
        api,
        keys: Vec::new(),
        created_at: app.clock.now(),
        version: 1,
    };
    app.store.save_partner(&partner).await?;
    let created = Json(PartnerOut::from(&partner)).created();
    Ok(with_version(partner.version, created))
}
