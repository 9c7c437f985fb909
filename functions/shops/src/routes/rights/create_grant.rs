//! `POST /v1/works/{id}/grants`, `POST /v1/recordings/{id}/grants`

use std::{collections::BTreeSet, time::Duration};

use axum::{extract::State, response::Response};
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Acting, ApiError, Code, Idempotent, Json, Path, RequestKey, fields::if_present, replayed,
};

use super::{
    catalogue_of,
    grant_out::{RightsGrantOut, territories_schema},
};
use crate::{
    App,
    product_type::{Subject, UseType},
    rights::{Grant, GrantError, Granted, Terms, Territories, Window},
    store::SaveRightsError,
};

/// A grant to make: the terms of a deal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsGrantIn {
    /// To whom.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W4")]
    licensee: Id<kind::Organization>,
    /// What may be done: at least one of the uses that `GET /v1/product-types` names.
    #[schema(value_type = Vec<String>, example = json!(["download", "stream"]), min_items = 1)]
    uses: BTreeSet<UseType>,
    /// Where: `worldwide`, or a list of countries.
    #[schema(schema_with = territories_schema)]
    territories: Territories,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Up to when; absent if without an end.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, format = DateTime, required = false)]
    until: Option<Timestamp>,
    /// Whether nobody else may, not even the holder. Of two parties, no two exclusive grants share a
    /// use, a country and a moment.
    exclusive: bool,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    grant: Id<kind::Grant>,
}

/// How often the rights are looked at that change meanwhile.
const MAX_TRIES: u32 = 8;
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Grant a right in a work
///
/// For the organization that registered it, with the scope `catalogue`. A song is sold by who holds
/// its rights or has a grant for that use, there and then, and only while nobody else has an exclusive
/// one. Listings that lose their right by an exclusive grant are suspended.
#[utoipa::path(
    post,
    path = "/v1/works/{id}/grants",
    tag = "rights",
    request_body = RightsGrantIn,
    params(
        ("id" = String, Path, description = "The work", example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The grant", body = RightsGrantOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such work, or it is another's", body = web::Problem),
        (status = 409, description = "`grant_overlaps`: another party has an exclusive grant that overlaps with this exclusive one; `state_conflict`: there are too many grants", body = web::Problem),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn grant_work(
    State(app): State<App>,
    Path(work): Path<Id<kind::Work>>,
    request: Idempotent<RightsGrantIn>,
) -> Result<Response, ApiError> {
    grant(&app, Subject::Work(work), request).await
}

/// Grant a right in a recording
///
/// For the organization that registered it, with the scope `catalogue`. A song is sold by who holds
/// its rights or has a grant for that use, there and then, and only while nobody else has an exclusive
/// one. Listings that lose their right by an exclusive grant are suspended.
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/grants",
    tag = "rights",
    request_body = RightsGrantIn,
    params(
        ("id" = String, Path, description = "The recording", example = "rcd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The grant", body = RightsGrantOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such recording, or it is another's", body = web::Problem),
        (status = 409, description = "`grant_overlaps`: another party has an exclusive grant that overlaps with this exclusive one; `state_conflict`: there are too many grants", body = web::Problem),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn grant_recording(
    State(app): State<App>,
    Path(recording): Path<Id<kind::Recording>>,
    request: Idempotent<RightsGrantIn>,
) -> Result<Response, ApiError> {
    grant(&app, Subject::Recording(recording), request).await
}

async fn grant(
    app: &App,
    subject: Subject,
    request: Idempotent<RightsGrantIn>,
) -> Result<Response, ApiError> {
    let holder = catalogue_of(&Acting::of(&request.caller)?)?;
    if let Some(answer) = repeat(app, &request.key).await? {
        return Ok(answer);
    }
    let grant = wanted(app, request.body)?;
    let record = || app.requests.record(&request.key, &Done { grant: grant.id });
    for _ in 0..MAX_TRIES {
        let rights = app.store.rights_of(subject).await?;
        let rights = rights.filter(|rights| rights.holder == holder);
        let rights = rights.ok_or_else(ApiError::not_found)?;
        let next = rights
            .granted(grant.clone(), app.clock.now())
            .map_err(refusal)?;
        match app.store.commit_grant(&next, &grant, record()?).await {
            Ok(()) => {
                let granted = Granted {
                    subject,
                    holder,
                    grant,
                };
                return Ok(Json(RightsGrantOut::of(&granted, app.clock.now())).created());
            }
            Err(SaveRightsError::Repeated) => {
                return repeat(app, &request.key)
                    .await?
                    .ok_or_else(|| ApiError::internal("a request that was done has no record"));
            }
            Err(SaveRightsError::Changed) => {}
            Err(SaveRightsError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable).retry_after(TRY_AGAIN_AFTER))
}

/// The grant that is asked for, if its terms are ones.
fn wanted(app: &App, body: RightsGrantIn) -> Result<Grant, ApiError> {
    if body.uses.is_empty() {
        return Err(ApiError::field("/uses", "it names no use"));
    }
    if let Some(unknown) = body
        .uses
        .iter()
        .find(|use_type| !app.catalogue.has_use(use_type))
    {
        let detail = format!("there is no use {unknown}");
        return Err(ApiError::field("/uses", detail));
    }
    let window = Window::new(body.from, body.until);
    let window = window.map_err(|error| ApiError::field("/until", error.to_string()))?;
    Ok(Grant {
        // Sorts by its time; the record of the request is what makes it once.
        id: Id::generate(&app.clock),
        licensee: body.licensee,
        terms: Terms {
            uses: body.uses,
            territories: body.territories,
            window,
            exclusive: body.exclusive,
        },
        revoked_from: None,
        granted_at: app.clock.now(),
    })
}

/// The grant that the request made before, if it did.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(done) = app.requests.find::<Done>(key).await? else {
        return Ok(None);
    };
    let granted = app.store.grant(done.grant).await?;
    let granted =
        granted.ok_or_else(|| ApiError::internal("a grant that was made is not there"))?;
    let out = RightsGrantOut::of(&granted, app.clock.now());
    Ok(Some(replayed(Json(out).created())))
}

fn refusal(error: GrantError) -> ApiError {
    let detail = error.to_string();
    match error {
        GrantError::Overlap(_) => ApiError::new(Code::GrantOverlaps).detail(detail),
        GrantError::ToHolder => ApiError::field("/licensee", detail),
        GrantError::Over => ApiError::field("/until", detail),
        GrantError::TooMany => ApiError::new(Code::StateConflict).detail(detail),
    }
}
