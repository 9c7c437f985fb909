//! The routes and the workers, over the real router and the embedded engines.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod browse;
mod bundles;
mod currencies;
mod events;
mod follow;
mod listing_decisions;
mod listings;
mod market;
mod owners;
mod product_types;
mod publish;
mod rights_between;
mod rights_cases;
mod rights_gate;
mod rights_grants;
mod rights_register;
mod rights_revoke;
mod rights_rulings;
mod rights_stage;
mod shop_decisions;
mod shops;
mod stages;
mod stock;
mod variants;
