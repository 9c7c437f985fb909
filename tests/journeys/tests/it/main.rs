//! Whole stories and whole promises, over HTTP or over the engines.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod alipay;
mod authorization;
mod aws_cli;
mod bad_input;
mod clients;
mod cors;
mod install;
mod plays;
mod stages;
mod stories;
mod webhook_signatures;

use planet::{Options, Planet, Storage};

/// The platform with its demo world, in memory, on a free port.
async fn demo_planet() -> Planet {
    let planet = Planet::start(&Options {
        template: concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml").into(),
        storage: Storage::Memory,
        port: 0,
    })
    .await
    .expect("the platform starts");
    planet.seed_demo().await.expect("the demo world is made");
    planet
}
