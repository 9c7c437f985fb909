//! What is asked before orders are placed: the rules, pure.
//!
//! Invariant: what a buyer pays is what they saw. Prices, the state of shops and listings and the
//! currency are looked at once, from one read; whatever does not fit refuses the whole basket.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kernel::{Currency, Id, Money, Timestamp, kind, money::MoneyError};
use quota::QuotaId;

use crate::{
    address::Address,
    goods,
    offer::{Offer, Shop},
    order::{self, Fulfilment, Line, Order, OrderState},
    store::Copies,
};

/// Of how many shops one checkout can be.
pub(crate) const MAX_ORDERS: usize = 10;
/// How many SKUs one checkout can have over all shops.
pub(crate) const MAX_LINES: usize = 20;
/// How many units of a SKU one order can have.
pub(crate) const MAX_QUANTITY: u32 = 99;

/// What somebody wants to buy in one go.
#[derive(Clone, Debug)]
pub(crate) struct Basket {
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) buyer: Id<kind::Account>,
    pub(crate) orders: Vec<ShopBasket>,
    pub(crate) delivery: Option<Address>,
    pub(crate) fingerprint: String,
}

/// What of it is of one shop; every SKU stands in it once.
#[derive(Clone, Debug)]
pub(crate) struct ShopBasket {
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) lines: Vec<Wanted>,
}

/// Units of a SKU, and the price that was seen for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) sku: Id<kind::Sku>,
    pub(crate) quantity: u32,
    pub(crate) seen_price: Money,
}

/// What is wrong with the shape of a basket, and where: the numbers of the order and the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShapeError {
    pub(crate) order: Option<usize>,
    pub(crate) line: Option<usize>,
    pub(crate) problem: ShapeProblem,
}

/// What can be wrong with the shape of a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShapeProblem {
    /// Nothing, or too much.
    #[error("a checkout is of 1 to {MAX_ORDERS} shops")]
    Orders,
    /// Nothing.
    #[error("an order has a line at least")]
    NoLines,
    /// Too much.
    #[error("a checkout has at most {MAX_LINES} different SKUs")]
    Lines,
    /// Nothing, or too much.
    #[error("the quantity of a SKU is 1 to {MAX_QUANTITY}")]
    Quantity,
    /// One shop in two orders.
    #[error("the shop is named twice")]
    ShopTwice,
    /// One SKU at two prices.
    #[error("the SKU stands on another line with another price")]
    TwoPrices,
    /// Two currencies.
    #[error("all prices of a checkout are of one currency")]
    MixedCurrencies,
}

/// Why a basket cannot be ordered. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// The shop takes no orders, or is not known.
    #[error("{shop}: {because}")]
    ShopUnavailable {
        /// Which shop.
        shop: Id<kind::Shop>,
        /// Why.
        because: &'static str,
    },
    /// The SKU is not for sale, or not in this shop.
    #[error("{sku} is not for sale: {because}")]
    ListingUnavailable {
        /// Which SKU.
        sku: Id<kind::Sku>,
        /// Why.
        because: String,
    },
    /// The price is not the one that was seen.
    #[error("{sku} costs {} {} now", current.minor(), current.currency())]
    PriceChanged {
        /// Which SKU.
        sku: Id<kind::Sku>,
        /// What one unit costs now.
        current: Money,
    },
    /// A parcel needs an address.
    #[error("{0} is sent in a parcel: say where to")]
    DeliveryMissing(Id<kind::Sku>),
    /// Two orders draw on the same stock, which one transaction cannot change twice.
    #[error("two shops sell from the same stock {0}: order from one after the other")]
    SharedStock(QuotaId),
    /// More goods than one transaction can hold.
    #[error("these are too many different goods for one checkout")]
    TooManyGoods,
    /// An amount beyond all amounts.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

/// The baskets of each shop, from what was asked for: lines of one SKU are one line.
pub(crate) fn baskets(
    wanted: Vec<(Id<kind::Shop>, Vec<Wanted>)>,
) -> Result<Vec<ShopBasket>, ShapeError> {
    let wrong = |order, line, problem| ShapeError {
        order,
        line,
        problem,
    };
    if !(1..=MAX_ORDERS).contains(&wanted.len()) {
        return Err(wrong(None, None, ShapeProblem::Orders));
    }
    let mut shops = BTreeSet::new();
    let mut currency: Option<Currency> = None;
    let mut count = 0;
    let mut baskets = Vec::with_capacity(wanted.len());
    for (number, (shop, lines)) in wanted.into_iter().enumerate() {
        if !shops.insert(shop) {
            return Err(wrong(Some(number), None, ShapeProblem::ShopTwice));
        }
        let mut basket = ShopBasket {
            shop,
            lines: Vec::new(),
        };
        for (place, line) in lines.into_iter().enumerate() {
            let wrong = |problem| wrong(Some(number), Some(place), problem);
            let of_all = *currency.get_or_insert(line.seen_price.currency());
            if of_all != line.seen_price.currency() {
                return Err(wrong(ShapeProblem::MixedCurrencies));
            }
            if !basket.add(line).map_err(wrong)? {
                count += 1;
            }
            if count > MAX_LINES {
                return Err(wrong(ShapeProblem::Lines));
            }
        }
        if basket.lines.is_empty() {
            return Err(wrong(Some(number), None, ShapeProblem::NoLines));
        }
        baskets.push(basket);
    }
    Ok(baskets)
}

