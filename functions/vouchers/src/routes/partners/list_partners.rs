//! `GET /v1/partners`

use axum::extract::State;
use web::{ApiError, Json, List, Operator, Paging, PagingParams};

use super::partner_out::PartnerOut;
use crate::App;

/// List the partners
///
/// For operators. Oldest first.
#[utoipa::path(
    get,
    path = "/v1/partners",
    tag = "vouchers",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of partners", body = List<PartnerOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn list_partners(
    State(app): State<App>,
    _: Operator,
    paging: Paging,
) -> Result<Json<List<PartnerOut>>, ApiError> {
    let after = paging.start()?;
    let page = app.store.partners(after, paging.limit).await?;
    let last = page.items.last().map(|partner| partner.id.to_string());
    let next = last.filter(|_| page.has_more);
    let items = page.items.iter().map(PartnerOut::from).collect();
    Ok(Json(List::new(items, next.as_deref())))
}
