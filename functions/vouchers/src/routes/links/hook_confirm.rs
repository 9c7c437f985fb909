//! `POST /v1/partner-hooks/{partner}/links/confirm`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, fields::secret, replayed};

use super::{GUESSES_OF_PARTNER, MAX_TRIES, link_out::LinkOfPartnerOut, repeated};
use crate::{
    App,
    link::{Link, LinkCode},
    member::{MemberId, TransactionId},
    partner_key::Scope,
    signed::Signed,
    store::SaveLinkError,
};

/// A code that a member typed in at the partner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberLinkConfirmationIn {
    /// The partner's name for this request.
    #[schema(value_type = String, example = "L-2", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// The code.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "7QK2M4XD")]
    code: LinkCode,
    /// The partner's name for the member who typed it in.
    #[schema(value_type = String, example = "M-20418", min_length = 1, max_length = 64)]
    member: MemberId,
}

/// Confirm a link with the code that a member typed in
///
/// For partners, signed, with the scope `links`.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/links/confirm",
    tag = "partner hooks",
    request_body = MemberLinkConfirmationIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The link", body = LinkOfPartnerOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such code, or it has ended", body = web::Problem),
        (status = 409, description = "`link_conflict`: the account or the member is linked; `transaction_conflict`", body = web::Problem),
        (status = 429, description = "`rate_limited`: too many wrong codes", body = web::Problem),
    )
)]
pub(crate) async fn hook_confirm_link(
    State(app): State<App>,
    signed: Signed<MemberLinkConfirmationIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Links)?;
    let transaction = signed.transaction("confirm link", &signed.body.transaction_id);
    for _ in 0..MAX_TRIES {
        if let Some(link) = repeated(&app, &transaction).await? {
            return Ok(replayed(Json(LinkOfPartnerOut::of(&link)?)));
        }
        let link = match confirmed(&app, &signed).await {
            Ok(link) => link,
            // What refuses us may be what our own twin has just done: then the answer is the twin's.
            Err(refusal) => match repeated(&app, &transaction).await? {
                Some(_) => continue,
                None => return Err(refusal),
            },
        };
        let record = app.store.record(&transaction, link.id);
        match app.store.confirm_link(&link, Some(record)).await {
            Ok(()) => return Ok(Json(LinkOfPartnerOut::of(&link)?).into_response()),
            Err(SaveLinkError::Repeated | SaveLinkError::Changed) => {}
            Err(error @ (SaveLinkError::Conflict | SaveLinkError::Service(_))) => {
                return Err(error.into());
            }
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The link as the partner confirms it. A wrong code stays counted.
async fn confirmed(app: &App, signed: &Signed<MemberLinkConfirmationIn>) -> Result<Link, ApiError> {
    let (partner, body) = (&signed.partner, &signed.body);
    let subject = partner.id.to_string();
    let guess = app
        .rate_limits
        .require(&GUESSES_OF_PARTNER, &subject)
        .await?;
    let found = app
        .store
        .link_by_code(&app.link_keys.digest(&body.code))
        .await?;
    let link = found.ok_or_else(ApiError::not_found)?;
    let link = link.confirmed_by_partner(partner, body.member.clone(), app.clock.now())?;
    app.rate_limits.give_back(guess).await?;
    Ok(link)
}
