//! `POST /v1/partners`

use axum::{extract::State, response::Response};
use kernel::Id;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Operator, fields::if_present};

use super::partner_out::PartnerOut;
use crate::{
    App,
    partner::{ContactEmail, Partner},
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
        (status = 201, description = "The partner", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn create_partner(
    State(app): State<App>,
    _: Operator,
    Json(wanted): Json<PartnerIn>,
) -> Result<Response, ApiError> {
    let partner = Partner {
        id: Id::generate(&app.clock),
        name: wanted.name,
        contact_email: wanted.contact_email,
        created_at: app.clock.now(),
    };
    app.store.create_partner(&partner).await?;
    Ok(Json(PartnerOut::from(&partner)).created())
}
