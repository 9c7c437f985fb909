//! A concert's copy, and the listings that sell its tickets: they show its days, tell how many one
//! account may buy, and pause when it does not take place.

use kernel::{Event, Id, kind};

use super::{ConsumeError, MAX_TRIES, is_listing_race};
use crate::{App, copies::ConcertCopy};

/// Keeps the copy and lets all listings follow it.
pub(super) async fn follow(app: &App, event: Event) -> Result<(), ConsumeError> {
    let copy: ConcertCopy = serde_json::from_value(event.data)?;
    let concert = copy.id;
    app.store.keep_concert(copy).await?;
    let mut after = None;
    loop {
        let (listings, has_more) = app.store.listings_of_concert(concert, after).await?;
        for listing in &listings {
            listing_follows(app, *listing, concert).await?;
        }
        after = listings.last().copied();
        if !has_more || after.is_none() {
            return Ok(());
        }
    }
}

/// Lets one listing follow the copy as it is kept by now, which may be a later one.
async fn listing_follows(
    app: &App,
    id: Id<kind::Listing>,
    concert: Id<kind::Concert>,
) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        let (listing, copy) = tokio::try_join!(app.store.listing(id), app.store.concert(concert))?;
        let (Some(listing), Some(copy)) = (listing, copy) else {
            return Ok(());
        };
        let Some(followed) = listing.following(&copy, app.clock.now()) else {
            return Ok(());
        };
        let saved = app
            .store
            .save_listing(Some(&listing), &followed, Vec::new());
        match saved.await {
            Ok(()) => return Ok(()),
            Err(error) => is_listing_race(error)?,
        }
    }
    Err(ConsumeError::Contended)
}
