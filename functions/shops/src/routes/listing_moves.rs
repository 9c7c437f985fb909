//! What sellers do with a listing: submit it, publish it, pause it.

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, Code, Path};

use super::{
    access::own_listing, create_listing, edit_listing::type_of, listing_management_out,
    listing_out::ListingOut,
};
use crate::{
    App,
    listing::{Listing, ListingMove},
    publication::{self, PublishError, Unready},
};

/// Submit a listing
///
/// For those who act for the shop's organization, with the scope `catalogue`. Where the type has no
/// review, it is approved at once.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/submit",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn submit_listing(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    let review = type_of(&app, &listing)?.review;
    move_listing(&app, &listing, ListingMove::Submit(review)).await
}

/// Publish a listing
///
/// For those who act for the shop's organization, with the scope `catalogue`. Its shop must be open and hold
/// the rights that the type needs; it must have something to sell, and its terms accepted.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/publish",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`shop_unavailable`, `rights_missing`, `media_not_ready`; `state_conflict`: its state does not allow it", body = web::Problem),
        (status = 422, description = "`currency_not_offered`: nothing is given a price in its currency any more", body = web::Problem),
    )
)]
pub(crate) async fn publish_listing(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    move_listing(&app, &listing, ListingMove::Publish).await
}

/// Take a listing off the market for a while
///
/// For those who act for the shop's organization, with the scope `catalogue`.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/pause",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn pause_listing(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    move_listing(&app, &listing, ListingMove::Pause).await
}

/// Moves a listing, if it may be moved so and can be sold where that leads.
pub(super) async fn move_listing(
    app: &App,
    listing: &Listing,
    step: ListingMove,
) -> Result<Response, ApiError> {
    let moved = publication::publish(app, listing, step).await;
    let moved = moved.map_err(refusal)?;
    listing_management_out::changed(app, &moved).await
}

fn refusal(error: PublishError) -> ApiError {
    let refused = |code, detail: String| ApiError::new(code).detail(detail);
    match error {
        PublishError::Unready(unready) => {
            let code = match unready {
                Unready::ShopNotOpen => Code::ShopUnavailable,
                Unready::MediaNotReady(_) => Code::MediaNotReady,
                Unready::TermsMissing
                | Unready::NothingToSell
                | Unready::OwnersPending
                | Unready::MediaMissing(_)
                | Unready::ConcertNotPublished(_)
                | Unready::PartMissing(_)
                | Unready::ShopMoved
                | Unready::NotReleased => Code::StateConflict,
            };
            refused(code, unready.to_string())
        }
        PublishError::CurrencyNotOffered(_) => refused(Code::CurrencyNotOffered, error.to_string()),
        PublishError::Rights(missing) => refused(Code::RightsMissing, missing.to_string()),
        PublishError::Move(error) => refused(Code::StateConflict, error.to_string()),
        PublishError::TypeUnknown => refused(Code::StateConflict, error.to_string()),
        PublishError::Save(error) => create_listing::refusal(error),
        PublishError::Service(error) => error.into(),
    }
}
