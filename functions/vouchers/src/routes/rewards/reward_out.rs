//! How a reward is shown.

use kernel::{Id, kind};
use platform::ServiceError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::partners::partner_out::PartnerNameOut;
use crate::{
    App,
    reward::{Reward, Status, Supply},
};

/// A reward.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RewardOut {
    /// Names the reward.
    #[schema(value_type = String, example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Reward>,
    /// How it is called.
    #[schema(example = "Breakfast voucher")]
    name: String,
    /// What it is.
    description: String,
    /// Under which terms its vouchers are accepted.
    terms: Option<String>,
    /// Whose it is.
    partner: PartnerNameOut,
    /// What it costs.
    #[schema(example = 100, minimum = 1)]
    price_points: i64,
    /// How often one member may redeem it; null if as often as one likes.
    #[schema(example = 1, minimum = 1)]
    limit_per_member: Option<u32>,
    /// How many days its vouchers are good for, from their issue on.
    #[schema(example = 30, minimum = 1)]
    voucher_valid_days: u16,
    /// Whether it is on offer.
    status: Status,
    /// Whether vouchers of it are left; what is shown may be some seconds old.
    availability: Availability,
}

/// Whether something is left.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Availability {
    /// At least one.
    InStock,
    /// None.
    OutOfStock,
}

impl RewardOut {
    /// The reward as it is shown, with what is known of its stock.
    pub(super) async fn of(app: &App, reward: &Reward) -> Result<Self, ServiceError> {
        let in_stock = match &reward.supply {
            Supply::CodePool {} => app.store.is_in_stock(reward.id).await?,
            // Only the partner knows, and it is asked when somebody wants one.
            Supply::OnDemand { .. } => true,
        };
        let availability = match in_stock {
            true => Availability::InStock,
            false => Availability::OutOfStock,
        };
        let terms = reward.terms.as_ref();
        Ok(Self {
            id: reward.id,
            name: reward.name.as_str().to_owned(),
            description: reward.description.as_str().to_owned(),
            terms: terms.map(|terms| terms.as_str().to_owned()),
            partner: PartnerNameOut::from(&reward.partner),
            price_points: reward.price.points().get(),
            limit_per_member: reward.limit_per_member.map(u32::from),
            voucher_valid_days: reward.voucher_valid_days.days(),
            status: reward.status,
            availability,
        })
    }
}
