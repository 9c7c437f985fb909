//! What holds for every checkout, whatever is in the basket.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kernel::{CommissionRate, Currency, Id, Money, kind};
use proptest::prelude::*;

use crate::{
    checkout::{self, Basket, MAX_LINES, MAX_QUANTITY, PlaceError, ShapeProblem, Wanted},
    example::{NOW, yuan},
    goods,
    offer::{Offer, Shop, ShopState},
    order::{self, Component, Fulfilment, OwnerShare, group_id},
    store::Copies,
};

fn shop_id(number: u8) -> Id<kind::Shop> {
    Id::derive(&["shop", &number.to_string()])
}

fn sku_id(number: u8) -> Id<kind::Sku> {
    Id::derive(&["sku", &number.to_string()])
}

/// What SKU number `n` costs.
fn price(number: u8) -> Money {
    yuan(i64::from(number) * 333)
}

/// Units of SKUs, by shop: `(SKU, quantity)` each.
type Asked = Vec<Vec<(u8, u32)>>;

fn any_asked() -> impl Strategy<Value = Asked> {
    let lines = prop::collection::vec((0_u8..6, 1_u32..20), 1..5);
    prop::collection::vec(lines, 1..4)
}

fn wanted(asked: &Asked) -> Vec<(Id<kind::Shop>, Vec<Wanted>)> {
    let shops = (0_u8..).zip(asked).map(|(number, lines)| {
        let lines = lines.iter().map(|(sku, quantity)| Wanted {
            sku: sku_id(*sku),
            quantity: *quantity,
            seen_price: price(*sku),
        });
        (shop_id(number), lines.collect())
    });
    shops.collect()
}

fn basket(asked: &Asked) -> Basket {
    Basket {
        group: group_id(Id::derive(&["group"])),
        buyer: Id::derive(&["buyer"]),
        orders: checkout::baskets(wanted(asked)).unwrap(),
        delivery: None,
        fingerprint: "f".to_owned(),
    }
}

/// Every shop sells every SKU, in services of which one unit takes two of the shop's own hours and
/// as many of its rooms as the SKU's number says.
fn copies(commission_bp: u16) -> Copies {
    let mut copies = Copies::default();
    for number in 0..4 {
        let shop = shop_id(number);
        let organization = Id::derive(&["organization", &number.to_string()]);
        copies.shops.insert(
            shop,
            Shop {
                shop,
                organization,
                name: "A shop".to_owned(),
                state: ShopState::Open,
                commission_bp: CommissionRate::new(commission_bp).unwrap(),
                version: 1,
            },
        );
        for sku in 0..6 {
            let component = |name: &str, units| Component {
                quota: format!("{name}:{shop}").parse().unwrap(),
                units,
            };
            let offer = Offer {
                sku: sku_id(sku),
                listing: Id::derive(&["listing"]),
                shop,
                title: "A lesson".to_owned(),
                variant: String::new(),
                product_type: "service".to_owned(),
                unavailable: None,
                price: price(sku),
                owners: vec![OwnerShare::whole(shop, organization)],
                fulfilment: Fulfilment::Service,
                return_days: None,
                released_at: None,
                components: vec![component("hours", 2), component("rooms", sku.into())],
                downloads: Vec::new(),
                tickets: None,
            };
            copies.offers.insert((shop, sku_id(sku)), offer);
        }
    }
    copies
}

fn place(asked: &Asked) -> Vec<order::Order> {
    let payment = SignedDuration::from_mins(15);
    checkout::place(&basket(asked), &copies(500), NOW, payment).unwrap()
}

