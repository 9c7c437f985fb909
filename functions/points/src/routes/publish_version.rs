//! `POST /v1/earn-rules/{id}/versions`

use axum::{extract::State, response::Response};
use jiff::civil::Date;
use kernel::{Id, kind};
use platform::table::{Cancellation, TransactError, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;
use wallet::{Terms, TermsError};
use web::{ApiError, Code, IDEMPOTENCY, Idempotent, Json, Operator, Path, RequestKey, replayed};

use super::earn_rule_out::VersionOut;
use crate::{
    App,
    earn_rule::{PublishError, listening_rule, publish},
};

/// A version of a rule that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionIn {
    /// How many minutes of a day are worth one point.
    #[schema(minimum = 1, maximum = 1440, example = 2)]
    minutes_per_point: u32,
    /// How many points a day is worth at most.
    #[schema(minimum = 1, maximum = 1440, example = 90)]
    daily_cap: u32,
    /// How many days after the day they are for points can be spent.
    #[schema(minimum = 0, maximum = 28, example = 7)]
    pending_days: u32,
    /// Points expire at the end (UTC) of the month so many months after that of the day they are
    /// for.
    #[schema(minimum = 1, maximum = 36, example = 12)]
    lot_months: u32,
    /// The first date it is for, in each member's own zone: the day after tomorrow (UTC) or later.
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    effective_from: Date,
}

/// Publish a version of an earn rule
///
/// It is for its first date and all after, until a later version is. What was granted before stays
/// as it is.
#[utoipa::path(
    post,
    path = "/v1/earn-rules/{id}/versions",
    tag = "points",
    params(
        ("id" = String, Path, description = "The rule"),
        ("idempotency-key" = String, Header, description = "Names the request; sent again, it has no second effect"),
    ),
    request_body = VersionIn,
    responses(
        (status = 201, description = "The version", body = VersionOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such rule", body = web::Problem),
        (status = 409, description = "`state_conflict`: another version was published at the same time", body = web::Problem),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn publish_version(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<Id<kind::EarnRule>>,
    Idempotent { body, key, .. }: Idempotent<VersionIn>,
) -> Result<Response, ApiError> {
    if id != listening_rule() {
        return Err(ApiError::not_found());
    }
    if let Some(response) = published_before(&app, &key).await? {
        return Ok(response);
    }
    let terms = body.terms().map_err(out_of_bounds)?;
    let rules = app.earn_rules.current().await?;
    let rule =
        publish(&rules, body.effective_from, terms, app.clock.now()).map_err(unpublishable)?;
    let transaction = Transaction::new()
        .and(app.earn_rules.publish(&rule, operator.account))
        .and(app.requests.record(&key, &rule.version)?);
    match app.aws.transact(transaction).await {
        Ok(()) => Ok(Json(VersionOut::of(&rule)).created()),
        Err(TransactError::Cancelled(cancelled)) => lost_race(&app, &key, &cancelled).await,
        Err(TransactError::Service(error)) => Err(error.into()),
    }
}

impl VersionIn {
    fn terms(&self) -> Result<Terms, TermsError> {
        Terms::new(
            self.minutes_per_point,
            self.daily_cap,
            self.pending_days,
            self.lot_months,
        )
    }
}

/// The answer to a request that has had its effect.
async fn published_before(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(version) = app.requests.find::<u32>(key).await? else {
        return Ok(None);
    };
    let rules = app.earn_rules.current().await?;
    let mut versions = rules.versions();
    let rule = versions.find(|rule| rule.version == version);
    let missing = || ApiError::internal("a version that was published is not there");
    let rule = rule.ok_or_else(missing)?;
    Ok(Some(replayed(Json(VersionOut::of(rule)).created())))
}

/// Someone else was quicker: this very request on another way, or another version.
async fn lost_race(
    app: &App,
    key: &RequestKey,
    cancelled: &Cancellation,
) -> Result<Response, ApiError> {
    if cancelled.names(IDEMPOTENCY)
        && let Some(response) = published_before(app, key).await?
    {
        return Ok(response);
    }
    let detail = "another version was published at the same time";
    Err(ApiError::new(Code::StateConflict).detail(detail))
}

fn out_of_bounds(error: TermsError) -> ApiError {
    let detail = format!("it must be {} to {}", error.min, error.max);
    ApiError::field(format!("/{}", error.field), detail)
}

fn unpublishable(error: PublishError) -> ApiError {
    match error {
        PublishError::TooSoon { .. } => ApiError::field("/effective_from", error.to_string()),
    }
}
