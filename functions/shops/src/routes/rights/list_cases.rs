//! `GET /v1/rights-cases`

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Caller, Json, List, Paging, Query};

use super::{OPERATOR, case_out::RightsCaseOut};
use crate::{App, store::CaseList};

/// Which cases, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CaseQuery {
    /// For operators: the cases with a ruling instead of those without.
    #[serde(default)]
    decided: bool,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List rights cases
///
/// Operators see all of them, undecided or decided; everybody else those in which they are a party:
/// their own, or those of the organization that the access token acts for. Oldest first.
#[utoipa::path(
    get,
    path = "/v1/rights-cases",
    tag = "rights",
    params(CaseQuery),
    responses((status = 200, description = "A page of cases", body = List<RightsCaseOut>))
)]
pub(crate) async fn list_cases(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CaseQuery>,
) -> Result<Json<List<RightsCaseOut>>, ApiError> {
    let paging = Paging::of(query.cursor, query.limit)?;
    let after = paging.start()?;
    let list = match caller.organization {
        _ if caller.has(OPERATOR) => CaseList::Among {
            is_decided: query.decided,
        },
        Some(organization) => CaseList::Of(organization.to_string()),
        None => CaseList::Of(caller.account.to_string()),
    };
    let page = app.store.cases(&list, after, paging.limit).await?;
    let items = page.items.iter().map(RightsCaseOut::from).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
