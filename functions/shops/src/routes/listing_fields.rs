//! What sellers say of a listing, checked against its product type and against what is theirs.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, Timestamp, kind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{ApiError, Code};

use crate::{
    App,
    attributes::Attributes,
    copies::MediaCopy,
    listing::Illustration,
    product_type::{MediaKind, ProductType, Word},
    sku::Download,
};

/// A file that is to show a listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IllustrationIn {
    /// What it is for; which purposes there are, the product type says.
    #[schema(value_type = String, example = "cover")]
    purpose: Word,
    /// A file of the same organization that is ready.
    #[schema(value_type = String, example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    media: Id<kind::Media>,
}

/// The attributes, if they are as the type wants them; else every one that is not.
pub(super) fn attributes(
    values: BTreeMap<String, Value>,
    product_type: &ProductType,
) -> Result<Attributes, ApiError> {
    Attributes::of(values, product_type).map_err(|faults| {
        let refusal = ApiError::new(Code::ValidationFailed);
        faults.into_iter().fold(refusal, |refusal, fault| {
            refusal.and_field(format!("/attributes{}", fault.pointer), fault.detail)
        })
    })
}

/// The release date, if the type may be sold before it.
pub(super) fn release(
    released_at: Option<Timestamp>,
    product_type: &ProductType,
) -> Result<Option<Timestamp>, ApiError> {
    if released_at.is_some() && !product_type.pre_order {
        let detail = "this type is not sold before its release";
        return Err(ApiError::field("/released_at", detail));
    }
    Ok(released_at)
}

/// The files that show a listing, if they are the organization's, ready, and fit their purposes.
pub(super) async fn illustrations(
    app: &App,
    organization: Id<kind::Organization>,
    product_type: &ProductType,
    wanted: Vec<IllustrationIn>,
) -> Result<Vec<Illustration>, ApiError> {
    let ids: Vec<_> = wanted.iter().map(|shown| shown.media).collect();
    let copies = own_media(app, organization, &ids, "/media").await?;
    let mut counts: BTreeMap<Word, u16> = BTreeMap::new();
    let mut shown = Vec::with_capacity(wanted.len());
    for (index, (wanted, copy)) in wanted.into_iter().zip(copies).enumerate() {
        let refuse = |detail| Err(ApiError::field(format!("/media/{index}"), detail));
        let Some(rule) = product_type.media_rule(wanted.purpose.as_str()) else {
            return refuse("this type has no such purpose");
        };
        if !rule.accepts.contains(&copy.kind) {
            return refuse("a file of this kind does not fit its purpose");
        }
        let count = counts.entry(wanted.purpose.clone()).or_default();
        *count = count.saturating_add(1);
        if *count > rule.max {
            return refuse("there are too many files for this purpose");
        }
        shown.push(Illustration {
            purpose: wanted.purpose,
            media: wanted.media,
        });
    }
    Ok(shown)
}

/// The files that a variant's buyer gets, if they are the organization's, ready, and of a kind that the
/// type sells.
pub(super) async fn downloads(
    app: &App,
    organization: Id<kind::Organization>,
    product_type: &ProductType,
    wanted: &[Id<kind::Media>],
) -> Result<Vec<Download>, ApiError> {
    let accepts = product_type.downloads.as_ref();
    let accepts = accepts.map_or(&[] as &[MediaKind], |rule| &rule.accepts);
    let copies = own_media(app, organization, wanted, "/downloads").await?;
    for (index, copy) in copies.iter().enumerate() {
        if !accepts.contains(&copy.kind) {
            let detail = "this type does not sell files of this kind";
            return Err(ApiError::field(format!("/downloads/{index}"), detail));
        }
    }
    Ok(copies.iter().map(Download::from).collect())
}

/// The files with these ids, none of them twice, all of the organization and ready. To others they
/// are the same as absent.
async fn own_media(
    app: &App,
    organization: Id<kind::Organization>,
    wanted: &[Id<kind::Media>],
    pointer: &str,
) -> Result<Vec<MediaCopy>, ApiError> {
    let distinct: BTreeSet<_> = wanted.iter().copied().collect();
    if distinct.len() != wanted.len() {
        return Err(ApiError::field(pointer, "a file stands twice"));
    }
    let copies = app.store.media(distinct).await?;
    let own = |id: &Id<kind::Media>| {
        let copy = copies.get(id);
        let copy = copy.filter(|copy| copy.organization == organization);
        copy.cloned().ok_or(*id)
    };
    let own: Result<Vec<_>, _> = wanted.iter().map(own).collect();
    own.map_err(|id| {
        ApiError::new(Code::MediaNotReady).detail(format!("there is no file {id} that is ready"))
    })
}
