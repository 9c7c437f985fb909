//! Whose order it is. To everybody else it does not exist.

use web::{Acting, ApiError, Caller};

use crate::{dispute::Side, order::Order};

/// The scope of whoever handles an organization's sales.
pub(super) const ORDERS: &str = "orders";

/// Refuses unless the caller bought it.
pub(super) fn must_be_buyer(order: &Order, caller: &Caller) -> Result<(), ApiError> {
    if order.buyer == caller.account {
        Ok(())
    } else {
        Err(ApiError::not_found())
    }
}

/// Refuses unless the caller acts for the organization that sells it.
pub(super) fn must_be_seller(order: &Order, acting: &Acting) -> Result<(), ApiError> {
    if order.organization == acting.organization {
        Ok(())
    } else {
        Err(ApiError::not_found())
    }
}

/// On which side of the order the caller stands.
pub(super) fn side_of(order: &Order, caller: &Caller) -> Result<Side, ApiError> {
    if order.buyer == caller.account {
        Ok(Side::Buyer)
    } else if caller.organization == Some(order.organization) && caller.has(ORDERS) {
        Ok(Side::Seller)
    } else {
        Err(ApiError::not_found())
    }
}
