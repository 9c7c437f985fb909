//! Who may see a payment.

use kernel::{Id, kind};
use web::{ApiError, Caller};

use crate::{App, intent::PaymentIntent};

/// The intent, for the account that pays and for operators. To all others there is none.
pub(super) async fn visible(
    app: &App,
    caller: &Caller,
    id: Id<kind::PaymentIntent>,
) -> Result<PaymentIntent, ApiError> {
    let intent = app.store.intent(id).await?;
    intent
        .filter(|intent| intent.account == caller.account || caller.has("operator"))
        .ok_or_else(ApiError::not_found)
}

/// The intent, for the account that pays alone.
pub(super) async fn own(
    app: &App,
    caller: &Caller,
    id: Id<kind::PaymentIntent>,
) -> Result<PaymentIntent, ApiError> {
    let intent = app.store.intent(id).await?;
    intent
        .filter(|intent| intent.account == caller.account)
        .ok_or_else(ApiError::not_found)
}
