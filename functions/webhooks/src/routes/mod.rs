//! The routes, a file each; and what several of them read or answer.

mod access;
pub(crate) mod create_endpoint;
pub(crate) mod delete_endpoint;
mod delivery_out;
pub(crate) mod disable_endpoint;
pub(crate) mod edit_endpoint;
pub(crate) mod enable_endpoint;
mod endpoint_out;
pub(crate) mod get_delivery;
pub(crate) mod get_endpoint;
pub(crate) mod list_deliveries;
pub(crate) mod list_endpoints;
pub(crate) mod list_event_types;
pub(crate) mod recover;
pub(crate) mod replay;
pub(crate) mod rotate_secret;
pub(crate) mod test_endpoint;
