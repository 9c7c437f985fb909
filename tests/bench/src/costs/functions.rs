//! The functions that a play, an order or the clock can reach.

use engines::template::Function;
use testkit::{App, World};

/// Starts a function of the template; `None` for one of a context that neither plays nor orders
/// come through (accounts, media, front).
pub(super) async fn start(world: &World, function: &Function) -> Option<App> {
    let name = &function.logical_id;
    Some(match function.binary.as_str() {
        "authorizer" => world.app(name, authorizer::build).await,
        "events" => world.app(name, events::build).await,
        "listening" => world.app(name, listening::build).await,
        "orders" => world.app(name, orders::build).await,
        "payments" => world.app(name, payments::build).await,
        "points" => world.app(name, points::build).await,
        "shops" => world.app(name, shops::build).await,
        "vouchers" => world.app(name, vouchers::build).await,
        "webhooks" => world.app(name, webhooks::build).await,
        _ => return None,
    })
}
