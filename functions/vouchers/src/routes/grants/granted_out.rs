//! How a grant is shown to the partner that made it.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::MoneyOut;

use crate::{
    App,
    grant::{Grant, State},
};

/// A grant, as its partner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantedOut {
    /// Names the grant.
    #[schema(value_type = String, example = "pgr_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PartnerGrant>,
    /// How far it is.
    state: State,
    /// By which the customer claims it: sixteen letters and digits, in capital letters. Give it to
    /// the customer alone.
    #[schema(example = "K7Q2M9XZ04RTB3WD")]
    claim_code: String,
    /// From when on it cannot be claimed any more.
    #[schema(value_type = String, format = DateTime)]
    claim_by: Timestamp,
    /// From when on it cannot be taken back any more.
    #[schema(value_type = String, format = DateTime)]
    revocable_until: Timestamp,
    /// The agreed price of so many tickets or points.
    unit_price: MoneyOut,
    /// For how many tickets or points the price is.
    #[schema(example = 1)]
    per_quantity: u32,
    /// How many tickets or points it is for.
    #[schema(example = 2)]
    quantity: i64,
    /// What the partner owes for it, once it is given.
    amount: MoneyOut,
    /// Whether it was only tried out, and is worth nothing.
    sandbox: bool,
}

impl GrantedOut {
    /// The grant as its partner sees it.
    pub(super) fn of(app: &App, grant: &Grant) -> Self {
        Self {
            id: grant.id,
            state: grant.state,
            claim_code: app.claim_keys.code(grant.id).reveal().to_owned(),
            claim_by: grant.claim_by,
            revocable_until: grant.revocable_until,
            unit_price: grant.price.price.into(),
            per_quantity: grant.price.per_quantity,
            quantity: grant.earns.quantity(),
            amount: grant.amount.into(),
            sandbox: grant.sandbox,
        }
    }
}
