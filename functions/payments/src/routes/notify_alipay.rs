//! `POST /v1/payments/notify/alipay`

use alipay::MAX_NOTIFY_BYTES;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, kind};
use platform::{ServiceError, logging};
use web::{ApiError, read_body};

use crate::{
    App,
    collect::{self, CollectError},
    notice::{self, Notice, RefundNotice},
    pay_back::{self, PayBackError},
    provider::{NoticeError, TradeAnswer},
    refund::RefundAnswer,
};

/// Why a notify is answered `fail`. The provider sends it again later.
#[derive(Debug, thiserror::Error)]
enum HeedError {
    /// It could not be read.
    #[error("the body cannot be read")]
    Body(#[source] ApiError),
    /// It is not one to act on.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// It is about a payment that is not here.
    #[error("there is no payment intent {0}")]
    UnknownIntent(Id<kind::PaymentIntent>),
    /// What it says could not be kept.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// What it says of a refund could not be kept.
    #[error(transparent)]
    PayBack(#[from] PayBackError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Notify of a payment
///
/// For the payment provider. Believed only if it is signed by the provider and about this payment to
/// us. `success` means that it is kept; after anything else the provider sends it again.
#[utoipa::path(
    post,
    path = "/v1/payments/notify/alipay",
    tag = "payments",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "`success` or `fail`", body = String, content_type = "text/plain"))
)]
pub(crate) async fn notify_alipay(State(app): State<App>, request: Request) -> Response {
    let word = match heed(&app, request).await {
        Ok(()) => "success",
        Err(error) => {
            let error = logging::causes(&error);
            tracing::warn!(error, "a notify was not heeded");
            "fail"
        }
    };
    ([(header::CONTENT_TYPE, "text/plain")], word).into_response()
}

/// Verifies a notify, checks that it is about this payment to us, and keeps what it says.
async fn heed(app: &App, request: Request) -> Result<(), HeedError> {
    let body = read_body(request, MAX_NOTIFY_BYTES).await;
    let body = body.map_err(HeedError::Body)?;
    let (notify, id) = app.provider.read_notify(&body)?;
    let intent = app.store.intent(id).await?;
    let intent = intent.ok_or(HeedError::UnknownIntent(id))?;
    app.provider.check_notify(&notify, &intent)?;
    match notice::judge(&notify, &intent) {
        Notice::Paid(trade) => {
            collect::take(app, intent, trade).await?;
        }
        Notice::PaidLate => match app.provider.trade(id).await {
            TradeAnswer::Paid(trade) => {
                collect::take(app, intent, trade).await?;
            }
            TradeAnswer::Silence => return Err(CollectError::Silence.into()),
            TradeAnswer::Closed | TradeAnswer::Waiting | TradeAnswer::NeverSeen => {}
        },
        Notice::Closed => {
            collect::closed_by_provider(app, intent).await?;
        }
        Notice::Nothing => {}
    }
    match notice::refund_made(&notify) {
        Some(refund) => heed_refund(app, id, refund).await,
        None => Ok(()),
    }
}

/// Keeps that a refund of ours was made.
async fn heed_refund(
    app: &App,
    intent: Id<kind::PaymentIntent>,
    notice: RefundNotice,
) -> Result<(), HeedError> {
    let Some(refund) = app.store.refund(intent, notice.refund).await? else {
        return Ok(());
    };
    // What was given back of the trade altogether cannot be less than this part of it.
    if notice.refunded_total.minor() >= refund.amount.minor() {
        pay_back::settle(app, refund, RefundAnswer::Made).await?;
    }
    Ok(())
}
