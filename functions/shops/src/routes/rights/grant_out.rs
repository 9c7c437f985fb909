//! How a grant is shown to its two parties.

use std::collections::BTreeSet;

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type, schema::ArrayBuilder},
};

use crate::{
    product_type::UseType,
    rights::{GrantState, Granted, Territories},
};

/// A grant, as its holder and its licensee see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RightsGrantOut {
    /// Names the grant.
    #[schema(value_type = String, example = "grt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Grant>,
    /// The work or the recording.
    #[schema(example = "rcd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    subject: String,
    /// Who granted it.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    holder: Id<kind::Organization>,
    /// To whom.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W4")]
    licensee: Id<kind::Organization>,
    /// What may be done.
    #[schema(value_type = Vec<String>, example = json!(["download", "stream"]))]
    uses: BTreeSet<UseType>,
    /// Where.
    #[schema(schema_with = territories_schema)]
    territories: Territories,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Up to when; null if without an end.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Whether nobody else may.
    exclusive: bool,
    /// Where in its time it stands.
    state: GrantState,
    /// From when on it is revoked, whatever its end; null if it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_from: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    granted_at: Timestamp,
}

impl RightsGrantOut {
    /// The grant as it stands now.
    pub(super) fn of(granted: &Granted, now: Timestamp) -> Self {
        let grant = &granted.grant;
        let terms = &grant.terms;
        Self {
            id: grant.id,
            subject: granted.subject.to_string(),
            holder: granted.holder,
            licensee: grant.licensee,
            uses: terms.uses.clone(),
            territories: terms.territories.clone(),
            from: terms.window.from(),
            until: terms.window.until(),
            exclusive: terms.exclusive,
            state: grant.state(now),
            revoked_from: grant.revoked_from,
            granted_at: grant.granted_at,
        }
    }
}

/// `worldwide`, or a list of countries.
pub(super) fn territories_schema() -> RefOr<Schema> {
    let world = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["worldwide"]));
    let country = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[A-Z]{2}$"))
        .description(Some(
            "A country or territory by its two letters (ISO 3166-1).",
        ))
        .examples(["CN"]);
    let countries = ArrayBuilder::new().items(country).min_items(Some(1));
    let either = OneOfBuilder::new().item(world).item(countries);
    RefOr::T(Schema::OneOf(either.build()))
}
