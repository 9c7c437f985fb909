//! `POST /v1/events`

use axum::{extract::State, response::Response};
use kernel::{Id, Region, Timestamp, Zone};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Json, fields::if_present, with_version};

use super::{change, concert_out::ConcertOut};
use crate::{
    App,
    concert::{self, Concert},
    days::Days,
    programme::Programme,
    text::{Name, Prose},
    times::{Times, TimesError},
};

/// A concert to prepare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConcertIn {
    /// One line of 1 to 100 characters.
    #[schema(value_type = String, example = "Two Nights", min_length = 1, max_length = 100)]
    title: Name,
    /// In which house: one line of 1 to 100 characters.
    #[schema(value_type = String, example = "Mao Livehouse", min_length = 1, max_length = 100)]
    venue: Name,
    /// In which country or part of one, by ISO 3166.
    #[schema(value_type = String, example = "CN-SH")]
    region: Region,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// By which zone of the IANA database its days are counted.
    #[schema(value_type = String, example = "Asia/Shanghai")]
    time_zone: Zone,
    /// Its days, 1 to 31, between beginning and end; all of these if absent. A night belongs to the day
    /// on which it began, until six in the morning.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["2026-07-01", "2026-07-02"]))]
    days: Option<Days>,
    /// What it is, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    about: Option<Prose>,
}

/// Prepare a concert
///
/// For members of an organization with the scope `events`. It is a draft; add ticket quotas and
/// publish it.
#[utoipa::path(
    post,
    path = "/v1/events",
    tag = "events",
    request_body = ConcertIn,
    responses(
        (status = 201, description = "The draft; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`: the token acts for nobody, or may not do this", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn create_concert(
    State(app): State<App>,
    acting: Acting,
    Json(wanted): Json<ConcertIn>,
) -> Result<Response, ApiError> {
    let organization = change::organizer(&acting)?;
    let programme = wanted.programme();
    let programme = programme.map_err(|error| change::refusal(error.into()))?;
    let now = app.clock.now();
    let concert = Concert {
        id: Id::generate(&app.clock),
        organization,
        programme,
        state: concert::State::Draft,
        cancel_reason: None,
        ticket_quotas: Vec::new(),
        created_at: now,
        published_at: None,
        updated_at: now,
        version: 1,
    };
    let writes = app.store.save_concert(&concert, None);
    app.store.commit(writes).await.map_err(change::lost)?;
    let out = ConcertOut::of(&concert);
    Ok(with_version(concert.version, Json(out).created()))
}

impl ConcertIn {
    fn programme(self) -> Result<Programme, TimesError> {
        let times = Times::new(self.starts_at, self.ends_at, self.time_zone, self.days)?;
        Ok(Programme {
            title: self.title,
            venue: self.venue,
            region: self.region,
            times,
            about: self.about,
        })
    }
}
