//! `POST /v1/orders/{id}/shipments`

use axum::{extract::State, response::Response};
use http::StatusCode;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Idempotent, Path};

use super::{
    answer,
    order_out::OrderOut,
    parties::{ORDERS, must_be_seller},
};
use crate::{
    App,
    fulfilment::{self, HandedOver, Shipment},
    words::{Carrier, TrackingNumber},
};

/// A parcel that was sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentIn {
    /// Who carries it: one line of 1 to 60 characters.
    #[schema(value_type = String, example = "SF Express")]
    carrier: Carrier,
    /// By what the carrier knows it: 1 to 64 visible characters.
    #[schema(value_type = String, example = "SF1234567890")]
    tracking_number: TrackingNumber,
    /// What is in it.
    lines: Vec<HandedOverIn>,
}

/// Units of a line that leave the seller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandedOverIn {
    /// Which line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    line: Id<kind::OrderLine>,
    /// How many units.
    #[schema(example = 1, minimum = 1)]
    quantity: u32,
}

/// Send a parcel
///
/// For the seller, with the scope `orders`. Lines can be sent in several parcels; once all lines of
/// the order are handed over it is `shipped`. With the same `Idempotency-Key` one parcel is sent.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/shipments",
    tag = "orders",
    request_body = ShipmentIn,
    params(
        ("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The order, with the parcel", body = OrderOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: the organization sold no such order", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not to be handed over, or not so much of it", body = web::Problem),
    )
)]
pub(crate) async fn ship(
    State(app): State<App>,
    Path(order): Path<Id<kind::Order>>,
    acting: Acting,
    request: Idempotent<ShipmentIn>,
) -> Result<Response, ApiError> {
    acting.require(ORDERS)?;
    let done = app.change_once(order, &request.key, |order, now| {
        must_be_seller(&order, &acting)?;
        let shipment = Shipment {
            id: request.key.derive("shipment"),
            carrier: request.body.carrier.clone(),
            tracking_number: request.body.tracking_number.clone(),
            lines: handed_over(&request.body.lines),
            shipped_at: now,
        };
        Ok(fulfilment::ship(order, shipment)?.into())
    });
    Ok(answer::order(StatusCode::CREATED, done.await?))
}

/// What the request names, as the rules want it.
pub(super) fn handed_over(lines: &[HandedOverIn]) -> Vec<HandedOver> {
    let lines = lines.iter().map(|part| HandedOver {
        line: part.line,
        quantity: part.quantity,
    });
    lines.collect()
}
