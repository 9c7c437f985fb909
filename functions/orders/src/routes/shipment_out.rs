//! How a parcel is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fulfilment::{HandedOver, Shipment};

/// A parcel on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShipmentOut {
    /// Names the parcel.
    #[schema(value_type = String, example = "shm_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Shipment>,
    /// Who carries it.
    #[schema(example = "SF Express")]
    carrier: String,
    /// By what the carrier knows it.
    #[schema(example = "SF1234567890")]
    tracking_number: String,
    /// What is in it.
    lines: Vec<ShippedLineOut>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    shipped_at: Timestamp,
}

/// Units of a line in a parcel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShippedLineOut {
    /// Which line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    line: Id<kind::OrderLine>,
    /// How many units.
    #[schema(example = 1, minimum = 1)]
    quantity: u32,
}

impl From<&Shipment> for ShipmentOut {
    fn from(shipment: &Shipment) -> Self {
        Self {
            id: shipment.id,
            carrier: shipment.carrier.as_str().to_owned(),
            tracking_number: shipment.tracking_number.as_str().to_owned(),
            lines: shipment.lines.iter().map(ShippedLineOut::from).collect(),
            shipped_at: shipment.shipped_at,
        }
    }
}

impl From<&HandedOver> for ShippedLineOut {
    fn from(part: &HandedOver) -> Self {
        Self {
            line: part.line,
            quantity: part.quantity,
        }
    }
}
