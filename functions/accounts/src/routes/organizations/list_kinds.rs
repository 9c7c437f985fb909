//! `GET /v1/organization-kinds`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::Json;

use crate::{
    App,
    organization::{OrganizationKind, RequirementKind},
};

/// The kinds of organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindsOut {
    /// All of them.
    items: Vec<KindOut>,
}

/// A kind of organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindOut {
    /// Names the kind.
    kind: OrganizationKind,
    /// What it is called, for people.
    #[schema(example = "Record company")]
    title: String,
    /// Whether organizations of this kind may act for others.
    may_represent: bool,
    /// What is asked before one is approved.
    requirements: Vec<RequirementOut>,
}

/// One thing that is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequirementOut {
    /// Names the requirement.
    #[schema(example = "legal_name")]
    code: String,
    /// What is asked, for people.
    #[schema(example = "Legal name, as registered")]
    title: String,
    /// How it is answered.
    kind: RequirementKind,
    /// A regular expression that a text must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
}

/// List the kinds of organization
///
/// With what each is asked for before an operator approves it.
#[utoipa::path(
    get,
    path = "/v1/organization-kinds",
    tag = "organizations",
    responses((status = 200, description = "Every kind", body = KindsOut))
)]
pub(crate) async fn list_organization_kinds(State(app): State<App>) -> Json<KindsOut> {
    let items = app.kinds.all().map(|terms| KindOut {
        kind: terms.kind,
        title: terms.title.clone(),
        may_represent: terms.may_represent,
        requirements: terms
            .requirements
            .iter()
            .map(|requirement| RequirementOut {
                code: requirement.code.as_str().to_owned(),
                title: requirement.title.clone(),
                kind: requirement.kind,
                pattern: requirement
                    .pattern
                    .as_ref()
                    .map(|pattern| pattern.as_str().to_owned()),
            })
            .collect(),
    });
    Json(KindsOut {
        items: items.collect(),
    })
}