proptest! {
    #[test]
    fn a_group_costs_what_its_orders_cost_and_an_order_what_its_lines_cost(asked in any_asked()) {
        let orders = place(&asked);
        let expected: i64 = asked
            .iter()
            .flatten()
            .map(|(sku, quantity)| price(*sku).minor() * i64::from(*quantity))
            .sum();
        prop_assert_eq!(order::total_of(&orders), Ok(Some(yuan(expected))));
        for order in &orders {
            let lines: i64 = order.lines.iter().map(|line| line.total.minor()).sum();
            prop_assert_eq!(order.total, yuan(lines));
            for line in &order.lines {
                let units = i64::from(line.quantity);
                prop_assert_eq!(line.total.minor(), line.unit_price.minor() * units);
            }
        }
    }

    #[test]
    fn every_sku_is_one_line_with_all_of_its_units(asked in any_asked()) {
        for (order, asked) in place(&asked).iter().zip(&asked) {
            let mut units: BTreeMap<_, u32> = BTreeMap::new();
            for (sku, quantity) in asked {
                *units.entry(sku_id(*sku)).or_default() += quantity;
            }
            let lines = order.lines.iter().map(|line| (line.sku, line.quantity));
            prop_assert_eq!(lines.clone().collect::<BTreeMap<_, _>>(), units.clone());
            prop_assert_eq!(lines.count(), units.len());
        }
    }

    #[test]
    fn an_order_asks_for_each_quota_once_and_for_all_that_its_lines_need(asked in any_asked()) {
        for order in place(&asked) {
            let demand = goods::demand(&order);
            let hours: u32 = order.lines.iter().map(|line| 2 * line.quantity).sum();
            let rooms: u32 = asked[usize::from(order.number())]
                .iter()
                .map(|(sku, quantity)| u32::from(*sku) * quantity)
                .sum();
            let of = |name: &str| {
                let quota = format!("{name}:{}", order.seller).parse().unwrap();
                demand.get(&quota).map_or(0, |units| units.get())
            };
            prop_assert_eq!((of("hours"), of("rooms")), (hours, rooms));
        }
    }

    #[test]
    fn the_commission_of_a_line_is_that_of_its_shop_at_that_time(rate in 100_u16..1_000) {
        let payment = SignedDuration::from_mins(15);
        let orders = checkout::place(&basket(&vec![vec![(1, 1)]]), &copies(rate), NOW, payment);
        prop_assert_eq!(orders.unwrap()[0].lines[0].commission_bp.get(), rate);
    }

    #[test]
    fn one_price_that_was_seen_wrong_refuses_everything(asked in any_asked(), by in 1_i64..9) {
        let mut basket = basket(&asked);
        let line = &mut basket.orders[0].lines[0];
        let (sku, current) = (line.sku, line.seen_price);
        line.seen_price = yuan(current.minor() + by);
        let placed = checkout::place(&basket, &copies(500), NOW, SignedDuration::from_mins(15));
        prop_assert_eq!(placed, Err(PlaceError::PriceChanged { sku, current }));
    }
}

#[test]
fn a_basket_has_its_limits() {
    let one = |quantity| Wanted {
        sku: sku_id(1),
        quantity,
        seen_price: price(1),
    };
    let problem = |wanted| checkout::baskets(wanted).unwrap_err().problem;
    let most = vec![(shop_id(1), vec![one(MAX_QUANTITY)])];
    assert_eq!(checkout::baskets(most).unwrap().len(), 1);
    let too_many = vec![(shop_id(1), vec![one(MAX_QUANTITY), one(1)])];
    assert_eq!(problem(too_many), ShapeProblem::Quantity);
    let skus = (0_u8..).take(MAX_LINES + 1).map(|number| Wanted {
        sku: sku_id(number),
        ..one(1)
    });
    let wide = vec![(shop_id(1), skus.collect::<Vec<_>>())];
    assert_eq!(problem(wide.clone()), ShapeProblem::Lines);
    let fits: Vec<_> = wide[0].1[1..].to_vec();
    assert!(checkout::baskets(vec![(shop_id(1), fits)]).is_ok());
    let foreign = Wanted {
        seen_price: Money::zero(Currency::JPY),
        ..one(1)
    };
    let mixed = vec![(shop_id(1), vec![one(1)]), (shop_id(2), vec![foreign])];
    assert_eq!(problem(mixed), ShapeProblem::MixedCurrencies);
}
