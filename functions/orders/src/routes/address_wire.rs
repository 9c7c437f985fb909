//! How an address is written, in and out.

use kernel::text::TextError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::ApiError;

use crate::address::{Address, AddressLine, CountryError};

/// Where a parcel goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressWire {
    /// Who receives it.
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// How to call them.
    #[schema(example = "+86 20 1234 5678")]
    phone: String,
    /// Street and house.
    #[schema(example = "103 Tiyu West Road, Tianhe")]
    street: String,
    /// City.
    #[schema(example = "Guangzhou")]
    city: String,
    /// Province or state.
    #[serde(default)]
    #[schema(example = "Guangdong")]
    region: Option<String>,
    /// Postal code.
    #[serde(default)]
    #[schema(example = "510620")]
    postal_code: Option<String>,
    /// Two letters of ISO 3166.
    #[schema(example = "CN")]
    country: String,
}

impl AddressWire {
    /// The address, if every line of it is one.
    pub(super) fn parse(&self) -> Result<Address, ApiError> {
        Ok(Address {
            name: line("name", &self.name)?,
            phone: line("phone", &self.phone)?,
            street: line("street", &self.street)?,
            city: line("city", &self.city)?,
            region: optional("region", self.region.as_deref())?,
            postal_code: optional("postal_code", self.postal_code.as_deref())?,
            country: self
                .country
                .parse()
                .map_err(|error: CountryError| field("country", &error))?,
        })
    }
}

impl From<&Address> for AddressWire {
    fn from(address: &Address) -> Self {
        let address = address.clone();
        Self {
            name: address.name.into(),
            phone: address.phone.into(),
            street: address.street.into(),
            city: address.city.into(),
            region: address.region.map(String::from),
            postal_code: address.postal_code.map(String::from),
            country: address.country.into(),
        }
    }
}

fn optional(name: &str, text: Option<&str>) -> Result<Option<AddressLine>, ApiError> {
    text.map(|text| line(name, text)).transpose()
}

fn line(name: &str, text: &str) -> Result<AddressLine, ApiError> {
    text.parse().map_err(|error: TextError| field(name, &error))
}

fn field(name: &str, error: &impl ToString) -> ApiError {
    ApiError::field(format!("/delivery/{name}"), error.to_string())
}
