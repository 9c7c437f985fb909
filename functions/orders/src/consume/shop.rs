//! `shop.*`: what is known of a shop.
//!
//! Only a newer version replaces what is kept, so the order in which versions arrive does not
//! matter.

use kernel::Event;

use super::ConsumeError;
use crate::{App, offer::Shop};

/// Keeps what a shop told.
pub(crate) async fn changed(app: &App, event: Event) -> Result<(), ConsumeError> {
    let shop: Shop = serde_json::from_value(event.data)?;
    Ok(app.store.keep_shop(shop).await?)
}
