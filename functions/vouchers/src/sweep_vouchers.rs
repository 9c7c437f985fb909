//! What time does to vouchers: partners are asked for those that are pending, and the others expire.

use kernel::Timestamp;
use platform::{ServiceError, table::Key};

use crate::{
    App, keys,
    on_demand::{self, BuyError},
    partner_api::NOBODY_WAITS,
    voucher::{Stage, Voucher},
};

/// Asks the partner what became of a pending voucher, or has it made void; whether that was due.
pub(crate) async fn ask(app: &App, key: &Key, now: Timestamp) -> Result<bool, BuyError> {
    let Some(voucher) = due(app, key).await? else {
        return Ok(false);
    };
    let call = match &voucher.stage {
        Stage::Pending(purchase) if purchase.next_at <= now => purchase.due_call(),
        Stage::Pending(_) | Stage::Failed(_) | Stage::Issued(_) => return Ok(false),
    };
    on_demand::carry_on(app, voucher, call, NOBODY_WAITS).await?;
    Ok(true)
}

/// Writes down that a voucher has expired; whether it had.
pub(crate) async fn expire(app: &App, key: &Key, now: Timestamp) -> Result<bool, ServiceError> {
    let voucher = due(app, key).await?;
    match voucher.and_then(|voucher| voucher.expired(now)) {
        Some(expired) => app.store.move_voucher(&expired).await,
        None => Ok(false),
    }
}

async fn due(app: &App, key: &Key) -> Result<Option<Voucher>, ServiceError> {
    let id = keys::voucher_of(key);
    let id = id.ok_or_else(|| ServiceError::malformed("the index of what is due", key.pk()))?;
    app.store.voucher(id).await
}
