//! `GET /v1/accounts/me/points`

use axum::extract::State;
use jiff::civil::Date;
use kernel::{Points, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use wallet::{Expiring, Rules, Wallet};
use web::{ApiError, Caller, Json};

use crate::App;

/// What a member has.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointsOut {
    /// What can be spent. Negative while points are owed that were taken away after they had been
    /// spent; later points repay them.
    #[schema(example = 240)]
    available: i64,
    /// What can be spent later.
    #[schema(value_type = i64, minimum = 0, example = 0)]
    pending: Points,
    /// What is set aside until somebody else has answered.
    #[schema(value_type = i64, minimum = 0, example = 0)]
    held: Points,
    /// When the available points expire, the first before the rest.
    expiring: Vec<ExpiringOut>,
    /// What the member has listened to on the day that it is for them.
    today: TodayOut,
    /// The zone in which the member's days begin and end.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// Grows with every change of the wallet; 0 before the first.
    #[schema(example = 17)]
    version: u64,
}

/// Points that expire together.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExpiringOut {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// How many.
    #[schema(value_type = i64, minimum = 1, example = 240)]
    points: Points,
}

/// A day of listening.
#[derive(Serialize, ToSchema)]
pub(crate) struct TodayOut {
    /// The day, in the member's own zone.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// How many of its minutes have been listened to.
    #[schema(example = 95)]
    minutes: u32,
    /// How many points were granted for them.
    #[schema(value_type = i64, minimum = 0, example = 95)]
    points: Points,
    /// How many points the day is worth at most.
    #[schema(value_type = i64, minimum = 1, example = 120)]
    daily_cap: Points,
}

/// Read one's points
///
/// A member who has earned nothing yet has none; that is no error.
#[utoipa::path(
    get,
    path = "/v1/accounts/me/points",
    tag = "points",
    responses((status = 200, description = "The balance", body = PointsOut))
)]
pub(crate) async fn balance(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<PointsOut>, ApiError> {
    let wallet = app.wallets.load(caller.account).await?;
    let rules = app.earn_rules.recent().await?;
    Ok(Json(PointsOut::of(&wallet, &rules, app.clock.now())))
}

impl PointsOut {
    fn of(wallet: &Wallet, rules: &Rules, now: Timestamp) -> PointsOut {
        let balance = wallet.balance(now);
        let today = wallet.today(rules, now);
        let expiring = balance.expiring.into_iter();
        PointsOut {
            available: balance.available,
            pending: balance.pending,
            held: balance.held,
            expiring: expiring
                .map(|Expiring { expires_at, points }| ExpiringOut { expires_at, points })
                .collect(),
            today: TodayOut {
                date: today.date,
                minutes: today.minutes,
                points: today.points,
                daily_cap: today.daily_cap,
            },
            time_zone: wallet.zone().name().to_owned(),
            version: wallet.version(),
        }
    }
}