impl ShopBasket {
    /// Adds a line; whether it went into one that was there.
    fn add(&mut self, line: Wanted) -> Result<bool, ShapeProblem> {
        let valid = 1..=MAX_QUANTITY;
        if !valid.contains(&line.quantity) {
            return Err(ShapeProblem::Quantity);
        }
        let Some(same) = self.lines.iter_mut().find(|same| same.sku == line.sku) else {
            self.lines.push(line);
            return Ok(false);
        };
        if same.seen_price != line.seen_price {
            return Err(ShapeProblem::TwoPrices);
        }
        same.quantity += line.quantity;
        if valid.contains(&same.quantity) {
            Ok(true)
        } else {
            Err(ShapeProblem::Quantity)
        }
    }
}

/// The orders of a basket as they are placed now, still without their goods.
pub(crate) fn place(
    basket: &Basket,
    copies: &Copies,
    now: Timestamp,
    payment: SignedDuration,
) -> Result<Vec<Order>, PlaceError> {
    // Stored to the millisecond, so it is said to the millisecond.
    let placed_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    // Only a clock at the end of time is out of range.
    let pay_by = placed_at.checked_add(payment).unwrap_or(Timestamp::MAX);
    let mut orders = Vec::with_capacity(basket.orders.len());
    for (number, wanted) in (0_u8..).zip(&basket.orders) {
        let shop = open_shop(copies, wanted.shop)?;
        let id = order::order_id(basket.group, number);
        let lines = wanted.lines.iter();
        let lines = lines.map(|line| placed_line(id, shop, offer_of(copies, shop, line)?, line));
        let lines: Vec<Line> = lines.collect::<Result<_, PlaceError>>()?;
        let currency = wanted.currency();
        let totals = lines.iter().map(|line| line.total);
        let total = totals
            .into_iter()
            .try_fold(Money::zero(currency), Money::checked_add)?;
        let sent = lines
            .iter()
            .find(|line| line.fulfilment == Fulfilment::Shipment);
        if let (Some(line), None) = (sent, &basket.delivery) {
            return Err(PlaceError::DeliveryMissing(line.sku));
        }
        orders.push(Order {
            id,
            group: basket.group,
            buyer: basket.buyer,
            seller: shop.shop,
            organization: shop.organization,
            state: OrderState::AwaitingPayment,
            currency,
            total,
            placed_at,
            pay_by,
            paid_at: None,
            ended_at: None,
            shipped_at: None,
            received_at: None,
            received_automatically: false,
            completed_at: None,
            delivery: sent.and(basket.delivery.clone()),
            lines,
            claims: Vec::new(),
            shipments: Vec::new(),
            refund_requests: Vec::new(),
            refunds: Vec::new(),
            chargebacks: Vec::new(),
            dispute: None,
            fingerprint: basket.fingerprint.clone(),
            version: 1,
        });
    }
    // All of it together must be an amount, too.
    order::total_of(&orders)?;
    match goods::shared(&orders) {
        Some(quota) => Err(PlaceError::SharedStock(quota)),
        None => Ok(orders),
    }
}

impl ShopBasket {
    /// The currency of its prices.
    fn currency(&self) -> Currency {
        let first = self.lines.first().map(|line| line.seen_price.currency());
        // A basket has a line.
        first.unwrap_or(Currency::CNY)
    }
}

fn open_shop(copies: &Copies, id: Id<kind::Shop>) -> Result<&Shop, PlaceError> {
    let unavailable = |because| PlaceError::ShopUnavailable { shop: id, because };
    let shop = copies.shops.get(&id);
    let shop = shop.ok_or_else(|| unavailable("there is no such shop"))?;
    match shop.state.closed_because() {
        Some(because) => Err(unavailable(because)),
        None => Ok(shop),
    }
}

fn offer_of<'a>(copies: &'a Copies, shop: &Shop, wanted: &Wanted) -> Result<&'a Offer, PlaceError> {
    let unavailable = |because: &str| PlaceError::ListingUnavailable {
        sku: wanted.sku,
        because: because.to_owned(),
    };
    let offer = copies.offers.get(&(shop.shop, wanted.sku));
    let offer = offer.ok_or_else(|| unavailable("the shop does not offer it"))?;
    if let Some(because) = &offer.unavailable {
        return Err(unavailable(because));
    }
    if offer.price != wanted.seen_price {
        return Err(PlaceError::PriceChanged {
            sku: wanted.sku,
            current: offer.price,
        });
    }
    Ok(offer)
}

fn placed_line(
    order: Id<kind::Order>,
    shop: &Shop,
    offer: &Offer,
    wanted: &Wanted,
) -> Result<Line, PlaceError> {
    let total = offer.price.minor().checked_mul(wanted.quantity.into());
    let total = total.ok_or(MoneyError::OutOfRange)?;
    Ok(Line {
        id: order::line_id(order, offer.sku),
        sku: offer.sku,
        listing: offer.listing,
        title: offer.title.clone(),
        variant: offer.variant.clone(),
        product_type: offer.product_type.clone(),
        fulfilment: offer.fulfilment,
        quantity: wanted.quantity,
        unit_price: offer.price,
        total: Money::new(total, offer.price.currency())?,
        commission_bp: shop.commission_bp,
        owners: offer.owners.clone(),
        components: offer.components.clone(),
        downloads: offer.downloads.clone(),
        tickets: offer.tickets.clone(),
        released_at: offer.released_at,
        return_days: offer.return_days,
        fulfilled_quantity: 0,
        refunded_quantity: 0,
        voided_quantity: 0,
        refunded: Money::zero(offer.price.currency()),
    })
}
