//! `POST /v1/organizations/{id}/representations`

use axum::{extract::State, response::Response};
use kernel::{Id, Timestamp, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, Path};

use super::{representation_out::RepresentationOut, unsaved};
use crate::{
    App,
    organization::{
        Delegation, Member, Organization, Proposal, Representation, Scope, Side, Window,
    },
    routes::standing::{manages, not_a_manager, standing},
};

/// What is proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepresentationIn {
    /// For whom the agency in the path shall act.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W4")]
    represented: Id<kind::Organization>,
    /// What it may do: one scope at least, and not `organization`.
    #[schema(value_type = Vec<Scope>)]
    scopes: Delegation,
    /// From when on; from the approval on if absent.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = DateTime)]
    from: Option<Timestamp>,
    /// The first moment at which it is over; it stays until revoked if absent.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = DateTime)]
    until: Option<Timestamp>,
}

/// Propose a representation
///
/// By an owner or manager of either side: of the agency in the path, or of the organization that is to
/// be represented. The other side approves it. Both must be approved organizations, and the agency of a
/// kind that acts for others.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/representations",
    tag = "organizations",
    request_body = RepresentationIn,
    params(("id" = String, Path, description = "The agency's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The proposal", body = RepresentationOut),
        (status = 403, description = "`forbidden`: the caller is neither owner nor manager of a side", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is on neither side, or there is no such organization on the other", body = web::Problem),
        (status = 409, description = "`state_conflict`: the caller's side is not approved, or the agency is not of a kind that acts for others", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be", body = web::Problem),
        (status = 429, description = "`rate_limited`: this side has proposed 50 times today", body = web::Problem),
    )
)]
pub(crate) async fn propose_representation(
    State(app): State<App>,
    caller: Caller,
    Path(agency): Path<Id<kind::Organization>>,
    Json(input): Json<RepresentationIn>,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    if agency == input.represented {
        let detail = "it is the agency itself";
        return Err(ApiError::field("/represented", detail));
    }
    let window = Window::new(input.from, input.until, now)
        .map_err(|error| ApiError::field("/until", error.to_string()))?;
    let parties = parties(&app, &caller, agency, input.represented).await?;
    let actor = parties.may_agree(&app)?;
    app.limits.propose(actor.organization).await?;
    let proposal = Proposal {
        agency,
        represented: input.represented,
        delegation: input.scopes,
        window,
        proposed_by: parties.side,
    };
    let representation = Representation::propose(Id::generate(&app.clock), proposal, now);
    app.store
        .propose(actor, &representation)
        .await
        .map_err(unsaved)?;
    Ok(Json(RepresentationOut::at(&representation, now)).created())
}

/// Who would agree, with the caller on `side`.
struct Parties {
    agency: Organization,
    represented: Organization,
    side: Side,
    actor: Member,
}

async fn parties(
    app: &App,
    caller: &Caller,
    agency: Id<kind::Organization>,
    represented: Id<kind::Organization>,
) -> Result<Parties, ApiError> {
    let agency = standing(app, caller, agency).await?;
    let represented = standing(app, caller, represented).await?;
    let (Some((agency, in_agency)), Some((represented, in_represented))) = (agency, represented)
    else {
        return Err(ApiError::not_found());
    };
    let is_member = in_agency.is_some() || in_represented.is_some();
    let speaker = |side, member: Option<Member>| {
        let member = member.filter(|member| manages(caller, member));
        member.map(|member| (side, member))
    };
    let speaker =
        speaker(Side::Agency, in_agency).or_else(|| speaker(Side::Represented, in_represented));
    match speaker {
        Some((side, actor)) => Ok(Parties {
            agency,
            represented,
            side,
            actor,
        }),
        None if is_member => Err(not_a_manager()),
        None => Err(ApiError::not_found()),
    }
}

impl Parties {
    /// Who speaks for the caller's side, if these two can agree at all. What is not approved is not
    /// public, so on the other side it does not exist.
    fn may_agree(&self, app: &App) -> Result<&Member, ApiError> {
        let (own, other) = match self.side {
            Side::Agency => (&self.agency, &self.represented),
            Side::Represented => (&self.represented, &self.agency),
        };
        let conflict = |detail: &'static str| ApiError::new(Code::StateConflict).detail(detail);
        if !other.is_approved() {
            return Err(ApiError::not_found());
        }
        if !own.is_approved() {
            return Err(conflict("the organization is not approved"));
        }
        if !app.terms(self.agency.kind)?.may_represent {
            return Err(conflict("an agency of this kind does not act for others"));
        }
        Ok(&self.actor)
    }
}
