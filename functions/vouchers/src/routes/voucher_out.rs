//! How a voucher is shown to its holder.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use super::partner_out::PartnerNameOut;
use crate::{App, voucher::IssuedVoucher};

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
    /// What to show the partner.
    #[schema(example = "GR-7F3K9Q")]
    code: String,
    /// `issued`.
    #[schema(example = "issued")]
    status: &'static str,
    /// What it cost.
    #[schema(example = 100)]
    points_spent: i64,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// Until when the partner accepts it.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
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
    pub(super) fn of(app: &App, voucher: &IssuedVoucher) -> Result<Self, ApiError> {
        let opened = app.code_keys.open(voucher.id, &voucher.code);
        let code = opened.map_err(ApiError::internal)?;
        let issue = &voucher.issue;
        Ok(Self {
            id: voucher.id,
            reward: RewardNameOut {
                id: issue.reward,
                name: issue.reward_name.as_str().to_owned(),
            },
            partner: PartnerNameOut::from(&issue.partner),
            code: code.reveal().to_owned(),
            status: "issued",
            points_spent: issue.price().get(),
            issued_at: issue.issued_at,
            expires_at: issue.expires_at,
        })
    }
}
