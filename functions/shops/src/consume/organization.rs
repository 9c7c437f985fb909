//! An organization's copy, and its shops: suspended with it, and marked if it is the house's.

use kernel::{Event, Id, kind};

use super::{ConsumeError, MAX_TRIES, is_race};
use crate::{App, copies::OrganizationCopy};

/// How many shops are looked at together.
const PAGE: u32 = 50;

/// Keeps the copy and lets all shops follow it.
pub(super) async fn follow(app: &App, event: Event) -> Result<(), ConsumeError> {
    let copy: OrganizationCopy = serde_json::from_value(event.data)?;
    let organization = copy.id;
    app.store.keep_organization(copy).await?;
    let mut after = None;
    loop {
        let page = app.store.shops_of(organization, after, PAGE).await?;
        for shop in &page.items {
            shop_follows(app, shop.id, organization).await?;
        }
        after = match page.next {
            Some(next) => Some(next.parse()?),
            None => return Ok(()),
        };
    }
}

/// Lets one shop follow the copy as it is kept by now, which may be a later one.
async fn shop_follows(
    app: &App,
    id: Id<kind::Shop>,
    organization: Id<kind::Organization>,
) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        let (shop, copy) =
            tokio::try_join!(app.store.shop(id), app.store.organization(organization))?;
        let (Some(shop), Some(copy)) = (shop, copy) else {
            return Ok(());
        };
        let Some(followed) = shop.following(&copy, app.clock.now()) else {
            return Ok(());
        };
        match app.store.save_shop(&shop, &followed).await {
            Ok(()) => return Ok(()),
            Err(error) => is_race(error)?,
        }
    }
    Err(ConsumeError::Contended)
}
