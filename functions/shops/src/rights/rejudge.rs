//! Judging again: when the rights in a subject have changed, every published listing that uses it is
//! held against them, and suspended if it does not pass.
//!
//! The stream tells of the change and the worker judges, so that a song in a thousand shops does not
//! hold up the stream, which tells what is for sale. A listing is judged by the rights as they are
//! when its turn comes, not by those of the event: an event that comes twice, late or in another order
//! does no harm, and no suspended listing is ever published again here: that is its seller's to do.
//! Only the listing is touched. What buyers may download is another context's, and stays theirs.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use kernel::{Event, Id, kind};
use platform::{ServiceError, table::Change};
use serde_json::json;

use super::{Missing, gate, keys};
use crate::{
    App,
    consume::ConsumeError,
    listing::{Listing, ListingMove, ListingState, SuspensionCause},
    product_type::Subject,
    store::{SaveListingError, rights_change},
    text::Prose,
};

/// The kind of event that tells that rights have changed; its subject is the work or recording.
pub(crate) const RIGHTS_CHANGED: &str = "rights.changed";

/// How many listings are judged at once.
const AT_ONCE: usize = 8;
/// How often a listing is judged that changes meanwhile.
const MAX_TRIES: u32 = 5;

/// What a change of the table means to the worker.
pub(crate) fn events(change: &Change) -> Result<Vec<Event>, ServiceError> {
    // The first version comes with the registration, before any listing can use it.
    let (Some(keys::RIGHTS), Some(_), Some(new)) = (change.sk.as_deref(), &change.old, &change.new)
    else {
        return Ok(Vec::new());
    };
    let Some(changed) = rights_change(&change.pk, new.clone())? else {
        return Ok(Vec::new());
    };
    let subject = changed.subject.to_string();
    let data = json!({ "subject": subject, "version": changed.version });
    let event = Event::derived(
        RIGHTS_CHANGED,
        subject,
        changed.version,
        changed.changed_at,
        data,
    );
    let event = event.map_err(|error| ServiceError::malformed("the event", error))?;
    Ok(vec![event])
}

/// Judges every published listing that uses the event's subject.
pub(crate) async fn consume(app: &App, event: Event) -> Result<(), ConsumeError> {
    if event.kind != RIGHTS_CHANGED {
        return Err(ConsumeError::OtherKind(event.kind));
    }
    let subject: Subject = event.subject.parse()?;
    let mut after = None;
    loop {
        let (listings, next) = app.store.listings_using(subject, after).await?;
        for some in listings.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|listing| judge(app, *listing))).await?;
        }
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}

/// Suspends a listing that is published and does not pass the gate.
async fn judge(app: &App, id: Id<kind::Listing>) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        let listing = app.store.listing(id).await?;
        let published = |listing: &Listing| listing.state == ListingState::Published;
        let Some(before) = listing.filter(published) else {
            return Ok(());
        };
        let Some(missing) = missing(app, &before).await? else {
            return Ok(());
        };
        let suspend = ListingMove::Suspend(SuspensionCause::Rights, reason(&missing));
        let Ok(after) = before.clone().moved(suspend, app.clock.now()) else {
            // Everything that is published can be suspended; `listing.rs` has a test of it.
            return Ok(());
        };
        match app
            .store
            .save_listing(Some(&before), &after, Vec::new())
            .await
        {
            Ok(()) => {
                tracing::info!(listing = %id, reason = %missing, "a listing is suspended");
                return Ok(());
            }
            Err(SaveListingError::Service(error)) => return Err(error.into()),
            // Somebody has changed it, or taken it off the market: look again.
            Err(
                SaveListingError::Changed
                | SaveListingError::ShopNotOpen
                | SaveListingError::RightsChanged
                | SaveListingError::ConcertChanged
                | SaveListingError::StockChanged,
            ) => {}
        }
    }
    Err(ConsumeError::Contended)
}

/// What a listing lacks now. Of a type that is in the catalogue no more nothing is sold anyway.
async fn missing(app: &App, listing: &Listing) -> Result<Option<Missing>, ServiceError> {
    let Some(product_type) = app.catalogue.product_type(listing.product_type.as_str()) else {
        return Ok(None);
    };
    let need = product_type.rights_need(&listing.attributes);
    let rights = app.store.load_rights(listing.id, need.as_ref()).await?;
    let sold_in = BTreeSet::from([listing.region]);
    Ok(gate(&rights, listing.organization, &sold_in, app.clock.now()).err())
}

fn reason(missing: &Missing) -> Option<Prose> {
    missing.to_string().parse().ok()
}
