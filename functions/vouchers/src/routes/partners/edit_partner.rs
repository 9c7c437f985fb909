//! `PATCH /v1/partners/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiError, Code, IfMatch, Json, Operator, Path,
    fields::{if_present, nullable},
    offered,
};

use super::{change_partner::shown, partner_api::PartnerApiIn, partner_out::PartnerOut};
use crate::{
    App,
    exchange::Book,
    partner::{ContactEmail, Edit},
    terms::Terms,
    text::Name,
};

/// What is to be changed; what is absent stays as it is. Rewards and vouchers keep the name that the
/// partner had when they were made, and exchanges the prices of their time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerPatch {
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    name: Option<Name>,
    /// Where an operator can write to it; null for nowhere.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false)]
    contact_email: Option<Option<ContactEmail>>,
    /// What is agreed with it from now on, as a whole: what is absent in it is as usual.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Terms, required = false)]
    terms: Option<Terms>,
    /// Where it sells vouchers on demand; null if it does not.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<PartnerApiIn>, required = false)]
    api: Option<Option<PartnerApiIn>>,
}

/// Change a partner
///
/// For operators. With `If-Match`, only if it still has that version.
#[utoipa::path(
    patch,
    path = "/v1/partners/{id}",
    tag = "vouchers",
    request_body = PartnerPatch,
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The partner as it is now; its version is the `ETag`", body = PartnerOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: the currency of a live partner does not change", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`; `currency_not_offered`; `url_not_allowed`: the API is at no public address", body = web::Problem),
    )
)]
pub(crate) async fn edit_partner(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Partner>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<PartnerPatch>,
) -> Result<Response, ApiError> {
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    if version.is_some_and(|version| version != partner.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    let edit = patch.checked(&app).await?;
    let (book, currency) = (Book::of(&partner), partner.terms.currency);
    let partner = partner
        .edited(edit)
        .map_err(|error| ApiError::new(Code::StateConflict).detail(error.to_string()))?;
    // What was tried out counts for nobody, but two currencies do not add up there either.
    if partner.terms.currency != currency && app.store.is_kept(book).await? {
        let kept = format!("what the partner tried out is in {currency}");
        return Err(ApiError::new(Code::StateConflict).detail(kept));
    }
    // What was agreed goes on in its currency; new terms begin in one that is offered.
    if partner.terms.currency != currency {
        offered(&app.currencies, partner.terms.currency, "/terms/currency")?;
    }
    app.store.save_partner(&partner).await?;
    Ok(shown(&partner))
}

impl PartnerPatch {
    async fn checked(self, app: &App) -> Result<Edit, ApiError> {
        let api = match self.api {
            Some(Some(api)) => Some(Some(api.checked(app).await?)),
            Some(None) => Some(None),
            None => None,
        };
        Ok(Edit {
            name: self.name,
            contact_email: self.contact_email,
            terms: self.terms,
            api,
        })
    }
}
