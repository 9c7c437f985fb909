//! `POST /v1/partner-hooks/{partner}/links/{id}/unlink`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, Path, replayed};

use super::{MAX_TRIES, link_out::LinkOfPartnerOut, repeated};
use crate::{
    App,
    link::{Link, Side},
    member::TransactionId,
    partner_key::Scope,
    signed::Signed,
    store::SaveLinkError,
};

/// That a link is to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnlinkIn {
    /// The partner's name for this request.
    #[schema(value_type = String, example = "L-3", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
}

/// End a member's link
///
/// For partners, signed, with the scope `links`. What was granted and issued stays. Ending it twice
/// changes nothing.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/links/{id}/unlink",
    tag = "partner hooks",
    request_body = UnlinkIn,
    params(
        ("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("id" = String, Path, description = "The link", example = "plk_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The link, ended", body = LinkOfPartnerOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: the partner has no such link", body = web::Problem),
        (status = 409, description = "`transaction_conflict`", body = web::Problem),
    )
)]
pub(crate) async fn hook_unlink(
    State(app): State<App>,
    Path((_partner, id)): Path<(Id<kind::Partner>, Id<kind::PartnerLink>)>,
    signed: Signed<UnlinkIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Links)?;
    let transaction = signed.transaction("unlink", &signed.body.transaction_id);
    for _ in 0..MAX_TRIES {
        if let Some(link) = repeated(&app, &transaction).await? {
            return Ok(replayed(Json(LinkOfPartnerOut::of(&link)?)));
        }
        let link = app.store.link(id).await?;
        let own = link.filter(|link| {
            link.partner.id == signed.partner.id && link.mode == signed.partner.mode
        });
        let link = own.ok_or_else(ApiError::not_found)?;
        let version = link.version;
        let link = link.unlinked(Side::Partner, app.clock.now())?;
        let record = app.store.record(&transaction, link.id);
        let saved = match link.version == version {
            // The member was faster; there is nothing left to do.
            true => Ok(app.store.remember(&transaction, link.id).await?),
            false => app.store.end_link(&link, Some(record)).await,
        };
        match saved {
            Ok(()) => return shown(&link),
            Err(SaveLinkError::Service(error)) => return Err(error.into()),
            Err(SaveLinkError::Repeated | SaveLinkError::Changed | SaveLinkError::Conflict) => {}
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

fn shown(link: &Link) -> Result<Response, ApiError> {
    Ok(Json(LinkOfPartnerOut::of(link)?).into_response())
}
