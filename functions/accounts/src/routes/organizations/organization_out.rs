//! How an organization is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    App,
    organization::{MemberRole, Organization, OrganizationKind, RequirementKind, State},
};

/// An organization, as its members and operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationOut {
    /// Names the organization.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Organization>,
    /// What it does.
    kind: OrganizationKind,
    /// How it is called.
    #[schema(example = "Silk Records")]
    name: String,
    /// Where it is at home: a code of ISO 3166.
    #[schema(example = "CN-SH")]
    region: String,
    /// How far it has come.
    state: State,
    /// Why it was rejected or suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Whether the platform's own house stands behind it.
    house_owned: bool,
    /// The caller's role in it; absent for operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<MemberRole>,
    /// What is asked of it and what it answered: for owners, managers and operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    requirements: Option<Vec<AnsweredOut>>,
    /// When it was founded.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Counts its changes; the value of its `ETag`.
    #[schema(example = 1)]
    version: u64,
}

/// A requirement and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnsweredOut {
    /// Names the requirement.
    #[schema(example = "legal_name")]
    code: String,
    /// What is asked, for people.
    title: String,
    /// How it is answered.
    kind: RequirementKind,
    /// The answer, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerOut>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerOut {
    /// The text, the document's media id, or `accepted`.
    #[schema(example = "Silk Records Ltd.")]
    value: String,
    /// Who gave it.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    answered_by: Id<kind::Account>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    answered_at: Timestamp,
}

impl OrganizationOut {
    /// As a member with `role` sees it.
    pub(super) fn for_member(
        app: &App,
        organization: &Organization,
        role: MemberRole,
    ) -> Result<Self, ApiError> {
        let mut out = Self::of(organization);
        out.role = Some(role);
        if role.manages() {
            out.requirements = Some(answered(app, organization)?);
        }
        Ok(out)
    }

    /// As an operator sees it.
    pub(super) fn for_operator(app: &App, organization: &Organization) -> Result<Self, ApiError> {
        let mut out = Self::of(organization);
        out.requirements = Some(answered(app, organization)?);
        Ok(out)
    }

    /// As one of a list of the caller's own.
    pub(super) fn listed(organization: &Organization, role: Option<MemberRole>) -> Self {
        let mut out = Self::of(organization);
        out.role = role;
        out
    }

    fn of(organization: &Organization) -> Self {
        Self {
            id: organization.id,
            kind: organization.kind,
            name: organization.name.as_str().to_owned(),
            region: organization.region.as_str().to_owned(),
            state: organization.state,
            reason: organization
                .reason
                .as_ref()
                .map(|reason| reason.as_str().to_owned()),
            house_owned: organization.house_owned,
            role: None,
            requirements: None,
            created_at: organization.created_at,
            updated_at: organization.updated_at,
            version: organization.version,
        }
    }
}

/// What the kind is asked for today, each with the answer that there is.
fn answered(app: &App, organization: &Organization) -> Result<Vec<AnsweredOut>, ApiError> {
    let terms = app.terms(organization.kind)?;
    let requirements = terms.requirements.iter().map(|requirement| AnsweredOut {
        code: requirement.code.as_str().to_owned(),
        title: requirement.title.clone(),
        kind: requirement.kind,
        answer: organization
            .answers
            .get(&requirement.code)
            .map(|answer| AnswerOut {
                value: answer.value.clone(),
                answered_by: answer.answered_by,
                answered_at: answer.answered_at,
            }),
    });
    Ok(requirements.collect())
}
