//! `POST /v1/rights-cases`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, Limit, fields::if_present};

use super::case_out::{RightsCaseOut, statement};
use crate::{
    App,
    listing::{Listing, ListingState},
    product_type::Subject,
    rights::{CaseState, Claimant, RightsCase},
    store::SaveCaseError,
    text::Prose,
};

/// A claim that a listing may not be sold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsCaseIn {
    /// Which listing.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    listing: Id<kind::Listing>,
    /// Which work or recording it is about; absent if it is not registered here.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(required = false, example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    subject: Option<String>,
    /// Whose rights it breaks and how, in 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    claim: Prose,
    /// What shows it: up to ten links, numbers of registrations or quotations.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 10)]
    evidence: Vec<Prose>,
}

/// Whoever has more to claim in a day asks an operator.
const CASES_PER_DAY: Limit = Limit {
    name: "rights-cases",
    max: 20,
    window_s: 24 * 60 * 60,
};

/// Open a rights case
///
/// For everybody who is signed in; with an access token that acts for an organization, it is the
/// organization that claims. The seller is asked, then an operator decides. Up to 20 a day.
#[utoipa::path(
    post,
    path = "/v1/rights-cases",
    tag = "rights",
    request_body = RightsCaseIn,
    responses(
        (status = 201, description = "The case", body = RightsCaseOut),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or there is no such listing", body = web::Problem),
        (status = 429, description = "`rate_limited`", body = web::Problem),
    )
)]
pub(crate) async fn open_case(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<RightsCaseIn>,
) -> Result<Response, ApiError> {
    let listing = app.store.listing(wanted.listing).await?.filter(is_known);
    let listing = listing.ok_or_else(|| ApiError::field("/listing", "there is no such listing"))?;
    if caller.organization == Some(listing.organization) {
        return Err(ApiError::field("/listing", "it is the claimant's own"));
    }
    let case = opened(&app, &caller, &listing, wanted).await?;
    let claimant = caller.account.to_string();
    let _counted = app.rate_limits.require(&CASES_PER_DAY, &claimant).await?;
    app.store.open_case(&case).await.map_err(refusal)?;
    Ok(Json(RightsCaseOut::from(&case)).created())
}

/// The case as it begins, if the claim can be read.
async fn opened(
    app: &App,
    caller: &Caller,
    listing: &Listing,
    wanted: RightsCaseIn,
) -> Result<RightsCase, ApiError> {
    Ok(RightsCase {
        id: Id::generate(&app.clock),
        listing: listing.id,
        seller: listing.organization,
        subject: subject_of(app, wanted.subject.as_deref()).await?,
        claimant: Claimant {
            account: caller.account,
            organization: caller.organization,
        },
        claim: statement(wanted.claim, wanted.evidence)?,
        state: CaseState::Opened,
        withheld_at: None,
        counter_notice: None,
        ruling: None,
        opened_at: app.clock.now(),
        version: 1,
    })
}

/// Whether anybody but its seller can have seen it, and it is not down already.
fn is_known(listing: &Listing) -> bool {
    listing.published_at.is_some() && listing.state != ListingState::Removed
}

async fn subject_of(app: &App, text: Option<&str>) -> Result<Option<Subject>, ApiError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let unknown = || ApiError::field("/subject", "there is no such work or recording");
    let subject = text.parse().map_err(|_| unknown())?;
    let rights = app.store.rights_of(subject).await?;
    rights.map(|_| Some(subject)).ok_or_else(unknown)
}

fn refusal(error: SaveCaseError) -> ApiError {
    match error {
        // 80 random bits have come up twice within a millisecond: believe in a defect instead.
        SaveCaseError::Changed => ApiError::internal(error),
        SaveCaseError::Service(error) => error.into(),
    }
}
