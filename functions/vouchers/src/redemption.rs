//! Whether a member may have a reward, and what that means: the rules, pure.

use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Points, Timestamp, kind};
use wallet::{HoldError, Reason, SpendError, Wallet};

use crate::{
    purchase::Purchase,
    reward::{Product, Reward, Status, ValidDays},
    voucher::{Issue, Order, Stage, Voucher, spread},
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
    /// The member has as many redemptions open as one may.
    #[error("too many of the member's redemptions wait for partners")]
    TooManyPending,
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

/// A voucher of a pool and to whom it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redemption {
    pub(crate) voucher: Id<kind::Voucher>,
    pub(crate) order: Order,
    pub(crate) issue: Issue,
}

/// What a voucher on demand is bought as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The voucher's id, which is its reference at the partner too.
    pub(crate) voucher: Id<kind::Voucher>,
    pub(crate) product: Product,
    /// The currency that is reckoned in with the partner.
    pub(crate) currency: Currency,
}

/// How long points are held for a voucher on demand: far longer than a code is tried for, and longer
/// than any partner has yet needed to say that there will be none. Should a partner be silent for
/// longer, the points are the member's again by themselves; no code was shown to anybody, and the
/// partner is told to void it until it does.
const HELD_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

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
    let order = admit(reward, wish, redeemed, owed(reward, Currency::CNY), now)?;
    let voucher = free.ok_or(RedeemError::OutOfStock)?;
    let price = order.price;
    let spent = wallet.spend(price, Reason::from(voucher), now).map_err(
        |SpendError::Insufficient { available }| RedeemError::InsufficientPoints {
            price,
            available,
        },
    )?;
    let issue = Issue {
        issued_at: now,
        expires_at: valid_until(reward.voucher_valid_days, now),
        spent,
    };
    Ok(Redemption {
        voucher,
        order,
        issue,
    })
}

/// Decides on `wish` for a reward whose vouchers its partner issues on demand: holds the price in
/// `wallet` for a voucher that is pending until the partner has answered.
pub(crate) fn order(
    reward: &Reward,
    wanted: Wanted,
    wish: &Wish,
    redeemed: u32,
    wallet: &mut Wallet,
    now: Timestamp,
) -> Result<Voucher, RedeemError> {
    let (id, unit_price) = (wanted.voucher, owed(reward, wanted.currency));
    let order = admit(reward, wish, redeemed, unit_price, now)?;
    let price = order.price;
    let purchase = Purchase::begun(
        wanted.product,
        reward.voucher_valid_days,
        unit_price,
        now,
        spread(id),
    );
    let voucher = Voucher {
        id,
        batch: None,
        created_at: now,
        order,
        stage: Stage::Pending(purchase),
        version: 1,
    };
    let until = now.checked_add(HELD_FOR).unwrap_or(Timestamp::MAX);
    let held = wallet.hold(voucher.hold(), price, until, Reason::from(id), now);
    held.map_err(|error| match error {
        HoldError::Insufficient { available } => {
            RedeemError::InsufficientPoints { price, available }
        }
        // The id is new and the price is not zero, so only the number of holds is left.
        HoldError::TooMany | HoldError::Empty | HoldError::Used => RedeemError::TooManyPending,
    })?;
    Ok(voucher)
}

/// Until when a voucher is good that is issued now. Ten years at most, so only a clock at the end of
/// time is out of range.
pub(crate) fn valid_until(valid: ValidDays, now: Timestamp) -> Timestamp {
    let hours = i64::from(valid.days()) * 24;
    now.checked_add(SignedDuration::from_hours(hours))
        .unwrap_or(Timestamp::MAX)
}

/// What all redemptions of a reward must fulfil, whatever it is supplied from.
fn admit(
    reward: &Reward,
    wish: &Wish,
    redeemed: u32,
    unit_price: Money,
    now: Timestamp,
) -> Result<Order, RedeemError> {
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
    Ok(Order {
        holder: wish.account,
        reward: reward.id,
        reward_name: reward.name.clone(),
        partner: reward.partner.clone(),
        price,
        unit_price: Some(unit_price),
        is_counted: reward.limit_per_member.is_some(),
        ordered_at: now,
    })
}

/// What a voucher costs the platform. A reward without an agreed price is from before there were
/// prices, when every partner reckoned in CNY.
fn owed(reward: &Reward, currency: Currency) -> Money {
    reward
        .unit_price
        .map_or(Money::zero(currency), |price| price.money())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::{PartnerName, Price};

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
            supply: crate::reward::Supply::CodePool {},
            unit_price: None,
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
        assert_eq!(issue.spent.points().get(), 60);
        assert_eq!(wallet.balance(NOW).available, 40);
        assert_eq!(issue.expires_at.as_second(), NOW.as_second() + 30 * 86_400);
        assert_eq!(redemption.order.reward_name, reward().name);
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
