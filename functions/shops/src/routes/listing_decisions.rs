//! What operators decide about a listing: approve, reject, suspend, reinstate, take down.

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Operator, Path, fields::if_present};

use super::{
    access::any_listing, listing_moves::move_listing, listing_out::ListingOut,
    shop_decisions::DecisionIn,
};
use crate::{
    App,
    listing::{ListingMove, SuspensionCause},
    text::Prose,
};

/// Why a listing is to be suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspensionIn {
    /// What its people are told, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    reason: Option<Prose>,
}

/// Approve a listing
///
/// For operators. It can be published.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/approve",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn approve_listing(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = any_listing(&app, id).await?;
    move_listing(&app, &listing, ListingMove::Approve).await
}

/// Send a listing back
///
/// For operators. It is a draft again.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/reject",
    tag = "shops",
    request_body = DecisionIn,
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn reject_listing(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Listing>>,
    Json(body): Json<DecisionIn>,
) -> Result<Response, ApiError> {
    let listing = any_listing(&app, id).await?;
    move_listing(&app, &listing, ListingMove::Reject(body.reason)).await
}

/// Take a listing off the market
///
/// For operators, because it breaks the rules of this platform. For its rights a listing is suspended
/// by a case: `POST /v1/rights-cases/{id}/suspend-listing`.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/suspend",
    tag = "shops",
    request_body = SuspensionIn,
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn suspend_listing_for_policy(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Listing>>,
    Json(body): Json<SuspensionIn>,
) -> Result<Response, ApiError> {
    let listing = any_listing(&app, id).await?;
    // A suspension for rights ends with the next look at them unless a case holds it.
    let step = ListingMove::Suspend(SuspensionCause::Policy, body.reason);
    move_listing(&app, &listing, step).await
}

/// Put a suspended listing back to where it was
///
/// For operators. One that was published must be fit for that still.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/reinstate",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`shop_unavailable`, `rights_missing`, `media_not_ready`; `state_conflict`: its state does not allow it", body = web::Problem),
        (status = 422, description = "`currency_not_offered`: nothing is given a price in its currency any more", body = web::Problem),
    )
)]
pub(crate) async fn reinstate_listing(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = any_listing(&app, id).await?;
    move_listing(&app, &listing, ListingMove::Reinstate).await
}

/// Take a suspended listing down for good
///
/// For operators. What was bought of it stays its buyers'.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/takedown",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn take_down_listing(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = any_listing(&app, id).await?;
    move_listing(&app, &listing, ListingMove::TakeDown).await
}
