//! How a voucher is shown to its holder.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::routes::partners::partner_out::PartnerNameOut;
use crate::{
    App,
    voucher::{Stage, State, Usage, Voucher},
};

/// A voucher, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoucherOut {
    /// Names the voucher.
    #[schema(value_type = String, example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Voucher>,
    /// What it was redeemed from.
    reward: RewardNameOut,
    /// Who accepts it.
    partner: PartnerNameOut,
    /// What to show the partner, from when it is issued until it is reversed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "GR-7F3K9Q")]
    code: Option<String>,
    /// Where it stands.
    status: State,
    /// What it cost: nothing as long as it is not issued, and when it was reversed.
    #[schema(example = 100)]
    points_spent: i64,
    /// What is set aside for it while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = 100)]
    points_held: Option<i64>,
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    issued_at: Option<Timestamp>,
    /// Until when the partner accepts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    redeemed_at: Option<Timestamp>,
}

/// A reward, as its vouchers name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RewardNameOut {
    /// Names the reward.
    #[schema(value_type = String, example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Reward>,
    /// How it was called when the voucher was issued.
    #[schema(example = "Breakfast voucher")]
    name: String,
}

impl VoucherOut {
    /// The voucher with its code opened: only for its holder.
    pub(in crate::routes) fn of(app: &App, voucher: &Voucher) -> Result<Self, ApiError> {
        let order = &voucher.order;
        let status = voucher.state(app.clock.now());
        let mut out = Self {
            id: voucher.id,
            reward: RewardNameOut {
                id: order.reward,
                name: order.reward_name.as_str().to_owned(),
            },
            partner: PartnerNameOut::from(&order.partner),
            code: None,
            status,
            points_spent: 0,
            points_held: (status == State::Pending).then_some(order.price.get()),
            issued_at: None,
            expires_at: None,
            redeemed_at: None,
        };
        let Stage::Issued(holding) = &voucher.stage else {
            return Ok(out);
        };
        out.issued_at = Some(holding.issue.issued_at);
        out.expires_at = Some(holding.issue.expires_at);
        if let Usage::Redeemed { at } = &holding.usage {
            out.redeemed_at = Some(*at);
        }
        if status != State::Reversed {
            let opened = app.code_keys.open(voucher.id, &holding.code);
            let code = opened.map_err(ApiError::internal)?;
            out.code = Some(code.reveal().to_owned());
            out.points_spent = order.price.get();
        }
        Ok(out)
    }
}
