//! The routes of works, recordings, grants and rights cases, a file each.

mod case_out;
mod counter_case;
mod create_grant;
mod dismiss_case;
mod get_case;
mod get_grant;
mod get_recording;
mod get_work;
mod grant_out;
mod list_cases;
mod list_grants;
mod list_recordings;
mod list_works;
mod open_case;
mod recording_out;
mod register_recording;
mod register_work;
mod revoke_grant;
mod suspend_listing;
mod uphold_case;
mod work_out;

use web::{Acting, Api, ApiError, Capability, Code, routes};

use crate::{
    App,
    rights::{CaseMoveError, MoveCaseError},
    store::RegisterError,
};

/// The scope of an organization's access token that its works, recordings, grants and cases need.
const CATALOGUE: &str = "catalogue";
/// The scope of an operator's access token.
const OPERATOR: &str = "operator";

/// Adds the routes by which rights come to be.
pub(crate) fn begin(api: Api<App>) -> Api<App> {
    api.route(routes!(register_work::register_work))
        .route(routes!(create_grant::grant_work))
        .route(routes!(register_recording::register_recording))
        .route(routes!(create_grant::grant_recording))
}

/// Adds those by which they are shown and taken back.
pub(crate) fn go_on(api: Api<App>) -> Api<App> {
    api.route(routes!(list_works::list_works))
        .route(routes!(get_work::get_work))
        .route(routes!(list_grants::list_grants_of_work))
        .route(routes!(list_recordings::list_recordings))
        .route(routes!(get_recording::get_recording))
        .route(routes!(list_grants::list_grants_of_recording))
        .route(routes!(get_grant::get_grant))
        .route(routes!(revoke_grant::revoke_grant))
}

/// Adds those of rights cases.
pub(crate) fn cases(api: Api<App>) -> Api<App> {
    api.whatever_stage(
        Capability::Trade,
        "a case has its terms whether or not anything is for sale",
    )
    .route(routes!(open_case::open_case, list_cases::list_cases))
    .route(routes!(get_case::get_case))
    .route(routes!(counter_case::counter_case))
    .route(routes!(suspend_listing::suspend_listing))
    .route(routes!(uphold_case::uphold_case))
    .route(routes!(dismiss_case::dismiss_case))
}

/// The organization whose catalogue the caller works on.
fn catalogue_of(acting: &Acting) -> Result<kernel::Id<kernel::kind::Organization>, ApiError> {
    acting.require(CATALOGUE)?;
    Ok(acting.organization)
}

/// Why something was not registered; `pointer` is where its code stands.
fn registration_refusal(error: RegisterError, pointer: &str) -> ApiError {
    match error {
        RegisterError::CodeTaken => {
            let code = pointer.trim_start_matches('/').to_uppercase();
            ApiError::new(Code::AlreadyRegistered)
                .detail(format!("something else is registered under this {code}"))
        }
        RegisterError::Service(error) => error.into(),
    }
}

/// Why a case was not moved.
fn case_refusal(error: MoveCaseError) -> ApiError {
    match error {
        MoveCaseError::Absent => ApiError::not_found(),
        MoveCaseError::Move(
            error @ (CaseMoveError::Decided | CaseMoveError::Answered | CaseMoveError::Withheld),
        ) => ApiError::new(Code::StateConflict).detail(error.to_string()),
        MoveCaseError::Listing(error) => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        MoveCaseError::Contended => ApiError::new(Code::Unavailable).caused_by(error),
        MoveCaseError::Service(error) => error.into(),
    }
}
