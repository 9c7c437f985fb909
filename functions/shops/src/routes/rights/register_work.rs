//! `POST /v1/works`

use axum::{extract::State, response::Response};
use kernel::Id;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Json, fields::if_present};

use super::{catalogue_of, registration_refusal, work_out::WorkOut};
use crate::{
    App,
    rights::{Iswc, Work, Writer},
    text::Title,
};

/// A work to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkIn {
    /// What it is called, in one line of 1 to 200 characters.
    #[schema(value_type = String, example = "Night Ferry", min_length = 1, max_length = 200)]
    title: Title,
    /// Who wrote it, 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    writers: Vec<Writer>,
    /// Its International Standard Musical Work Code, with or without punctuation; absent if it has none.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "T-034.524.680-1")]
    iswc: Option<Iswc>,
}

const MAX_WRITERS: usize = 50;

/// Register a work
///
/// For organizations, with the scope `catalogue`. Whoever registers a work holds all rights in it, and
/// grants them; who sees that differently opens a rights case.
#[utoipa::path(
    post,
    path = "/v1/works",
    tag = "rights",
    request_body = WorkIn,
    responses(
        (status = 201, description = "The work", body = WorkOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 409, description = "`already_registered`: another work has this ISWC", body = web::Problem),
    )
)]
pub(crate) async fn register_work(
    State(app): State<App>,
    acting: Acting,
    Json(wanted): Json<WorkIn>,
) -> Result<Response, ApiError> {
    let holder = catalogue_of(&acting)?;
    if !(1..=MAX_WRITERS).contains(&wanted.writers.len()) {
        let detail = format!("a work has 1 to {MAX_WRITERS} writers");
        return Err(ApiError::field("/writers", detail));
    }
    let work = Work {
        id: Id::generate(&app.clock),
        holder,
        title: wanted.title,
        writers: wanted.writers,
        iswc: wanted.iswc,
        registered_at: app.clock.now(),
    };
    let registered = app.store.register_work(&work).await;
    registered.map_err(|error| registration_refusal(error, "/iswc"))?;
    Ok(Json(WorkOut::from(&work)).created())
}
