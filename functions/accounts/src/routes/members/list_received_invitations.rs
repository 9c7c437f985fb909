//! `GET /v1/organizations/invitations`

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json};

use super::{invitation_out::at_second, invitee_partitions};
use crate::{App, organization::MemberRole};

/// How many are shown: more than anyone has reason to leave open.
const MAX_SHOWN: u32 = 50;

/// The invitations that the caller can accept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedInvitationsOut {
    /// At most 100 of them.
    items: Vec<ReceivedInvitationOut>,
}

/// An invitation, as the invited person sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedInvitationOut {
    /// To which organization.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Id<kind::Organization>,
    /// How it is called.
    #[schema(example = "Silk Records")]
    name: String,
    /// To which role.
    role: MemberRole,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    invited_at: Timestamp,
    /// From when on it cannot be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// List the invitations one has received
///
/// By account and by address. Accept one at `POST /v1/organizations/{id}/members/me/accept`.
#[utoipa::path(
    get,
    path = "/v1/organizations/invitations",
    tag = "organizations",
    responses((status = 200, description = "The open invitations", body = ReceivedInvitationsOut))
)]
pub(crate) async fn list_received_invitations(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ReceivedInvitationsOut>, ApiError> {
    // One organization may have invited the person in both ways; what is accepted first is that to
    // the account, which comes first here.
    let mut received = BTreeMap::new();
    let now_s = app.clock.now_seconds();
    for invitee in invitee_partitions(&app, caller.account).await? {
        let found = app.store.received_invitations(&invitee, MAX_SHOWN).await?;
        for invitation in found.into_iter().filter(|each| now_s < each.expires_at_s) {
            received
                .entry(invitation.organization)
                .or_insert(invitation);
        }
    }
    let organizations = app.store.organizations(received.keys().copied()).await?;
    let items = organizations.iter().filter_map(|organization| {
        let invitation = received.get(&organization.id)?;
        Some(
            at_second(invitation.expires_at_s).map(|expires_at| ReceivedInvitationOut {
                organization: organization.id,
                name: organization.name.as_str().to_owned(),
                role: invitation.role,
                invited_at: invitation.invited_at,
                expires_at,
            }),
        )
    });
    Ok(Json(ReceivedInvitationsOut {
        items: items.collect::<Result<_, _>>()?,
    }))
}
