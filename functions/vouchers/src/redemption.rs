//! Whether a member may have a reward, and what that means: the rules, pure.

use jiff::SignedDuration;
use kernel::{Id, Points, Timestamp, kind};
use wallet::{Reason, SpendError, Wallet};

use crate::{
    reward::{Reward, Status},
    voucher::Issue,
};

/// What a member asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) account: Id<kind::Account>,
    /// The price the member saw, if it says so.
    pub(crate) seen_price: Option<Points>,
}

/// Why a member does not get a reward. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RedeemError {
    /// It is not for anyone's eyes yet.
    #[error("there is no such reward")]
    NotPublished,
    /// It is out of the catalogue for a while.
    #[error("the reward is not on offer at present")]
    Paused,
    /// It costs something else than the member saw.
    #[error("the reward costs {price} points now")]
    PriceChanged {
        /// The price now.
        price: Points,
    },
    /// The member had it as often as one may.
    #[error("one member may redeem this reward {limit} times")]
    LimitReached {
        /// How often one may.
        limit: u32,
    },
    /// No code is left.
    #[error("no voucher of this reward is left")]
    OutOfStock,
    /// The member has fewer points than it costs.
    #[error("the reward costs {price} points and {available} are available")]
    InsufficientPoints {
        /// The price.
        price: Points,
        /// How many points the member has; negative after a claw-back.
        available: i64,
    },
}

/// A voucher and to whom it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redemption {
    pub(crate) voucher: Id<kind::Voucher>,
    pub(crate) issue: Issue,
}

/// Decides on `wish`: takes the price out of `wallet` and issues the `free` voucher, if there is
/// one. The member has redeemed the reward `redeemed` times before.
pub(crate) fn redeem(
    reward: &Reward,
    wish: &Wish,
    redeemed: u32,
    free: Option<Id<kind::Voucher>>,
    wallet: &mut Wallet,
    now: Timestamp,
) -> Result<Redemption, RedeemError> {
    match reward.status {
        Status::Published => {}
        Status::Paused => return Err(RedeemError::Paused),
        Status::Draft => return Err(RedeemError::NotPublished),
    }
    let price = reward.price.points();
    if wish.seen_price.is_some_and(|seen| seen != price) {
        return Err(RedeemError::PriceChanged { price });
    }
    if let Some(limit) = reward.limit_per_member
        && redeemed >= limit.get()
    {
        return Err(RedeemError::LimitReached { limit: limit.get() });
    }
    let voucher = free.ok_or(RedeemError::OutOfStock)?;
    let spent = wallet.spend(price, Reason::from(voucher), now).map_err(
        |SpendError::Insufficient { available }| RedeemError::InsufficientPoints {
            price,
            available,
        },
    )?;
    let valid_hours = i64::from(reward.voucher_valid_days.days()) * 24;
    let issue = Issue {
        holder: wish.account,
        reward: reward.id,
        reward_name: reward.name.clone(),
        partner: reward.partner.clone(),
        issued_at: now,
        // Ten years at most, so only a clock at the end of time is out of range.
        expires_at: now
            .checked_add(SignedDuration::from_hours(valid_hours))
            .unwrap_or(Timestamp::MAX),
        spent,
    };
    Ok(Redemption { voucher, issue })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::{PartnerName, Price, ValidDays};

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

    fn reward() -> Reward {
        Reward {
            id: Id::derive(&["reward"]),
            partner: PartnerName {
                id: Id::derive(&["partner"]),
                name: "A chain".parse().unwrap(),
            },
            name: "Breakfast".parse().unwrap(),
            description: "In the morning".parse().unwrap(),
            terms: None,
            price: Price::try_from(60).unwrap(),
            limit_per_member: std::num::NonZeroU32::new(2),
            voucher_valid_days: ValidDays::try_from(30).unwrap(),
            status: Status::Published,
            created_at: NOW,
            version: 1,
        }
    }

    fn wish() -> Wish {
        Wish {
            account: Id::derive(&["account"]),
            seen_price: None,
        }
    }

    /// A wallet of so many points, earned a minute each just before now.
    fn wallet(points: i64) -> Wallet {
        let mut wallet = Wallet::empty(wish().account);
        let end_s = NOW.as_second() / 60 * 60;
        let play = wallet::Play {
            start_s: end_s - points * 60,
            end_s,
        };
        wallet.mark(&[play], &wallet::Rules::founding(), NOW);
        wallet
    }

    fn free() -> Option<Id<kind::Voucher>> {
        Some(Id::derive(&["voucher"]))
    }

    #[test]
    fn a_redemption_takes_the_price_and_pins_what_the_voucher_says() {
        let mut wallet = wallet(100);
        let redemption = redeem(&reward(), &wish(), 1, free(), &mut wallet, NOW).unwrap();
        assert_eq!(Some(redemption.voucher), free());
        let issue = redemption.issue;
        assert_eq!(issue.price().get(), 60);
        assert_eq!(wallet.balance(NOW).available, 40);
        assert_eq!(issue.expires_at.as_second(), NOW.as_second() + 30 * 86_400);
        assert_eq!(issue.reward_name, reward().name);
    }

    #[test]
    fn every_refusal_leaves_the_wallet_as_it_was() {
        let price = Points::new(60).unwrap();
        let wrong = Wish {
            seen_price: Points::new(59).ok(),
            ..wish()
        };
        let draft = Reward {
            status: Status::Draft,
            ..reward()
        };
        let paused = Reward {
            status: Status::Paused,
            ..reward()
        };
        let (limit, available) = (2, 59);
        for (reward, wish, redeemed, free, points, error) in [
            (draft, wish(), 0, free(), 100, RedeemError::NotPublished),
            (paused, wish(), 0, free(), 100, RedeemError::Paused),
            (
                reward(),
                wrong,
                0,
                free(),
                100,
                RedeemError::PriceChanged { price },
            ),
            (
                reward(),
                wish(),
                2,
                free(),
                100,
                RedeemError::LimitReached { limit },
            ),
            (reward(), wish(), 0, None, 100, RedeemError::OutOfStock),
            (
                reward(),
                wish(),
                0,
                free(),
                59,
                RedeemError::InsufficientPoints { price, available },
            ),
        ] {
            let mut wallet = wallet(points);
            let refused = redeem(&reward, &wish, redeemed, free, &mut wallet, NOW);
            assert_eq!(refused, Err(error));
            assert_eq!(wallet.balance(NOW).available, points);
        }
    }

    #[test]
    fn the_price_a_member_saw_may_be_the_price() {
        let seen = Wish {
            seen_price: Points::new(60).ok(),
            ..wish()
        };
        assert!(redeem(&reward(), &seen, 0, free(), &mut wallet(60), NOW).is_ok());
    }
}
