//! What the API says of itself: its health, its document and a reader for it, its problems; what a
//! browser asks before it calls; and 404 for whatever no other context serves.
//!
//! Invariant: nothing here depends on a table, a queue or a secret, so it answers even when the rest
//! does not. Start at [`api`].

mod preflight;
mod routes;

use axum::middleware::from_fn;
use kernel::Clock;
use platform::{
    Aws, Environment,
    serve::{Function, StartError},
};
use web::{Api, routes};

/// The table of routes.
pub fn api() -> Api {
    Api::new()
        .public(routes!(routes::healthz))
        .public(routes!(routes::docs))
        .public(routes!(routes::openapi))
        .public(routes!(routes::problems))
        .public(routes!(routes::problem))
}

/// Builds the function. It needs nothing of its environment.
pub async fn build(_: Environment, _: Aws, _: Clock) -> Result<Function, StartError> {
    let router = api().router(());
    Ok(Function::new().http(router.layer(from_fn(preflight::answer))))
}
