//! `PATCH /v1/events/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, Region, Timestamp, Zone, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Acting, ApiError, IfMatch, Json, Path,
    fields::{if_present, nullable},
};

use super::{change, concert_out::ConcertOut};
use crate::{
    App,
    days::Days,
    programme::Edit,
    text::{Name, Prose},
    times::TimesEdit,
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConcertPatch {
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    title: Option<Name>,
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    venue: Option<Name>,
    /// In which country or part of one, by ISO 3166.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false)]
    region: Option<Region>,
    /// When it begins.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// When it ends.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// By which zone its days are counted.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false)]
    time_zone: Option<Zone>,
    /// Its days. Those for which there are tickets stay.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<String>, required = false)]
    days: Option<Days>,
    /// What it is; null for nothing to say.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 4000)]
    about: Option<Option<Prose>>,
}

/// Change a concert
///
/// With the scope `events`. With `If-Match`, only if it still has that version.
#[utoipa::path(
    patch,
    path = "/v1/events/{id}",
    tag = "events",
    request_body = ConcertPatch,
    params(
        ("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The concert as it is now; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is over, or there are tickets for a day that it would lose", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn edit_concert(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Concert>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<ConcertPatch>,
) -> Result<Response, ApiError> {
    let concert = change::own(&app, &acting, id).await?;
    change::expect_version(&concert, version)?;
    let edited = concert.clone().edited(patch.into(), app.clock.now());
    change::keep(&app, &concert, edited).await
}

impl From<ConcertPatch> for Edit {
    fn from(patch: ConcertPatch) -> Self {
        Self {
            title: patch.title,
            venue: patch.venue,
            region: patch.region,
            times: TimesEdit {
                starts_at: patch.starts_at,
                ends_at: patch.ends_at,
                time_zone: patch.time_zone,
                days: patch.days,
            },
            about: patch.about,
        }
    }
}
