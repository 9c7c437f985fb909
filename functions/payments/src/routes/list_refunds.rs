//! `GET /v1/payment-intents/{id}/refunds`

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, List, MoneyOut, Paging, PagingParams, Path};

use super::visible::visible;
use crate::{App, refund::Refund};

/// A refund, as the provider makes it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentRefundOut {
    /// Names the refund.
    #[schema(value_type = String, example = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Refund>,
    /// The order that it is for.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    order: Id<kind::Order>,
    /// How much.
    amount: MoneyOut,
    /// `requested`, `submitted`, `unknown` (the provider gave no answer, and is asked), `succeeded`
    /// or `failed`.
    #[schema(example = "succeeded")]
    state: &'static str,
    /// Why it was not made, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
}

/// List the refunds of a payment
///
/// For the account that pays, and for operators.
#[utoipa::path(
    get,
    path = "/v1/payment-intents/{id}/refunds",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment intent", example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of refunds", body = List<PaymentRefundOut>),
        (status = 404, description = "`not_found`: there is no such payment, or it is somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn list_refunds(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::PaymentIntent>>,
    paging: Paging,
) -> Result<Json<List<PaymentRefundOut>>, ApiError> {
    let after = paging.start()?;
    visible(&app, &caller, id).await?;
    let page = app.store.refunds(id, after, paging.limit).await?;
    let last = page.refunds.last().filter(|_| page.has_more);
    let next = last.map(|last| last.id.to_string());
    let items = page.refunds.iter().map(PaymentRefundOut::from).collect();
    Ok(Json(List::new(items, next.as_deref())))
}

impl From<&Refund> for PaymentRefundOut {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            order: refund.order,
            amount: refund.amount.into(),
            state: refund.state.as_str(),
            failure: refund.failure.clone(),
            requested_at: refund.requested_at,
        }
    }
}
