//! `POST /v1/orders`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, Money, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, MoneyOut, replayed};

use super::{address_wire::AddressWire, group_out::OrderGroupOut};
use crate::{
    App,
    checkout::{self, Basket, PlaceError, ShapeError, ShapeProblem, Wanted},
    order::{Order, group_id},
    placing::{self, Missed, SoldOut},
    purchase_limit::OverLimit,
};

/// How often a checkout is decided on anew because something changed meanwhile. Each time means
/// that another's was done.
const MAX_TRIES: usize = 24;

/// What to order, and where to send it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutIn {
    /// What to order of which shop: 1 to 10 shops.
    orders: Vec<ShopOrderIn>,
    /// Where parcels go; needed if anything is sent in one.
    #[serde(default)]
    delivery: Option<AddressWire>,
}

/// What to order of one shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopOrderIn {
    /// Of which shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// What; at most 20 SKUs over all shops.
    lines: Vec<LineIn>,
}

/// Units of one SKU.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineIn {
    /// What.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    sku: Id<kind::Sku>,
    /// How many units; two lines of one SKU are one line.
    #[schema(example = 1, minimum = 1, maximum = 99)]
    quantity: u32,
    /// The price that was seen for one. If it costs something else by now, nothing happens.
    #[schema(value_type = MoneyOut)]
    unit_price: Money,
}

/// Check out
///
/// One order for each shop, one payment for all. The goods are held from now until a little after
/// `pay_by`; `payment_claim` lets the group be paid at `POST /v1/payment-intents`. What costs
/// nothing is paid at once. Of tickets with a `per_buyer_limit` one account buys so many at most: what
/// it has bought and what it can still pay for count together, until it is cancelled, expires or is
/// refunded. With the same `Idempotency-Key` it happens once and is answered alike.
#[utoipa::path(
    post,
    path = "/v1/orders",
    tag = "orders",
    request_body = CheckoutIn,
    params(("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters")),
    responses(
        (status = 201, description = "The group with its orders; `Location` is where it is", body = OrderGroupOut),
        (status = 409, description = "`price_changed`, `listing_unavailable`, `shop_unavailable`, `out_of_stock`, `purchase_limit_reached`", body = web::Problem),
        (status = 422, description = "`validation_failed`; `idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn place_orders(
    State(app): State<App>,
    request: Idempotent<CheckoutIn>,
) -> Result<Response, ApiError> {
    let basket = basket(request)?;
    for _ in 0..MAX_TRIES {
        let missed = match placing::try_once(&app, &basket).await {
            Ok(placed) => return answer(&app, &placed),
            Err(missed) => missed,
        };
        match missed {
            Missed::Raced => {}
            Missed::Done(orders) => return repeated(&app, &basket, &orders),
            Missed::Refused(error) => return Err(refusal(error)),
            Missed::Failed(error) => return Err(error.into()),
            Missed::SoldOut(error) => return unless_placed(&app, &basket, sold_out(error)).await,
            Missed::OverLimit(error) => {
                return unless_placed(&app, &basket, over_limit(error)).await;
            }
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// A refusal because of what others have, among whom may be our own twin.
async fn unless_placed(
    app: &App,
    basket: &Basket,
    refusal: ApiError,
) -> Result<Response, ApiError> {
    match app.store.orders_of(basket.group).await? {
        none if none.is_empty() => Err(refusal),
        orders => repeated(app, basket, &orders),
    }
}

/// What was asked for, as the rules see it.
fn basket(request: Idempotent<CheckoutIn>) -> Result<Basket, ApiError> {
    let CheckoutIn { orders, delivery } = request.body;
    let wanted = orders.into_iter().map(|order| {
        let lines = order.lines.into_iter().map(|line| Wanted {
            sku: line.sku,
            quantity: line.quantity,
            seen_price: line.unit_price,
        });
        (order.shop, lines.collect())
    });
    Ok(Basket {
        group: group_id(request.key.scoped_id("order-group")),
        buyer: request.caller.account,
        orders: checkout::baskets(wanted.collect()).map_err(misshapen)?,
        delivery: delivery.map(|address| address.parse()).transpose()?,
        fingerprint: request.key.fingerprint().to_owned(),
    })
}

fn answer(app: &App, orders: &[Order]) -> Result<Response, ApiError> {
    let group = orders.first().ok_or_else(ApiError::not_found)?.group;
    let location = [(header::LOCATION, format!("/v1/order-groups/{group}"))];
    let out = OrderGroupOut::of(app, orders)?;
    Ok((location, Json(out).created()).into_response())
}

/// The answer to a request that was done before, if it was this one.
fn repeated(app: &App, basket: &Basket, orders: &[Order]) -> Result<Response, ApiError> {
    let is_same = |order: &Order| order.fingerprint == basket.fingerprint;
    if orders.iter().all(is_same) {
        Ok(replayed(answer(app, orders)?))
    } else {
        Err(ApiError::new(Code::IdempotencyKeyReused))
    }
}

fn misshapen(error: ShapeError) -> ApiError {
    let mut pointer = "/orders".to_owned();
    if let Some(order) = error.order {
        pointer.push_str(&format!("/{order}"));
    }
    if let Some(line) = error.line {
        pointer.push_str(&format!("/lines/{line}"));
    }
    pointer.push_str(match error.problem {
        ShapeProblem::Orders | ShapeProblem::Lines => "",
        ShapeProblem::NoLines => "/lines",
        ShapeProblem::Quantity => "/quantity",
        ShapeProblem::ShopTwice => "/shop",
        ShapeProblem::TwoPrices | ShapeProblem::MixedCurrencies => "/unit_price",
    });
    ApiError::field(pointer, error.problem.to_string())
}

fn refusal(error: PlaceError) -> ApiError {
    let code = match error {
        PlaceError::ShopUnavailable { .. } => Code::ShopUnavailable,
        PlaceError::ListingUnavailable { .. } => Code::ListingUnavailable,
        PlaceError::PriceChanged { .. } => Code::PriceChanged,
        PlaceError::DeliveryMissing(_) => return ApiError::field("/delivery", error.to_string()),
        PlaceError::SharedStock(_) | PlaceError::TooManyGoods | PlaceError::Amount(_) => {
            return ApiError::field("/orders", error.to_string());
        }
    };
    ApiError::new(code).detail(error.to_string())
}

fn sold_out(error: SoldOut) -> ApiError {
    let detail = match error.sku {
        Some(sku) => format!("too few units of {sku} are left"),
        None => format!("too few units of {} are left", error.quota),
    };
    ApiError::new(Code::OutOfStock).detail(detail)
}

fn over_limit(error: OverLimit) -> ApiError {
    ApiError::new(Code::PurchaseLimitReached).detail(error.to_string())
}
