//! `GET /v1/entitlements`

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use crate::{App, entitlement::Entitlement, order::Download};

/// The right to download what was bought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntitlementOut {
    /// Names the entitlement.
    #[schema(value_type = String, example = "etl_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Entitlement>,
    /// With which order it was bought.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    order: Id<kind::Order>,
    /// As what it was offered.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    listing: Id<kind::Listing>,
    /// How that was called then.
    #[schema(example = "First Light")]
    title: String,
    /// What can be downloaded.
    files: Vec<FileOut>,
    /// `active`, or `revoked` once the money went back.
    #[schema(example = "active")]
    state: &'static str,
    /// How many links were given out.
    #[schema(example = 2)]
    download_count: u32,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    granted_at: Timestamp,
}

/// A file that can be downloaded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileOut {
    /// Names the file.
    #[schema(value_type = String, example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    media: Id<kind::Media>,
    /// How it is saved.
    #[schema(example = "first-light.flac")]
    file_name: String,
    /// What it is.
    #[schema(example = "audio/flac")]
    content_type: String,
    /// How large it is, in bytes.
    #[schema(example = 31_457_280)]
    size_bytes: u64,
}

/// List one's downloads
///
/// Everything that the caller may download, and what was revoked, in no order that means anything.
#[utoipa::path(
    get,
    path = "/v1/entitlements",
    tag = "downloads",
    params(PagingParams),
    responses((status = 200, description = "A page of entitlements", body = List<EntitlementOut>))
)]
pub(crate) async fn list_entitlements(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<EntitlementOut>>, ApiError> {
    let after = paging.after.map(|after| after.parse()).transpose();
    let after = after.map_err(|_| ApiError::field("cursor", "this list did not give it out"))?;
    let page = app
        .store
        .entitlements_of(caller.account, after, paging.limit);
    let page = page.await?;
    let last = page.items.last().filter(|_| page.has_more);
    let next = last.map(|entitlement| entitlement.id.to_string());
    let items = page.items.iter().map(EntitlementOut::from);
    Ok(Json(List::new(items.collect(), next.as_deref())))
}

impl From<&Entitlement> for EntitlementOut {
    fn from(entitlement: &Entitlement) -> Self {
        Self {
            id: entitlement.id,
            order: entitlement.order,
            listing: entitlement.listing,
            title: entitlement.title.clone(),
            files: entitlement.files.iter().map(FileOut::from).collect(),
            state: if entitlement.revoked_at.is_none() {
                "active"
            } else {
                "revoked"
            },
            download_count: entitlement.download_count,
            granted_at: entitlement.granted_at,
        }
    }
}

impl From<&Download> for FileOut {
    fn from(file: &Download) -> Self {
        Self {
            media: file.media,
            file_name: file.file_name.clone(),
            content_type: file.content_type.clone(),
            size_bytes: file.size_bytes,
        }
    }
}
