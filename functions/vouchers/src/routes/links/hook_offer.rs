//! `POST /v1/partner-hooks/{partner}/links`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, replayed};

use super::{link_out::LinkOfferOut, repeated};
use crate::{
    App,
    link::{Link, Stage},
    member::{MemberId, TransactionId},
    partner_key::Scope,
    signed::Signed,
    store::SaveLinkError,
};

/// A member to link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberLinkIn {
    /// The partner's name for this request.
    #[schema(value_type = String, example = "L-1", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// The partner's name for its member.
    #[schema(value_type = String, example = "M-20418", min_length = 1, max_length = 64)]
    member: MemberId,
}

/// Offer to link a member
///
/// For partners, signed, with the scope `links`. The code is shown to the member, who types it in
/// here within a quarter of an hour.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/links",
    tag = "partner hooks",
    request_body = MemberLinkIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The code", body = LinkOfferOut),
        (status = 200, description = "The same, to the same request again", body = LinkOfferOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 409, description = "`link_conflict`: the member is linked; `transaction_conflict`", body = web::Problem),
        (status = 410, description = "`gone`: the same request again, long after its code has ended", body = web::Problem),
    )
)]
pub(crate) async fn hook_offer_link(
    State(app): State<App>,
    signed: Signed<MemberLinkIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Links)?;
    let transaction = signed.transaction("offer link", &signed.body.transaction_id);
    if let Some(link) = repeated(&app, &transaction).await? {
        return Ok(replayed(Json(LinkOfferOut::of(&app, &link))));
    }
    let (partner, member) = (&signed.partner, signed.body.member.clone());
    let linked = app.store.linked_account(partner.id, partner.mode, &member);
    if linked.await?.is_some() {
        return Err(ApiError::new(Code::LinkConflict));
    }
    let stage = Stage::OfferedByPartner { member };
    let link = Link::offered(transaction.derive("link"), partner, stage, app.clock.now());
    let digest = app.link_keys.digest(&app.link_keys.code(link.id));
    let record = app.store.record(&transaction, link.id);
    let (link, is_repeated) = match app.store.offer_link(&link, &digest, Some(record)).await {
        Ok(()) => (Some(link), false),
        Err(SaveLinkError::Repeated) => (repeated(&app, &transaction).await?, true),
        Err(error) => return Err(error.into()),
    };
    let link =
        link.ok_or_else(|| ApiError::internal("a transaction that was done has no record"))?;
    let out = Json(LinkOfferOut::of(&app, &link));
    Ok(if is_repeated {
        replayed(out)
    } else {
        out.created()
    })
}
